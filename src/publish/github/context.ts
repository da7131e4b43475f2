/** What GitHub Actions says about this run: environment variables and the event's payload, read once and checked. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { UsageError } from '../../errors.js';

const commit = z.string().regex(/^[0-9a-f]{40,64}$/);
const fullName = z.string().regex(/^[^/\s]+\/[^/\s]+$/);

/** The few fields of an event's payload that are used; everything else is left unread. */
const payloadSchema = z.object({
  before: commit.nullish(),
  after: commit.nullish(),
  merge_group: z.object({ base_sha: commit, head_sha: commit }).nullish(),
  repository: z.object({ default_branch: z.string().min(1) }).nullish(),
  pull_request: z
    .object({
      number: z.int().positive(),
      head: z
        .object({
          sha: commit.nullish(),
          // null once the fork it came from is deleted.
          repo: z.object({ full_name: z.string() }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
  workflow_run: z
    .object({
      id: z.int().positive(),
      run_attempt: z.int().positive().nullish(),
      event: z.string(),
      conclusion: z.string().nullish(),
      head_sha: commit,
      head_branch: z.string().nullish(),
      head_repository: z.object({ full_name: fullName }).nullish(),
      created_at: z.iso.datetime(),
    })
    .nullish(),
});

export interface GitHubContext {
  readonly event: string;
  /** The commit the event is about; on pull_request the merge of head into base. */
  readonly sha: string;
  readonly owner: string;
  readonly repo: string;
  readonly runId: string;
  readonly runAttempt: string;
  /** The job's id in the workflow file; the same for every job of a matrix. */
  readonly job: string;
  readonly serverUrl: string;
  readonly apiUrl: string;
  /** File that receives this step's summary; null where the runner has none. */
  readonly summaryFile: string | null;
  readonly defaultBranch: string | null;
  readonly push: { readonly before: string | null; readonly after: string | null };
  readonly mergeGroup: { readonly base: string; readonly head: string } | null;
  /** The pull request the run is about; null where its code is not what was measured. */
  readonly pullRequest: PullRequest | null;
  /** The run whose end this one was started by, on workflow_run. */
  readonly workflowRun: WorkflowRun | null;
}

/** Another run of this repository, perhaps of a fork's code; GitHub says these things, nothing here is the run's own. */
export interface WorkflowRun {
  readonly id: number;
  readonly attempt: number;
  /** What started it. */
  readonly event: string;
  /** How it ended: success, failure, cancelled, skipped, … */
  readonly conclusion: string;
  readonly headSha: string;
  readonly headBranch: string | null;
  /** OWNER/NAME of where the branch is; null once the fork is deleted. */
  readonly headRepository: string | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

export interface PullRequest {
  readonly number: number;
  readonly fromFork: boolean;
  /** Its last commit, which its checks stand on: not the merge commit that is measured. */
  readonly headSha: string | null;
}

/**
 * Reads the context of a run.
 * @param env the process's environment
 * @throws UsageError naming the variable that is missing or broken
 */
export function readContext(env: NodeJS.ProcessEnv): GitHubContext {
  const repository = required(env, 'GITHUB_REPOSITORY', fullName);
  const [owner, repo] = repository.split('/') as [string, string];
  const payload = readPayload(env.GITHUB_EVENT_PATH);
  const event = required(env, 'GITHUB_EVENT_NAME', z.string());
  // Others have a pull request in their payload, too, such as a label that somebody adds.
  const pull = ['pull_request', 'pull_request_target'].includes(event) ? payload.pull_request : null;
  const group = payload.merge_group;
  return {
    event,
    sha: required(env, 'GITHUB_SHA', commit),
    owner,
    repo,
    runId: env.GITHUB_RUN_ID ?? '0',
    runAttempt: env.GITHUB_RUN_ATTEMPT ?? '1',
    job: env.GITHUB_JOB ?? 'job',
    serverUrl: env.GITHUB_SERVER_URL || 'https://github.com',
    apiUrl: env.GITHUB_API_URL || 'https://api.github.com',
    summaryFile: env.GITHUB_STEP_SUMMARY || null,
    defaultBranch: payload.repository?.default_branch ?? null,
    push: { before: payload.before ?? null, after: payload.after ?? null },
    mergeGroup: group ? { base: group.base_sha, head: group.head_sha } : null,
    pullRequest: pull
      ? {
          number: pull.number,
          fromFork: pull.head?.repo?.full_name !== repository,
          headSha: pull.head?.sha ?? null,
        }
      : null,
    workflowRun: readRun(payload.workflow_run),
  };
}

function readRun(run: z.infer<typeof payloadSchema>['workflow_run']): WorkflowRun | null {
  if (!run) return null;
  return {
    id: run.id,
    attempt: run.run_attempt ?? 1,
    event: run.event,
    conclusion: run.conclusion ?? '',
    headSha: run.head_sha,
    headBranch: run.head_branch ?? null,
    headRepository: run.head_repository?.full_name ?? null,
    createdAt: run.created_at,
  };
}

function required(env: NodeJS.ProcessEnv, name: string, schema: z.ZodType<string>): string {
  const value = env[name];
  if (!value)
    throw new UsageError(`${name} is not set: this runs as a GitHub Action; elsewhere use the command line`);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new UsageError(`${name} is ${JSON.stringify(value)}, which GitHub never sets`);
  return parsed.data;
}

function readPayload(path: string | undefined): z.infer<typeof payloadSchema> {
  if (!path) return {};
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`cannot read the event's payload (GITHUB_EVENT_PATH): ${(error as Error).message}`);
  }
  const parsed = payloadSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UsageError(`the event's payload (${path}) is not GitHub's:\n${z.prettifyError(parsed.error)}`);
}
