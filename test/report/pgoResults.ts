/** Hand-made results of profiles for compilers. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { comparisonOf, decide } from '../../src/pgo/decision.js';
import type { Comparison, PgoResult, PgoSamples, ProfileResult } from '../../src/pgo/result.js';
import type { PgoPublication } from '../../src/publish/github/pgo.js';
import { aResult, aWorkload, figure } from './results.js';

const sha256 = '5eed'.repeat(16);

/** The gate of two builds: how much more the other one takes, with bounds. */
export function aComparison(
  other: Comparison['with'],
  [estimate, lower, upper]: readonly [number, number, number],
  margin = 0,
): Comparison {
  const verdict = lower > margin ? 'fail' : upper < margin ? 'pass' : 'inconclusive';
  const total = { ...figure(estimate, lower, upper), margin, mde: null };
  const layouts = { builds: 8, deviation: null, part: 0.1 };
  return comparisonOf(other, aWorkload('api', { verdict, total, functions: [], layouts }));
}

/** More than enough of them. */
export const someSamples: PgoSamples = {
  source: null,
  captures: 6,
  seconds: 60,
  event: 'cpu-clock',
  all: 50_000,
  inBinary: 42_000,
  floor: 5000,
  neededSeconds: null,
  workloads: ['api'],
  load: [{ workload: 'api', units: 180_000, unitsPerSecond: 3000 }],
};

/** A profile as it is found, and what is decided of it. */
export function aProfile(change: Partial<ProfileResult> = {}): ProfileResult {
  const build = {
    seconds: 12,
    bytes: 8_400_000,
    codeBytes: 2_600_000,
    buildId: 'ab12',
    compiler: 'go1.24.1',
  };
  const found = {
    workload: 'api',
    format: 'go' as const,
    onNoGain: 'keep' as const,
    minGain: 0,
    path: 'default.pgo',
    last: null,
    next: { bytes: 51_000, sha256, functions: 310, describedShare: 0.99 },
    samples: someSamples,
    match: null,
    stability: null,
    consumption: { functions: 6200, differFromNone: 308, differFromEmpty: 307, report: null },
    builds: [
      { ...build, variant: 'none' as const },
      { ...build, variant: 'zero' as const },
      { ...build, variant: 'next' as const, seconds: 40, bytes: 8_700_000 },
    ],
    comparisons: [aComparison('none', [0.053, 0.031, 0.07])],
    failure: null,
    ...change,
  };
  return { ...found, ...decide(found) };
}

export function aPgoResult(profiles: readonly ProfileResult[], change: Partial<PgoResult> = {}): PgoResult {
  const { refs, tool, environment } = aResult([]);
  if (environment === null) throw new Error('results have an environment');
  return {
    schema: 'profbound/pgo@1',
    tool,
    startedAt: '2026-01-01T00:00:00Z',
    ref: refs.head,
    environment,
    notes: [],
    profiles: [...profiles],
    ...change,
  };
}

/** A published profile in a folder. */
export function publishedPgo(folder: string): PgoPublication {
  const published = join(folder, 'published');
  mkdirSync(join(published, 'cmd'), { recursive: true });
  writeFileSync(join(published, '.made-by-profbound'), '');
  writeFileSync(join(published, 'cmd', 'default.pgo'), 'profile');
  writeFileSync(join(published, 'cmd', 'default.pgo.provenance.json'), '{}\n');
  const [resultJson, reportHtml] = [join(folder, 'pgo.json'), join(folder, 'report.html')];
  writeFileSync(reportHtml, '<!doctype html>');
  return { result: aPgoResult([aProfile()]), paths: { resultJson, reportHtml, published } };
}
