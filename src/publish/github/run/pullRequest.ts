/** Which pull request a run was about, by what GitHub knows of its commit; nothing the run says of itself is asked. */
import { UsageError } from '../../../errors.js';
import type { Client } from '../client.js';
import type { GitHubContext, PullRequest, WorkflowRun } from '../context.js';

export interface MeasuredPull extends PullRequest {
  readonly headSha: string;
  /** The branch it is to be merged into. */
  readonly baseBranch: string;
}

type Repository = Pick<GitHubContext, 'owner' | 'repo'>;

/** What both ways to ask answer with, as far as it is used. */
interface Listed {
  readonly number: number;
  readonly state: string;
  readonly head: {
    readonly sha: string;
    readonly ref: string;
    readonly repo: { readonly full_name: string } | null;
  };
  readonly base: { readonly ref: string; readonly repo: { readonly full_name: string } };
}

/**
 * The open pull request whose last commit the run was started for; null when there is none any more, because it was
 * closed, has newer commits, or lost its fork. Anyone can open another one of a commit that is public: it has to come
 * from the run's own branch.
 * @throws UsageError when there are several: nothing tells which one was measured
 */
export async function findPull(
  client: Client,
  repository: Repository,
  run: WorkflowRun,
): Promise<MeasuredPull | null> {
  const { owner, repo } = repository;
  const name = `${owner}/${repo}`;
  const isMeant = ({ state, head, base }: Listed): boolean =>
    state === 'open' &&
    head.sha === run.headSha &&
    head.ref === run.headBranch &&
    (head.repo?.full_name ?? null) === run.headRepository &&
    base.repo.full_name === name;
  const byCommit = await client.rest.repos.listPullRequestsAssociatedWithCommit({
    owner,
    repo,
    commit_sha: run.headSha,
    per_page: 100,
  });
  let found: Listed[] = byCommit.data.filter(isMeant);
  // Of a fork's commits the list above may be empty.
  if (found.length === 0) found = (await byBranch(client, repository, run)).filter(isMeant);
  const [only, ...others] = found;
  if (only === undefined) return null;
  if (others.length > 0) {
    const numbers = found.map(({ number }) => `#${number}`).join(' and ');
    throw new UsageError(
      `the pull requests ${numbers} are of the same branch and its last commit, ${run.headSha}, and nothing tells which of them was measured: close all but one and measure again`,
    );
  }
  return {
    number: only.number,
    fromFork: only.head.repo?.full_name !== name,
    headSha: run.headSha,
    baseBranch: only.base.ref,
  };
}

async function byBranch(
  client: Client,
  { owner, repo }: Repository,
  { headRepository, headBranch }: WorkflowRun,
): Promise<Listed[]> {
  const [user] = headRepository?.split('/') ?? [];
  if (user === undefined || headBranch === null) return [];
  const { data } = await client.rest.pulls.list({
    owner,
    repo,
    state: 'open',
    head: `${user}:${headBranch}`,
    per_page: 100,
  });
  return data;
}
