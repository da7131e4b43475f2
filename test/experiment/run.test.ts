import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openBundle } from '../../src/bundle/reader.js';
import { randomOrder } from '../../src/experiment/order.js';
import { judgeWorkload } from '../../src/verdict/judge.js';
import { eventually } from '../workload/support.js';
import { collectorStatus, Trial } from './support.js';

/** As quick as it gets. */
const brief = { warmupSeconds: 0, capture: { seconds: 0.1 } };
const noTable = () => ({ functions: new Map(), count: 0, nanoseconds: 0 });

describe('pairs of a service', () => {
  test('are taken until the looks are exhausted, in the order drawn, each at once in the bundle', async () => {
    const trial = new Trial({ mostPairs: 2 });
    const draws = [1, 0];
    const stop = await trial.run({ order: randomOrder(() => draws.shift() as number) });
    expect(stop).toEqual({ reason: 'looks_exhausted', message: 'not decided after all 2 pairs' });
    expect(trial.asked).toEqual([2]);

    const bundle = openBundle(trial.writer.directory);
    const workload = bundle.manifest.workloads[0];
    expect(workload?.stop).toEqual(stop);
    expect(workload).toMatchObject({
      captureSeconds: 0.5,
      policy: { looks: [2] },
      pacing: { budgetSeconds: 600, pairSeconds: expect.any(Number) },
    });
    const ends = workload?.captures.map(({ endSeconds }) => endSeconds as number) ?? [];
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    // The pilot's two captures come before the first one's end.
    expect(ends[0]).toBeGreaterThan(3 * 0.5);
    expect(workload?.captures.map(({ pair, side, position }) => [pair, side, position])).toEqual([
      [1, 'head', 0],
      [1, 'base', 1],
      [2, 'base', 0],
      [2, 'head', 1],
    ]);
    for (const { units, errors, cpuProfile, summary } of workload?.captures ?? []) {
      expect(units).toBe(50);
      expect(errors).toBe(0);
      expect(summary.cpuNanoseconds).toBeGreaterThan(0);
      expect(summary.wallNanoseconds).toBeGreaterThanOrEqual(0.45e9);
      expect(existsSync(join(trial.writer.directory, cpuProfile))).toBe(true);
    }
    expect(trial.progress.lines).toHaveLength(5);
    expect(trial.progress.lines[0]).toMatch(
      /^api {2}captures of 0.5s at 3989 Hz, a pair takes about \d+s; first look after 2 pairs; at most 2$/,
    );
    expect(trial.progress.lines[1]).toMatch(
      /^api {2}pair 1\/2 {2}head {2}50 units {2}\S+ \S+ CPU\/unit {2}verdict in \d+s$/,
    );
    trial.expectNothingLeft();
  });

  test('include daemons that the service started', async () => {
    const side = {
      build: null,
      start: `(setsid ${process.execPath} service.mjs \${PORT} &); exec sleep 300`,
      batch: null,
      ready: { kind: 'http', url: 'http://127.0.0.1:${PORT}/count' },
    } as const;
    const trial = new Trial({ sides: { base: side, head: side } });
    await trial.run();
    for (const { summary } of trial.measured.captures) {
      expect(summary.target.pids).toHaveLength(2);
      expect(summary.cpuNanoseconds).toBeGreaterThan(1e6);
    }
    trial.expectNothingLeft();
  });

  test('are not begun when the pilot shows that the budget is too small for a verdict', async () => {
    const trial = new Trial({ ...brief, mostPairs: null, budgetSeconds: 2 });
    const stop = await trial.run();
    expect(stop.reason).toBe('futile');
    expect(stop.message).toMatch(
      /^the budget of 2s leaves time for [012] pairs of \d+s; a verdict takes at least 4$/,
    );
    expect(trial.measured.captures).toEqual([]);
    trial.expectNothingLeft();
  });

  test('are of the length that the pilot chooses', async () => {
    // A budget that asks for the shortest.
    const trial = new Trial({ warmupSeconds: 0, capture: { seconds: null }, budgetSeconds: 90 });
    await trial.run();
    expect(trial.measured.captureSeconds).toBe(1);
    expect(trial.measured.captures.map(({ units }) => units)).toEqual([100, 100]);
  });
});

