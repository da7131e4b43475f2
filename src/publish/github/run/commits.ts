/** Commits and files of the repository as the API has them: what a run without a checkout may rely on. */
import { UsageError } from '../../../errors.js';
import { answerStatus, type Client } from '../client.js';
import type { GitHubContext } from '../context.js';

type Repository = Pick<GitHubContext, 'owner' | 'repo'>;

/** The commit a branch is at. */
export async function branchTip(
  client: Client,
  { owner, repo }: Repository,
  branch: string,
): Promise<string> {
  const { data } = await client.rest.git.getRef({ owner, repo, ref: `heads/${branch}` });
  return data.object.sha;
}

/** A commit's parents, the branch that was merged into first; null where the repository has no such commit. */
export async function parentsOf(
  client: Client,
  { owner, repo }: Repository,
  commit: string,
): Promise<string[] | null> {
  const answer = await unlessMissing(client.rest.git.getCommit({ owner, repo, commit_sha: commit }));
  return answer === null ? null : answer.data.parents.map(({ sha }) => sha);
}

/**
 * A text file at a commit; null when it has none.
 * @param path relative to the repository's root
 * @throws UsageError when something else than a file stands there
 */
export async function fileAt(
  client: Client,
  { owner, repo }: Repository,
  commit: string,
  path: string,
): Promise<string | null> {
  const answer = await unlessMissing(client.rest.repos.getContent({ owner, repo, path, ref: commit }));
  if (answer === null) return null;
  const { data } = answer;
  // Files beyond 1 MB come without their content.
  if (Array.isArray(data) || data.type !== 'file' || !('content' in data) || data.encoding !== 'base64') {
    throw new UsageError(`${path} at ${commit} is not a file of at most 1 MB`);
  }
  return Buffer.from(data.content, 'base64').toString('utf8');
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (answerStatus(error) === 404) return null;
    throw error;
  }
}
