/** Check runs and commit statuses, as GitHub keeps them: annotations are appended by every update. */
import { renderAccount } from './comments.js';
import type { Account, Answer } from './types.js';

export interface CheckOutput {
  readonly title: string;
  readonly summary: string;
  readonly text?: string;
}

export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: 'notice' | 'warning' | 'failure';
  readonly message: string;
  readonly title?: string;
}

export interface CheckRequest {
  readonly name?: string;
  readonly head_sha?: string;
  readonly status?: string;
  readonly conclusion?: string;
  readonly details_url?: string;
  readonly output?: CheckOutput & { readonly annotations?: readonly Annotation[] };
}

export interface CheckRun {
  readonly id: number;
  readonly headSha: string;
  name: string;
  conclusion: string | null;
  detailsUrl: string | null;
  output: CheckOutput | null;
  readonly annotations: Annotation[];
}

export interface Status {
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
  readonly target_url: string | null;
}

export class CheckStore {
  readonly runs: CheckRun[] = [];
  readonly statuses: Status[] = [];

  constructor(private readonly repository: string) {}

  create(request: CheckRequest, origin: string): Answer {
    const run: CheckRun = {
      id: 5001 + this.runs.length,
      headSha: request.head_sha as string,
      name: request.name as string,
      conclusion: null,
      detailsUrl: null,
      output: null,
      annotations: [],
    };
    this.runs.push(run);
    return { status: 201, body: this.#change(run, request, origin) };
  }

  update(id: number, request: CheckRequest, origin: string): Answer {
    const run = this.runs.find((candidate) => candidate.id === id);
    if (!run) return { status: 404, body: { message: 'Not Found', status: '404' } };
    return { status: 200, body: this.#change(run, request, origin) };
  }

  addStatus(sha: string, request: Omit<Status, 'sha'>, creator: Account, origin: string): Answer {
    const { state, context, description = null, target_url = null } = request;
    this.statuses.push({ sha, state, context, description, target_url });
    const body = {
      url: `${origin}/repos/${this.repository}/statuses/${sha}`,
      avatar_url: null,
      id: 9000 + this.statuses.length,
      node_id: `SC_${this.statuses.length}`,
      state,
      description,
      target_url,
      context,
      created_at: '2026-01-02T03:04:05Z',
      updated_at: '2026-01-02T03:04:05Z',
      creator: renderAccount(creator),
    };
    return { status: 201, body };
  }

  #change(run: CheckRun, request: CheckRequest, origin: string): Record<string, unknown> {
    run.name = request.name ?? run.name;
    run.conclusion = request.conclusion ?? run.conclusion;
    run.detailsUrl = request.details_url ?? run.detailsUrl;
    if (request.output) {
      const { annotations = [], ...output } = request.output;
      run.output = { ...run.output, ...output };
      run.annotations.push(...annotations);
    }
    const url = `${origin}/repos/${this.repository}/check-runs/${run.id}`;
    const { title = null, summary = null, text = null } = run.output ?? {};
    return {
      id: run.id,
      node_id: `CR_${run.id}`,
      head_sha: run.headSha,
      external_id: '',
      name: run.name,
      url,
      html_url: `https://github.com/${this.repository}/runs/${run.id}`,
      details_url: run.detailsUrl,
      status: run.conclusion === null ? 'queued' : 'completed',
      conclusion: run.conclusion,
      started_at: '2026-01-02T03:04:05Z',
      completed_at: run.conclusion === null ? null : '2026-01-02T03:04:05Z',
      output: {
        title,
        summary,
        text,
        annotations_count: run.annotations.length,
        annotations_url: `${url}/annotations`,
      },
      check_suite: { id: 1 },
      app: null,
      pull_requests: [],
    };
  }
}