describe('units come from', () => {
  const command = (text: string) =>
    ({ kind: 'command', command: text, rate: null, pausable: false }) as const;

  test('what a load command prints', async () => {
    const trial = new Trial({
      load: command('sleep 0.1; echo $PORT-requests; echo "42 requests, 3 failed, in ${SECONDS}s"'),
      units: { kind: 'output', source: { kind: 'regex', pattern: '(\\d+) requests' } },
      errors: { kind: 'regex', pattern: '(\\d+) failed' },
    });
    await trial.run();
    expect(trial.measured.captures.map(({ units, errors }) => [units, errors])).toEqual([
      [42, 3],
      [42, 3],
    ]);
  });

  test('a counter of the service, without the warm-up', async () => {
    const trial = new Trial({
      units: {
        kind: 'counter',
        url: 'http://127.0.0.1:${PORT}/count',
        source: { kind: 'json', path: 'work.done' },
      },
    });
    await trial.run();
    expect(trial.measured.captures.map(({ units }) => units)).toEqual([50, 50]);
  });

  test('nowhere, when none was done: the pilot finds that before a pair is taken', async () => {
    const trial = new Trial({
      load: command('echo 0 requests'),
      units: { kind: 'output', source: { kind: 'regex', pattern: '(\\d+) requests' } },
    });
    const stop = await trial.run();
    expect(stop.reason).toBe('unfit');
    expect(stop.message).toBe(
      'base did no work in the pilot, a capture before the first pair: check load and units',
    );
    expect(trial.measured.captures).toEqual([]);
    expect(judgeWorkload(trial.measured, { tableOf: noTable })).toMatchObject({
      verdict: 'inconclusive',
      reasons: [{ code: 'zero_units' }, { code: 'no_pairs' }],
    });
  });

  test('nowhere any more: that ends it at once and is kept for the verdict', async () => {
    const trial = new Trial({
      ...brief,
      mostPairs: 5,
      load: command('[ -e idle ] && echo 0 requests || echo 7 requests'),
      units: { kind: 'output', source: { kind: 'regex', pattern: '(\\d+) requests' } },
    });
    const running = trial.run({
      decide: (workload) => (workload.captures.some(({ units }) => units === 0) ? 'decided' : 'open'),
    });
    await eventually(() => trial.measured.captures.length > 0);
    writeFileSync(join(trial.folder, 'idle'), '');
    expect((await running).reason).toBe('decided');
    expect(trial.measured.captures.length).toBeLessThan(8);
  });
});

describe('a batch program', () => {
  const batch = (command: string) => {
    const side = { build: null, start: null, batch: command, ready: null };
    return { sides: { base: side, head: side }, load: { kind: 'batch' }, units: { kind: 'batch' } } as const;
  };

  test('is run for the length of a capture; a run is a unit', async () => {
    const trial = new Trial(batch('i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo run >> runs'));
    await trial.run();
    for (const { units, summary } of trial.measured.captures) {
      expect(units).toBe(summary.target.runs);
      expect(units).toBeGreaterThan(0);
      expect(summary.cpuNanoseconds).toBeGreaterThan(0);
    }
    expect(trial.tag.living()).toEqual([]);
  });

  test('takes turns: of two pairs in a row each side goes first in one', async () => {
    const trial = new Trial({
      mostPairs: 4,
      warmupSeconds: 0,
      capture: { seconds: 0.05 },
      ...batch('true'),
    });
    await trial.run();
    const firsts = trial.measured.captures.filter(({ position }) => position === 0).map(({ side }) => side);
    expect(firsts.slice(0, 2).sort()).toEqual(['base', 'head']);
    expect(firsts.slice(2).sort()).toEqual(['base', 'head']);
  });

  test('leaves no files for profilers in /tmp, but those of others', async () => {
    const own = 'echo 1000 10 f > /tmp/perf-$$.map; echo $$ >> pids';
    // Written while the program runs, but not by it: nobody has this number.
    const strange = `/tmp/perf-${2 ** 22 + process.pid}.map`;
    const work = `${own}; : > ${strange}; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done`;
    const trial = new Trial(batch(work));
    await trial.run();
    const pids = readFileSync(join(trial.folder, 'pids'), 'utf8').trim().split('\n');
    const isLeft = existsSync(strange);
    rmSync(strange, { force: true });
    expect(isLeft).toBe(true);
    expect(pids.filter((pid) => existsSync(`/tmp/perf-${pid}.map`))).toEqual([]);
  });
});

describe('the collector', () => {
  const batch = {
    build: null,
    start: null,
    batch: 'sleep 0.1; grep Cpus_allowed_list /proc/self/status >> cpus',
    ready: null,
  };

  test.each([
    ['a service', {}],
    [
      'a batch program',
      { sides: { base: batch, head: batch }, load: { kind: 'batch' }, units: { kind: 'batch' } },
    ],
  ] as const)('of %s runs on the CPUs of the load', async (_, change) => {
    const trial = new Trial({ ...change, capture: { serviceCpus: '0', loadCpus: '1' } });
    const running = trial.run();
    running.catch(() => {});
    let status = '';
    await eventually(() => {
      status = collectorStatus();
      return status !== '';
    });
    await running;
    expect(/^Cpus_allowed_list:\t(.*)$/m.exec(status)?.[1]).toBe('1');
    if ('sides' in change) {
      expect(new Set(readFileSync(join(trial.folder, 'cpus'), 'utf8').trim().split('\n'))).toEqual(
        new Set(['Cpus_allowed_list:\t0']),
      );
    }
  });
});
