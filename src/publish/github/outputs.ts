/** The step's outputs, as action.yml describes them. */
import { existsSync } from 'node:fs';
import { setOutput } from '@actions/core';
import { headline, plain } from '../../report/phrase.js';
import { isHeld, ranked } from '../../report/ranking.js';
import type { Result } from '../../verdict/result.js';
import type { PublishedArtifact } from './artifacts.js';

export type Artifacts = Readonly<Record<ArtifactKind, PublishedArtifact | null>>;
export type ArtifactKind = 'report' | 'bundle' | 'pprof' | 'flamegraph' | 'profiles';

export interface StepOutputs {
  readonly result: Result;
  readonly paths: {
    readonly resultJson: string;
    readonly reportHtml: string;
    readonly bundle: string;
    readonly pprof: string;
  };
  readonly artifacts: Artifacts;
  readonly commentUrl: string | null;
  readonly checkUrl: string | null;
}

/** Functions named in the figures of one workload; what a job puts out is bounded. */
const mostNamed = 10;
const mostNameCharacters = 500;

/** Sets every output; those of what was not published are empty. */
export function publishOutputs({ result, paths, artifacts, commentUrl, checkUrl }: StepOutputs): void {
  setOutput('verdict', result.verdict);
  setOutput('sentence', plain(headline(result)));
  setOutput('figures', JSON.stringify(figures(result)));
  setOutput('result', paths.resultJson);
  setOutput('report', paths.reportHtml);
  setOutput('bundle', paths.bundle);
  setOutput('pprof', existsSync(paths.pprof) ? paths.pprof : '');
  for (const kind of ['report', 'bundle', 'pprof', 'flamegraph'] as const) {
    setOutput(`${kind}-artifact-id`, artifacts[kind]?.id ?? '');
    setOutput(`${kind}-artifact-url`, artifacts[kind]?.url ?? '');
  }
  setOutput('comment-url', commentUrl ?? '');
  setOutput('check-url', checkUrl ?? '');
}

/** By workload what a later step may want to go by; relative changes are fractions. */
function figures({ workloads }: Result): Record<string, unknown> {
  const entries = workloads.map(({ name, verdict, total, pairs, functions }) => {
    const { estimate, lower, upper, margin } = total;
    const slower = ranked(functions)
      .filter(isHeld)
      .slice(0, mostNamed)
      .map((one) => one.name.slice(0, mostNameCharacters));
    return [name, { verdict, change: estimate, lower, upper, margin, pairs, slower }];
  });
  return Object.fromEntries(entries);
}
