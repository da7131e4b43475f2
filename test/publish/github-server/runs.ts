/** What mode report reads: runs' artifacts, pull requests, branches, commits and files; of each the members somebody reads. */
import type { Answer } from './types.js';

export interface StoredPull {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly head: { readonly sha: string; readonly ref: string; readonly repository: string | null };
  readonly base: { readonly ref: string };
}

export interface StoredArtifact {
  readonly id: number;
  readonly run: number;
  readonly name: string;
  readonly bytes: Buffer;
  readonly expired?: boolean;
  /** What the list says, in truth or not. */
  readonly size?: number;
}

export class RunStore {
  readonly pulls: StoredPull[] = [];
  /** Whether GitHub finds a fork's commits; it need not. */
  knowsCommitsOfForks = true;
  readonly artifacts: StoredArtifact[] = [];
  /** Commits of branches. */
  readonly branches = new Map<string, string>();
  /** Parents of commits. */
  readonly commits = new Map<string, readonly string[]>();
  /** By `COMMIT:PATH`. */
  readonly files = new Map<string, string>();

  constructor(private readonly repository: string) {}

  /** @returns null when the operation is none of these */
  answer(id: string, given: Readonly<Record<string, string>>, origin: string): Answer | null {
    const value = (name: string): string => decodeURIComponent(given[name] ?? '');
    switch (id) {
      case 'repos/list-pull-requests-associated-with-commit':
        return ok(
          this.pulls
            .filter(({ head }) => head.sha === value('commit_sha'))
            .filter(({ head }) => this.knowsCommitsOfForks || head.repository === this.repository)
            .map((pull) => this.#render(pull)),
        );
      case 'pulls/list':
        return ok(
          this.pulls
            .filter(({ state }) => state === value('state'))
            .filter(({ head }) => `${head.repository?.split('/')[0]}:${head.ref}` === value('head'))
            .map((pull) => this.#render(pull)),
        );
      case 'git/get-ref': {
        const sha = this.branches.get(value('ref').replace(/^heads\//, ''));
        return sha === undefined
          ? notFound
          : ok({ ref: `refs/${value('ref')}`, object: { type: 'commit', sha } });
      }
      case 'git/get-commit': {
        const parents = this.commits.get(value('commit_sha'));
        return parents
          ? ok({ sha: value('commit_sha'), parents: parents.map((sha) => ({ sha })) })
          : notFound;
      }
      case 'repos/get-content': {
        const text = this.files.get(`${value('ref')}:${value('path')}`);
        if (text === undefined) return notFound;
        const content = Buffer.from(text).toString('base64').replace(/.{60}/g, '$&\n');
        return ok({ type: 'file', encoding: 'base64', path: value('path'), content });
      }
      case 'actions/list-workflow-run-artifacts': {
        const [size, page] = [Number(given.per_page ?? 30), Number(given.page ?? 1)];
        const all = this.artifacts.filter(({ run }) => run === Number(given.run_id));
        const artifacts = all.slice((page - 1) * size, page * size).map((one) => ({
          id: one.id,
          name: one.name,
          size_in_bytes: one.size ?? one.bytes.length,
          expired: one.expired ?? false,
        }));
        return ok({ total_count: all.length, artifacts });
      }
      case 'actions/download-artifact': {
        const location = `${origin}/archive/${value('artifact_id')}?sig=s1gn%2Bed`;
        return { status: 302, headers: { location }, body: null };
      }
      case 'GetArchive': {
        const found = this.artifacts.find((one) => one.id === Number(given.number));
        return found ? { status: 200, body: found.bytes } : notFound;
      }
      default:
        return null;
    }
  }

  #render({ number, state, head, base }: StoredPull): unknown {
    return {
      number,
      state,
      head: {
        sha: head.sha,
        ref: head.ref,
        repo: head.repository === null ? null : { full_name: head.repository },
      },
      base: { ref: base.ref, repo: { full_name: this.repository } },
    };
  }
}

const notFound: Answer = { status: 404, body: { message: 'Not Found', status: '404' } };

function ok(body: unknown): Answer {
  return { status: 200, body };
}
