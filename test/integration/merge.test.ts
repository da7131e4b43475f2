/** Two real gates, as two runners would measure them, and one bundle of both. */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type BundleManifest, bundleSchema } from '../../src/bundle/schema.js';
import { resultSchema } from '../../src/verdict/result.js';
import { configuration, expectCode, Project, type Run, runCli } from './project.js';

const program = (rounds: number): string => `let sum = 0;
function work() { for (let round = 0; round < ${rounds}; round++) sum = (sum * 31 + round) % 65537; }
work();
`;
const batch = configuration({
  start: null,
  ready: null,
  load: null,
  warmup: '0s',
  batch: 'node --perf-basic-prof job.cjs',
});

let project: Project;
const merge = (...words: readonly string[]): Promise<Run> =>
  runCli(['merge', ...words], { cwd: project.folder });
const manifest = (path: string): BundleManifest =>
  bundleSchema.parse(JSON.parse(project.read(`${path}/bundle.json`)));

/** A copy of a gate's bundle with something else in it. */
function changed(from: string, to: string, change: (bundle: BundleManifest) => unknown): string {
  cpSync(project.path(from, 'bundle'), project.path(to), { recursive: true });
  const bundle = manifest(to);
  change(bundle);
  writeFileSync(project.path(to, 'bundle.json'), JSON.stringify(bundle));
  return to;
}

beforeAll(async () => {
  project = new Project();
  project.write({
    'base/job.cjs': program(1_000_000),
    'base/.profbound.yml': batch,
    'head/job.cjs': program(60_000_000),
    'head/.profbound.yml': batch,
  });
  for (const out of ['a', 'b']) {
    const sides = ['--base', 'dir:base', '--head', 'dir:head'];
    const run = await runCli(['gate', ...sides, '--all-pairs', '--out', out], { cwd: project.folder });
    expectCode(run, 1);
  }
});
afterAll(() => project.remove());

test('makes one bundle with all pairs, each with its runner, and judges it once', async () => {
  const run = await merge('a', 'b/bundle', '--out', 'merged', '--json');
  expectCode(run, 1);
  const result = resultSchema.parse(JSON.parse(run.stdout));
  expect(result.workloads[0]).toMatchObject({ verdict: 'fail', pairs: 8 });
  expect(result.workloads[0]?.functions.find(({ name }) => name === 'work')).toMatchObject({
    class: 'slower',
    file: 'job.cjs',
  });
  expect(result.notes.join('\n')).toMatch(/runner 1: .*\nrunner 2: .*\napi: 4 \+ 4 pairs of 2 runners/);
  // Said when each was measured; only capture.seconds was set.
  expect(result.notes).toContainEqual(
    expect.stringMatching(/^api: capture\.rate, capture\.event, capture\.backend are left to each runner/),
  );
  const bundle = manifest('merged/bundle');
  expect(bundle.runners).toHaveLength(2);
  const [workload] = bundle.workloads;
  expect(workload?.policy.looks).toEqual([8]);
  expect(workload?.captures.map(({ pair, runner }) => [pair, runner])).toEqual(
    [1, 2, 3, 4, 5, 6, 7, 8].flatMap((pair) => [0, 1].map(() => [pair, pair > 4 ? 1 : 0])),
  );
  for (const { cpuProfile, pair, side } of workload?.captures ?? []) {
    const original = `${pair > 4 ? 'b' : 'a'}/bundle/workloads/api/pairs/00${pair > 4 ? pair - 4 : pair}/${side}.cpu.pb.gz`;
    const bytes = readFileSync(project.path('merged/bundle', cpuProfile));
    expect(bytes.equals(readFileSync(project.path(original)))).toBe(true);
  }
  const again = await runCli(['report', 'merged', '--json'], { cwd: project.folder });
  expect(again).toMatchObject({ code: 0, stdout: run.stdout });
  expect(existsSync(project.path('merged/report.html'))).toBe(true);
});

