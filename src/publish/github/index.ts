/**
 * Publishes a result on GitHub. The exit code is the gate; all of this is decoration, so whatever fails here warns
 * and the rest goes on.
 */
import type { Verdict } from '../../verdict/result.js';
import { type PublishedArtifact, publishBundle, publishReport } from './artifacts.js';
import { openClient, type Patience, usualPatience } from './client.js';
import { commentMarker, explainCommentError, publishComment } from './comment.js';
import type { GitHubContext } from './context.js';
import { failureMarkdown } from './failure.js';
import { publishOutputs } from './outputs.js';
import { publishSummary } from './summary.js';

/** What is published: a gate's outcome, as far as it matters here. */
export interface Publication {
  readonly result: { readonly verdict: Verdict };
  /** Files on this machine. */
  readonly paths: { readonly bundle: string; readonly resultJson: string; readonly reportHtml: string };
  /** The result as Markdown of at most `maxCharacters` characters. */
  markdown(options: { maxCharacters: number; reportLink?: string | null; notes?: readonly string[] }): string;
}

export interface PublishSettings {
  readonly token: string;
  /** Whether pull requests get a comment. */
  readonly comment: boolean;
  readonly artifactName: string;
  /** Which configuration and workloads were measured: whose comment it is. */
  readonly config: string;
  readonly workloads: readonly string[];
}

/** Where what failed is said. */
interface Warner {
  warn(text: string): void;
}

/** Uploads report and bundle, then writes summary, comment and outputs. Never throws. */
export async function publish(
  publication: Publication,
  context: GitHubContext,
  settings: PublishSettings,
  log: Warner,
  patience: Patience = usualPatience,
): Promise<void> {
  const { paths } = publication;
  const [reportArtifact, bundleArtifact] = await Promise.all([
    attempt(log, 'upload the report', () =>
      publishReport(context, settings.artifactName, paths.reportHtml, patience.upload),
    ),
    attemptBundle(paths.bundle, context, settings, log, patience),
  ]);
  const write = (maxCharacters: number): string =>
    publication.markdown({ maxCharacters, reportLink: reportArtifact?.url ?? null });

  await publishText(context, settings, log, patience, write);
  await attempt(log, 'set the outputs', () =>
    publishOutputs({
      verdict: publication.result.verdict,
      result: paths.resultJson,
      report: paths.reportHtml,
      bundle: paths.bundle,
      reportArtifact,
      bundleArtifact,
    }),
  );
}

/**
 * Publishes that a run came to no verdict, and what it had measured until then. Never throws.
 * @param bundle its folder; null when nothing was captured
 */
export async function publishFailure(
  message: string,
  bundle: string | null,
  context: GitHubContext,
  settings: PublishSettings,
  log: Warner,
  patience: Patience = usualPatience,
): Promise<void> {
  if (bundle !== null) await attemptBundle(bundle, context, settings, log, patience);
  const { serverUrl, owner, repo, runId } = context;
  const text = failureMarkdown(message, `${serverUrl}/${owner}/${repo}/actions/runs/${runId}`);
  await publishText(context, settings, log, patience, () => text);
}

function attemptBundle(
  bundle: string,
  context: GitHubContext,
  { artifactName }: PublishSettings,
  log: Warner,
  patience: Patience,
): Promise<PublishedArtifact | null> {
  return attempt(log, 'upload the bundle', () =>
    publishBundle(context, artifactName, bundle, patience.upload),
  );
}

async function publishText(
  context: GitHubContext,
  settings: PublishSettings,
  log: Warner,
  patience: Patience,
  write: (maxCharacters: number) => string,
): Promise<void> {
  await attempt(log, 'write the job summary', () => publishSummary(context.summaryFile, write));
  if (settings.comment && onPullRequest(context.event)) {
    await attemptComment(context, settings, log, patience, write);
  }
}

function onPullRequest(event: string): boolean {
  return event === 'pull_request' || event === 'pull_request_target';
}

async function attemptComment(
  context: GitHubContext,
  settings: PublishSettings,
  log: Warner,
  patience: Patience,
  write: (maxCharacters: number) => string,
): Promise<void> {
  const { owner, repo, pullRequest } = context;
  if (pullRequest === null) return;
  await attempt(
    log,
    'comment on the pull request',
    () => {
      const client = openClient(settings.token, context.apiUrl, patience);
      const marker = commentMarker(settings.config, settings.workloads);
      return publishComment(client, { owner, repo, number: pullRequest.number, marker }, write);
    },
    (error) => explainCommentError(error, pullRequest.fromFork),
  );
}

/** Does one thing; when it fails, says so and goes on. */
async function attempt<T>(
  log: Warner,
  what: string,
  work: () => T | Promise<T>,
  explain: (error: unknown) => string = (error) => (error as Error).message,
): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    log.warn(`could not ${what}: ${explain(error)}`);
    return null;
  }
}
