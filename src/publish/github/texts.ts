/** Summary, comment and check: the same result, each within its own limits. */
import {
  type Check,
  checkName,
  hasNoChecks,
  MissingAnnotationsError,
  publishCheck,
  publishStatus,
} from './check.js';
import { isRefusal, openClient } from './client.js';
import { commentMarker, publishComment } from './comment.js';
import type { GitHubContext } from './context.js';
import type { StepOutputs } from './outputs.js';
import { botLogins } from './servers.js';
import { attempt, type PublishSettings, type Warner } from './settings.js';
import { publishSummary } from './summary.js';

/** Text within a room, for each surface its own. */
type Write = (room: { readonly maxCharacters: number; readonly maxBytes?: number }) => string;

type Written = Pick<StepOutputs, 'commentUrl' | 'checkUrl'>;

/** The summary of every run; comment and check where it is about a pull request. */
export async function publishTexts(
  context: GitHubContext,
  settings: PublishSettings,
  log: Warner,
  write: Write,
  check: () => Check,
  link: string,
): Promise<Written> {
  await attempt(log, 'write the job summary', () =>
    publishSummary(context.summaryFile, (maxBytes) => write({ maxCharacters: maxBytes, maxBytes })),
  );
  const [commentUrl, checkUrl] = await Promise.all([
    settings.comment ? attemptComment(context, settings, log, write) : null,
    settings.check ? attemptCheck(context, settings, log, check, link) : null,
  ]);
  return { commentUrl, checkUrl };
}

async function attemptComment(
  context: GitHubContext,
  { token, config, workloads, patience }: PublishSettings,
  log: Warner,
  write: Write,
): Promise<string | null> {
  const { owner, repo, pullRequest, apiUrl, serverUrl } = context;
  if (pullRequest === null) return null;
  const place = {
    owner,
    repo,
    number: pullRequest.number,
    marker: commentMarker(config, workloads),
    bots: botLogins(serverUrl),
  };
  const comment = await attempt(
    log,
    'comment on the pull request',
    () =>
      publishComment(openClient(token, apiUrl, patience), place, (maxCharacters) => write({ maxCharacters })),
    (error) => explained(error, context, 'pull-requests'),
  );
  return comment?.url ?? null;
}

async function attemptCheck(
  context: GitHubContext,
  { token, config, workloads, patience }: PublishSettings,
  log: Warner,
  write: () => Check,
  link: string,
): Promise<string | null> {
  const { owner, repo, pullRequest, apiUrl } = context;
  if (pullRequest === null) return null;
  const { headSha } = pullRequest;
  if (headSha === null) {
    log.warn('could not make the check run: the event does not name the last commit of the pull request');
    return null;
  }
  const place = { owner, repo, headSha, name: checkName(config, workloads), link };
  try {
    const client = openClient(token, apiUrl, patience);
    const check = write();
    try {
      return await publishCheck(client, place, check);
    } catch (error) {
      if (!hasNoChecks(error)) throw error;
      await publishStatus(client, place, check);
      log.warn(
        `could not make the check run: ${(error as Error).message}; a commit status stands in for it, without annotations`,
      );
      return null;
    }
  } catch (error) {
    const what = error instanceof MissingAnnotationsError ? 'complete' : 'make';
    log.warn(`could not ${what} the check run: ${explained(error, context, 'checks')}`);
    return null;
  }
}

/** An error's sentence, with what to do about it. */
function explained(error: unknown, { event, pullRequest }: GitHubContext, permission: string): string {
  const { message } = error as Error;
  if (!isRefusal(error)) return message;
  // What is published after a fork's run has rights of its own.
  return pullRequest?.fromFork && event !== 'workflow_run'
    ? `${message}: the pull request comes from a fork, whose runs get a read-only token; the job summary has it all`
    : `${message}: the token may not write; give the job \`permissions: { ${permission}: write }\``;
}