test('files are named below the folder of the runner they were measured on', async () => {
  const moved = changed('b', 'elsewhere', ({ refs }) => {
    for (const side of ['base', 'head'] as const) refs[side].root = '/srv/other';
  });
  const run = await merge('a', moved, '--out', 'merged-elsewhere', '--json');
  const { workloads } = resultSchema.parse(JSON.parse(run.stdout));
  // The second runner's files do not lie below what it says its folders are: they are other functions then.
  const files = workloads[0]?.functions.filter(({ name }) => name === 'work').map(({ file }) => file);
  expect(files).toContain('job.cjs');
  expect(files).toContain(project.path('head', 'job.cjs'));
});

describe('is refused', () => {
  const refused = async (words: readonly string[], message: string | RegExp): Promise<void> => {
    const run = await merge(...words, '--out', 'refused');
    expectCode(run, 3);
    expect(run.stderr).toMatch(message);
    expect(existsSync(project.path('refused')) ? readdirSync(project.path('refused')) : []).toEqual([]);
  };

  test('when the plans differ, naming what does', async () => {
    const other = changed('b', 'margin', ({ workloads: [workload] }) => {
      if (workload) workload.policy.totalMargin = 0.03;
    });
    await refused(
      ['a', other],
      /not of one plan: workload api: gate\.total\.margin: 0\.02 in the one, 0\.03 in the other/,
    );
    const commit = changed('b', 'commit', ({ refs }) => {
      refs.head.commit = 'c'.repeat(40);
    });
    await refused(
      ['a', commit],
      /not of one plan: the commit of head: unknown in the one, c{40} in the other/,
    );
    const sampled = changed('b', 'sampled', ({ workloads: [workload] }) => {
      for (const { summary } of workload?.captures ?? []) summary.rateHz = 99;
    });
    await refused(
      ['a', sampled],
      /how it was sampled.* at 99 Hz .*; set capture\.event, capture\.rate and capture\.backend in the configuration/,
    );
    const longer = changed('b', 'longer', ({ workloads: [workload] }) => {
      if (workload) workload.captureSeconds = 3;
    });
    await refused(
      ['a', longer],
      /capture\.seconds: 0\.4 in the one, 3 in the other; set capture\.seconds in/,
    );
  });

  test('when one run is given twice', async () => {
    await refused(['a', 'a/bundle'], /hold the same captures: each run is merged once/);
  });

  test('when measuring ended because of what it showed, unless only first looks are taken', async () => {
    const early = changed('b', 'early', ({ workloads: [workload] }) => {
      if (!workload) return;
      workload.policy.looks = [4, 10];
      workload.stop = { reason: 'decided', message: 'decided after 4 of at most 10 pairs' };
    });
    await refused(['a', early], /what they had shown, .* --all-pairs on every runner, .* --first-look/);
    const run = await merge('a', early, '--out', 'first-look', '--first-look');
    expectCode(run, 1);
    expect(manifest('first-look/bundle').workloads[0]?.captures).toHaveLength(16);
  });

  test('when measuring did not come to its end', async () => {
    const killed = changed('b', 'killed', ({ workloads: [workload] }) => {
      if (workload) workload.stop = null;
    });
    await refused(['a', killed], /measuring api did not come to its end: it was killed/);
  });

  test('when it would replace what it is made of', async () => {
    const run = await merge('a', 'b', '--out', 'a');
    expectCode(run, 3);
    expect(run.stderr).toMatch(/lies in .*a\/bundle, which is replaced/);
    expect(manifest('a/bundle').workloads[0]?.captures).toHaveLength(8);
  });

  test('when a bundle leads out of its folder', async () => {
    const hostile = changed('b', 'hostile', () => {});
    const file = project.path(hostile, 'bundle.json');
    writeFileSync(
      file,
      project.read(`${hostile}/bundle.json`).replaceAll('workloads/api/pairs/001', '../../etc'),
    );
    await refused(['a', hostile], /is not a valid bundle/);
  });
});
