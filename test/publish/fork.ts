/** A fork's pull request and the run that measured it, as the loopback GitHub knows them: what `mode: report` asks for. */
import type { BundleManifest } from '../../src/bundle/schema.js';
import { archivedBundle, type Written } from '../bundle/written.js';
import type { RunStore } from './github-server/runs.js';

/** Of the pull request; of main when it was merged for measuring, that merge, and of main now. */
export const commits = {
  head: 'b'.repeat(40),
  mergedInto: 'a'.repeat(40),
  merge: 'c'.repeat(40),
  tip: 'd'.repeat(40),
};

/** As the event says it. */
export const measuringRun = {
  id: 55,
  run_attempt: 1,
  event: 'pull_request',
  conclusion: 'failure',
  head_sha: commits.head,
  head_branch: 'topic',
  head_repository: { full_name: 'mallory/shop' },
  created_at: '2026-03-01T10:00:00Z',
};

export const forkPull = {
  number: 7,
  state: 'open',
  head: { sha: commits.head, ref: 'topic', repository: 'mallory/shop' },
  base: { ref: 'main' },
} as const;

/** Main's configuration. */
export const baseConfig =
  "version: 1\nworkloads: { api: { batch: 'true' } }\ngate: { total: { margin: 3% } }\n";

/** The archive of a bundle of the merge commit. */
export function measuredBundle({ change = (same) => same, ...written }: Written = {}): Buffer {
  const { mergedInto, merge } = commits;
  const merged = (manifest: BundleManifest): BundleManifest => ({
    ...manifest,
    startedAt: '2026-03-01T10:05:00.000Z',
    refs: {
      base: { name: mergedInto, commit: mergedInto, root: '/src' },
      head: { name: merge, commit: merge, root: '/src' },
    },
  });
  return archivedBundle({ ...written, change: (manifest) => change(merged(manifest)) });
}

/** Lets GitHub know all of it. @param bundle what the run left */
export function knowMeasured(runs: RunStore, bundle: Buffer): void {
  const { head, mergedInto, merge, tip } = commits;
  runs.pulls.push(forkPull);
  runs.branches.set('main', tip);
  runs.commits.set(merge, [mergedInto, head]);
  runs.files.set(`${tip}:.profbound.yml`, baseConfig);
  runs.artifacts.push({ id: 1, run: measuringRun.id, name: 'profbound-measure-1-bundle', bytes: bundle });
}
