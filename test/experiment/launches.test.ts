import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openBundle } from '../../src/bundle/reader.js';
import { MeasureError } from '../../src/errors.js';
import { Launcher } from '../../src/experiment/launches.js';
import type { Pace } from '../../src/experiment/pace.js';
import { takePairs } from '../../src/experiment/pairs.js';
import { launchesOf } from '../../src/experiment/preparation.js';
import { completePairs } from '../../src/verdict/captures/pairs.js';
import { chooseFreePort } from '../../src/workload/port.js';
import { failure, never } from '../workload/support.js';
import { Trial } from './support.js';

const shared: Pace = {
  seconds: 0.2,
  rateHz: 997,
  turnSeconds: null,
  pairsPerLaunch: 2,
  pairSeconds: 3,
  expected: 100,
  looks: [2],
};

test('pairs that share a launch are captured of the same processes and are one value', async () => {
  const trial = new Trial({ warmupSeconds: 0.1 });
  const context = await trial.context({ base: await chooseFreePort(), head: await chooseFreePort() });
  const launcher = new Launcher(true);
  const prepared = { context: { ...context, seconds: shared.seconds }, pace: shared, launcher };
  const stop = await takePairs(prepared, performance.now(), trial.writer, {
    progress: trial.progress,
    signal: never,
    decide: () => 'open',
  });
  expect(stop).toEqual({ reason: 'looks_exhausted', message: 'not decided after all 4 pairs' });
  rmSync(context.scratch, { recursive: true });
  trial.expectNothingLeft();

  const { captures } = openBundle(trial.writer.directory).manifest.workloads[0] as typeof trial.measured;
  expect(captures.map(({ pair, launch }) => [pair, launch])).toEqual(
    [1, 1, 2, 2, 3, 3, 4, 4].map((pair) => [pair, pair <= 2 ? 1 : 2]),
  );
  const processes = (side: string, launch: number) =>
    captures
      .filter((capture) => capture.side === side && capture.launch === launch)
      .map(({ summary }) => summary.target.pids.join());
  for (const side of ['base', 'head']) {
    expect(new Set(processes(side, 1)).size).toBe(1);
    expect(processes(side, 2)).not.toContain(processes(side, 1)[0]);
  }
  expect(processes('base', 1)).not.toEqual(processes('head', 1));

  const pairs = completePairs(captures);
  expect(pairs.map(({ number }) => number)).toEqual([1, 3]);
  expect(pairs[0]?.base.units).toBe(40);
  expect(pairs[0]?.parts.base.map(({ units }) => units)).toEqual([20, 20]);
});

test('both sides are captured at once while their services are loaded in turns', async () => {
  const trial = new Trial({ warmupSeconds: 0 });
  const context = await trial.context({ base: await chooseFreePort(), head: await chooseFreePort() });
  const pace = { ...shared, seconds: 0.4, turnSeconds: 0.05, pairsPerLaunch: 1 };
  const launcher = new Launcher(false);
  const prepared = { context: { ...context, seconds: 0.4, turnSeconds: 0.05 }, pace, launcher };
  await takePairs(prepared, performance.now(), trial.writer, {
    progress: trial.progress,
    signal: never,
    decide: () => 'open',
  });
  rmSync(context.scratch, { recursive: true });
  trial.expectNothingLeft();

  const { captures } = openBundle(trial.writer.directory).manifest.workloads[0] as typeof trial.measured;
  expect(captures.map(({ pair, launch }) => [pair, launch])).toEqual(
    [1, 1, 2, 2].map((pair) => [pair, undefined]),
  );
  expect(new Set(captures.map(({ summary }) => summary.target.pids.join())).size).toBe(4);
  for (const { units, errors, summary, conditions } of captures) {
    expect([units, errors]).toEqual([40, 0]);
    expect(summary.cpuNanoseconds).toBeGreaterThan(0);
    expect(summary.wallNanoseconds).toBeGreaterThanOrEqual(0.8e9);
    // Half of it is each side's.
    expect(conditions.windowNanoseconds).toBeLessThan(0.75 * summary.wallNanoseconds);
    expect(conditions.windowNanoseconds).toBeGreaterThan(0.4e9);
  }
});

test('a pair after which no other one fits into the budget is the last, and a look', async () => {
  const trial = new Trial({ budgetSeconds: 1000 });
  const port = await chooseFreePort();
  const context = await trial.context({ base: port, head: port });
  const pace = { ...shared, pairsPerLaunch: 1, pairSeconds: 500, looks: [4, 8] };
  const asked: number[] = [];
  const stop = await takePairs(
    { context, pace, launcher: new Launcher(false) },
    performance.now() - 900_000,
    trial.writer,
    {
      progress: trial.progress,
      signal: never,
      decide: ({ captures }) => {
        asked.push(captures.length);
        return 'open';
      },
    },
  );
  expect(stop).toEqual({
    reason: 'budget_exhausted',
    message: '1 of 8 pairs fitted into the budget of 1000 s',
  });
  expect(asked).toEqual([2]);
  expect(trial.measured.captures.every(({ endSeconds }) => (endSeconds as number) > 900)).toBe(true);
});

test.each([
  ['decided', 'decided after 1 of at most 5 pairs'],
  [
    'futile',
    expect.stringMatching(/^stopped after 1 of at most 5 pairs, as going on within the budget of 600 s/),
  ],
] as const)('pairs are taken until a look finds it %s', async (standing, message) => {
  const trial = new Trial({ warmupSeconds: 0 });
  const port = await chooseFreePort();
  const context = await trial.context({ base: port, head: port });
  const pace = { ...shared, pairsPerLaunch: 1, looks: [1, 5] };
  const prepared = { context, pace, launcher: new Launcher(false) };
  const hooks = { progress: trial.progress, signal: never, decide: () => standing };
  const stop = await takePairs(prepared, performance.now(), trial.writer, hooks);
  expect(stop).toEqual({ reason: standing, message });
  expect(trial.measured.captures).toHaveLength(2);
});

test('services that cannot run side by side are not kept, which is said', async () => {
  const side = {
    build: null,
    start: `exec flock -n lock ${process.execPath} service.mjs \${PORT}`,
    batch: null,
    ready: { kind: 'http', url: 'http://127.0.0.1:${PORT}/count' },
  } as const;
  const trial = new Trial({ warmupSeconds: 0, sides: { base: side, head: side } });
  writeFileSync(join(trial.folder, 'lock'), '');
  const port = await chooseFreePort();
  const alone = { ...shared, pairsPerLaunch: 1 };
  const prepared = await launchesOf(
    await trial.context({ base: port, head: port }),
    shared,
    () => alone,
    trial.progress,
  );
  expect(prepared.pace).toBe(alone);
  expect(prepared.context.ports).toEqual({ base: port, head: port });
  expect(trial.progress.warnings).toEqual([
    expect.stringMatching(
      /^api: both sides' services cannot run side by side \(the service of api \(head\) ended/,
    ),
  ]);
  expect(trial.tag.living()).toEqual([]);
});

test('a launch that fails leaves nothing running', async () => {
  const trial = new Trial({ warmupSeconds: 0 });
  const port = await chooseFreePort();
  const context = await trial.context({ base: port, head: port });
  const launcher = new Launcher(false);
  await failure(MeasureError, () => launcher.start(['base', 'head'], context));
  expect(trial.tag.living()).toEqual([]);
});
