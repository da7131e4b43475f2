import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openBundle } from '../../src/bundle/reader.js';
import { randomOrder } from '../../src/experiment/order.js';
import { eventually } from '../workload/support.js';
import { collectorStatus, Trial } from './support.js';

describe('pairs of a service', () => {
  test('are taken until the looks are exhausted, in the order drawn, each at once in the bundle', async () => {
    const trial = new Trial({ looks: [1, 2] });
    const draws = [1, 0];
    const stop = await trial.run({ order: randomOrder(() => draws.shift() as number) });
    expect(stop).toEqual({ reason: 'looks_exhausted', message: 'not decided after all 2 pairs' });
    expect(trial.asked).toEqual([1, 2]);

    const bundle = openBundle(trial.writer.directory);
    const workload = bundle.manifest.workloads[0];
    expect(workload?.stop).toEqual(stop);
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
    expect(trial.progress.lines).toHaveLength(4);
    expect(trial.progress.lines[0]).toMatch(/^api {2}pair 1\/2 {2}head {2}50 units {2}\S+ \S+ CPU\/unit$/);
    expect(trial.progress.lines[3]).toMatch(/ {2}at most \d+s left$/);
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

  test('are taken until it is decided', async () => {
    const trial = new Trial({ looks: [1, 5] });
    const stop = await trial.run({ decide: (workload) => workload.captures.length === 2 });
    expect(stop).toEqual({ reason: 'decided', message: 'decided after 1 of at most 5 pairs' });
    expect(trial.measured.captures).toHaveLength(2);
  });

  test('are not begun when they would not fit into the budget', async () => {
    const trial = new Trial({ looks: [5], budgetSeconds: 0.5 });
    const stop = await trial.run();
    expect(stop.reason).toBe('budget_exhausted');
    expect(stop.message).toBe('1 of 5 pairs fitted into the budget of 0.5 s');
    expect(trial.measured.captures).toHaveLength(2);
  });
});

describe('units come from', () => {
  const command = (text: string) => ({ kind: 'command', command: text, rate: null }) as const;

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

  test('nowhere, when none was done: that is kept for the verdict', async () => {
    const trial = new Trial({
      load: command('echo 0 requests'),
      units: { kind: 'output', source: { kind: 'regex', pattern: '(\\d+) requests' } },
    });
    await trial.run();
    expect(trial.measured.captures.map(({ units }) => units)).toEqual([0, 0]);
    expect(trial.progress.lines[0]).toContain('no unit of work done');
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
      looks: [4],
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
