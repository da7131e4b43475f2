/** Publishes what became of profiles for compilers: report and profiles as artifacts, job summary, outputs. */
import { setOutput } from '@actions/core';
import type { PgoResult } from '../../pgo/result.js';
import { renderPgoMarkdown } from '../../report/pgo/markdown.js';
import { decisionSentence, overall } from '../../report/pgo/words.js';
import { type ArtifactFiles, folderFiles, looseFiles } from './artifacts.js';
import type { GitHubContext } from './context.js';
import type { Artifacts } from './outputs.js';
import { attempt, type PublishSettings, type Warner } from './settings.js';
import { publishSummary } from './summary.js';
import { publishArtifacts } from './uploads.js';

/** A run's outcome, as far as it matters here. */
export interface PgoPublication {
  readonly result: PgoResult;
  /** Files and folders on this machine. */
  readonly paths: { readonly resultJson: string; readonly reportHtml: string; readonly published: string };
}

/** Uploads artifacts, then writes summary and outputs. Never throws. */
export async function publishPgo(
  { result, paths }: PgoPublication,
  context: GitHubContext,
  settings: PublishSettings,
  log: Warner,
): Promise<void> {
  const artifacts = await publishArtifacts(context, settings, log, {
    report: looseFiles('', [paths.reportHtml]),
    profiles: publishedFiles(paths.published),
  });
  await attempt(log, 'write the job summary', () =>
    publishSummary(context.summaryFile, () => renderPgoMarkdown(result, artifacts.report?.url ?? null)),
  );
  await attempt(log, 'set the outputs', () => publishOutputs(result, paths, artifacts));
}

/** Without what marks the folder as ours. */
function publishedFiles(folder: string): ArtifactFiles {
  const all = folderFiles('-profiles', folder);
  return { ...all, files: all.files.filter((file) => !file.endsWith('/.made-by-profbound')) };
}

function publishOutputs(result: PgoResult, paths: PgoPublication['paths'], artifacts: Artifacts): void {
  setOutput('decision', overall(result));
  setOutput('sentence', result.profiles.map(decisionSentence).join(' '));
  setOutput('figures', JSON.stringify(figures(result)));
  setOutput('result', paths.resultJson);
  setOutput('report', paths.reportHtml);
  setOutput('profiles', overall(result) === 'published' ? paths.published : '');
  for (const kind of ['report', 'profiles'] as const) {
    setOutput(`${kind}-artifact-id`, artifacts[kind]?.id ?? '');
    setOutput(`${kind}-artifact-url`, artifacts[kind]?.url ?? '');
  }
}

/** By workload what a later step may want to go by; savings are fractions. */
function figures({ profiles }: PgoResult): Record<string, unknown> {
  return Object.fromEntries(
    profiles.map(({ workload, decision, path, reasons, comparisons }) => {
      const saving = (other: 'none' | 'last') =>
        comparisons.find((comparison) => comparison.with === other)?.saving ?? null;
      const codes = reasons.map(({ code }) => code);
      return [
        workload,
        { decision, path, reasons: codes, saving: saving('none'), savingOverLast: saving('last') },
      ];
    }),
  );
}
