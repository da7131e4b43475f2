/**
 * Publishes a result on GitHub. The exit code is the gate; all of this is decoration, so whatever fails here is said in one
 * warning, and the rest goes on.
 */
import { dirname, join } from 'node:path';
import type { Annotations } from '../../report/annotations.js';
import { flameFileName } from '../../report/flame/file.js';
import { renderCheck, renderMarkdown } from '../../report/markdown/markdown.js';
import type { Result } from '../../verdict/result.js';
import { folderFiles, looseFiles } from './artifacts.js';
import { type Check, type Conclusion, maxCheckBytes } from './check.js';
import type { GitHubContext } from './context.js';
import { failureMarkdown } from './failure.js';
import { publishOutputs, type StepOutputs } from './outputs.js';
import { attempt, type PublishSettings, type Warner } from './settings.js';
import { publishTexts } from './texts.js';
import { publishArtifacts } from './uploads.js';

/** What is published: a gate's outcome, as far as it matters here. */
export interface Publication {
  readonly result: Result;
  /** Files and folders on this machine. */
  readonly paths: StepOutputs['paths'];
  /** For the lines of the change that got slower. */
  readonly annotations: Annotations;
}

/** Uploads artifacts, then writes summary, comment, check and outputs. Never throws. */
export async function publish(
  { result, paths, annotations }: Publication,
  context: GitHubContext,
  settings: PublishSettings,
  log: Warner,
): Promise<void> {
  const flamegraphs = result.workloads.map(({ name }) =>
    join(dirname(paths.reportHtml), flameFileName(name)),
  );
  const artifacts = await publishArtifacts(context, settings, log, {
    report: looseFiles('', [paths.reportHtml]),
    bundle: folderFiles('-bundle', paths.bundle),
    pprof: folderFiles('-pprof', paths.pprof),
    flamegraph: looseFiles('-flamegraph', flamegraphs),
  });
  const links = { reportLink: artifacts.report?.url ?? null, runLink: runLink(context) };
  const { list, left } = annotations;
  const notes = left > 0 ? [`${left} more slower functions of changed files have no annotation.`] : [];
  const written = await publishTexts(
    context,
    settings,
    log,
    (room) => renderMarkdown(result, { ...room, ...links }),
    () => ({
      ...renderCheck(result, { ...links, notes, maxCharacters: maxCheckBytes, maxBytes: maxCheckBytes }),
      conclusion: conclusionOf(result),
      annotations: list,
    }),
    links.reportLink ?? links.runLink,
  );
  await attempt(log, 'set the outputs', () => publishOutputs({ result, paths, artifacts, ...written }));
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
): Promise<void> {
  if (bundle !== null) {
    await publishArtifacts(context, settings, log, { bundle: folderFiles('-bundle', bundle) });
  }
  const link = runLink(context);
  const text = failureMarkdown(message, link);
  const check: Check = {
    conclusion: 'failure',
    title: 'No verdict: the run ended early',
    summary: text,
    text: null,
    annotations: [],
  };
  await publishTexts(
    context,
    settings,
    log,
    () => text,
    () => check,
    link,
  );
}

function conclusionOf({ verdict, onInconclusive }: Result): Conclusion {
  if (verdict === 'pass') return 'success';
  return verdict === 'fail' || onInconclusive === 'fail' ? 'failure' : 'neutral';
}

function runLink({ serverUrl, owner, repo, runId }: GitHubContext): string {
  return `${serverUrl}/${owner}/${repo}/actions/runs/${runId}`;
}
