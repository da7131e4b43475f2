import { describe, expect, test } from '@jest/globals';
import { judge, judgeWorkload, standing } from '../../src/verdict/judge.js';
import { looksAt } from '../../src/verdict/pace/looks.js';
import { resultSchema, type WorkloadResult } from '../../src/verdict/result.js';
import type { Cells, WaitPanel } from '../../src/verdict/waits/panel.js';
import { testWaits } from '../../src/verdict/waits/test.js';
import { manifestOf, policy, program, simulate, uniformFrom } from './simulate.js';
import { drawWait, type Waits, withWaits } from './simulateWaits.js';

const base = program(8);
/** Locks and disks with tails of infinite variance, and what occurs now and then only. */
const usual: Waits = {
  cache: { kind: 'lock', base: 300, head: 300, spread: 0.5, tail: 0.2 },
  log: { kind: 'disk', base: 200, head: 200, spread: 1, tail: 0.1 },
  pause: { kind: 'sleep', base: 500, head: 500, spread: 0.02 },
  store: { kind: 'receive', base: 100, head: 100, spread: 0.2, tail: 0.3 },
  reload: { kind: 'lock', base: 100, head: 100, spread: 1, presence: 0.4, tail: 0.3 },
  rotate: { kind: 'disk', base: 200, head: 200, spread: 0.3, presence: 0.1, tail: 0.5 },
  queue: { kind: 'condition', base: 9000, head: 9000, forWork: true },
};

function panelOf(waits: Waits, seed: number, pairs: number): WaitPanel {
  const uniform = uniformFrom(seed);
  const draw = (name: string, side: 'base' | 'head') =>
    Array.from({ length: pairs }, () => 1000 * drawWait(waits[name] as Waits[string], side, uniform));
  const rows = Object.entries(waits).map(([name, { kind, forWork = false }]) => ({
    key: name,
    place: { key: name, name, file: null, line: null, kind, resolved: true },
    idle: forWork,
    cells: { base: draw(name, 'base'), head: draw(name, 'head') },
    counts: new Array<number>(pairs).fill(100),
    paths: [],
  }));
  const within = rows.filter(({ idle }) => !idle);
  const sum = (side: 'base' | 'head') =>
    Array.from({ length: pairs }, (_, pair) =>
      within.reduce((all, { cells }) => all + (cells[side][pair] as number), 0),
    );
  const constant = (value: number): Cells => ({
    base: new Array<number>(pairs).fill(value),
    head: new Array<number>(pairs).fill(value),
  });
  return {
    pairs,
    grouping: { runners: new Array<number>(pairs).fill(0), crossing: null },
    rows,
    work: { base: sum('base'), head: sum('head') },
    idle: constant(0),
    untraced: constant(0),
    older: constant(0),
    runnable: constant(0),
    cpu: constant(200_000),
  };
}

/** What is claimed at any of the looks. */
function claims(waits: Waits, seed: number, margin: number): Set<string> {
  const panel = panelOf(waits, seed, 60);
  const found = looksAt({ ...policy, looks: [10, 24, 60] }, 60).flatMap((look) => {
    const { total, rows } = testWaits(panel, look, margin, policy.alpha.pass);
    return [{ name: 'all', proof: total.proof }, ...rows.map(({ row, proof }) => ({ name: row.key, proof }))];
  });
  return new Set(found.flatMap(({ name, proof }) => (proof === null ? [] : [`${name} ${proof}`])));
}

function countGates(
  gates: number,
  has: (claimed: Set<string>) => boolean,
  waits: Waits,
  margin: number,
): number {
  let count = 0;
  for (let seed = 1; seed <= gates; seed++) if (has(claims(waits, seed, margin))) count++;
  return count;
}

const longer = (claimed: Set<string>) => [...claimed].some((claim) => /longer|new/.test(claim));

describe('waits with heavy tails', () => {
  test('are falsely said to be longer in no more gates than the level allows', () => {
    // Of 300 gates at 1 %: more than 8 would come with a chance of 0.4 %.
    expect(countGates(300, longer, usual, 0)).toBeLessThanOrEqual(8);
  });

  test('that get longer by exactly the margin are not claimed beyond it', () => {
    const grown = Object.fromEntries(
      Object.entries(usual).map(([name, wait]) => [name, { ...wait, head: wait.base * 1.1 }]),
    );
    expect(countGates(100, longer, grown, 0.1)).toBeLessThanOrEqual(4);
  });

  test.each([
    ['a longer sleep', { pause: { ...usual.pause, head: 600 } }, 'pause longer'],
    ['a lock held twice as long', { cache: { ...usual.cache, head: 600 } }, 'cache longer'],
    ['a new wait', { added: { kind: 'lock', base: 0, head: 150, spread: 0.3 } }, 'added new'],
    ['a shorter sleep', { pause: { ...usual.pause, head: 300 } }, 'pause shorter'],
    ['a wait that is gone', { pause: { ...usual.pause, head: 0 } }, 'pause gone'],
  ])('show %s', (_, change, claim) => {
    const waits = { ...usual, ...change } as Waits;
    expect(countGates(12, (claimed) => claimed.has(claim), waits, 0.1)).toBeGreaterThanOrEqual(11);
  });

  test('that moved to another name are not held against it', () => {
    const waits = {
      ...usual,
      pause: { ...usual.pause, head: 0 },
      rest: { ...usual.pause, base: 0 },
    } as Waits;
    expect(countGates(12, (claimed) => claimed.has('rest moved'), waits, 0.1)).toBe(12);
    expect(countGates(12, longer, waits, 0.1)).toBe(0);
  });

  test('are not claimed of where threads wait for work', () => {
    const waits = { ...usual, queue: { ...usual.queue, head: 20_000 } } as Waits;
    expect(countGates(12, longer, waits, 0.1)).toBe(0);
  });
});

const slowed: Waits = {
  pause: { kind: 'sleep', base: 2000, head: 4000, spread: 0.05 },
  cache: { kind: 'lock', base: 300, head: 300, spread: 0.3 },
  queue: { kind: 'condition', base: 9000, head: 7000, forWork: true },
};
const same = { ...slowed, pause: { ...slowed.pause, head: 2000 } } as Waits;
const gate = (pairs = 16) => simulate({ seed: 3, pairs, noise: 0.1, samples: 40_000, base, head: base });

function judged({ workload, tableOf, waitsOf }: ReturnType<typeof withWaits>): WorkloadResult {
  return judgeWorkload(workload, { tableOf, waitsOf });
}

describe('a gate whose CPU time passes', () => {
  const passing = judged(withWaits(gate(), same, 5));

  test('says what a unit of work waits, in all and where, apart from waiting for work and for a CPU', () => {
    const { offCpu, verdict } = passing;
    expect(verdict).toBe('pass');
    expect(offCpu).toMatchObject({ mode: 'report', margin: 0.1, total: { class: 'unproven' } });
    expect(offCpu?.total.base).toBeGreaterThan(2.1e6);
    expect(offCpu?.total.base).toBeLessThan(2.6e6);
    expect(offCpu?.idle.base).toBeGreaterThan(8e6);
    expect(offCpu?.runnable.base).toBeCloseTo(1e8 / 5000, 6);
    expect(offCpu?.waits.map(({ name, idle, class: kind }) => [name, idle, kind])).toEqual([
      expect.arrayContaining([false, 'unproven']),
      expect.arrayContaining([false, 'unproven']),
      ['queue', true, 'unproven'],
    ]);
    expect(passing.reasons.map(({ code }) => code)).toEqual(['within_margin']);
  });

  test('still passes where waits are only reported, with a remark that names the function', () => {
    const { verdict, reasons, offCpu } = judged(withWaits(gate(), slowed, 5));
    expect(verdict).toBe('pass');
    expect(reasons.map(({ code }) => code)).toEqual(['within_margin', 'waits_reported', 'waits_reported']);
    expect(reasons[2]?.message).toMatch(
      /^waiting asleep in pause \(src\/pause\.c:7\) grew from (1\.9|2\.0)\d ms to (3\.9|4\.0|4\.1)\d ms per request \(\+\d+(\.\d)? %, at least \+\d+(\.\d)? %\): more than the 10 % tolerated; said only/,
    );
    const pause = offCpu?.waits[0];
    expect(pause).toMatchObject({ name: 'pause', class: 'longer', kind: 'sleep' });
    expect(pause?.paths).toMatchObject([{ callers: ['serve', 'main'] }]);
    expect(pause?.change?.lower).toBeGreaterThan(0.5);
    expect(pause?.contribution.estimate).toBeGreaterThan(0.4);
  });

  test('fails where they are enforced, at the first look that proves it', () => {
    const enforced = withWaits(gate(), slowed, 5, { mode: 'enforce' });
    const { verdict, reasons } = judged(enforced);
    expect(verdict).toBe('fail');
    expect(reasons.map(({ code }) => code)).toEqual(['waits_longer', 'wait_longer', 'pairs_beyond']);
    expect(reasons[1]?.message).toContain('pause (src/pause.c:7)');
    const first = {
      ...enforced.workload,
      captures: enforced.workload.captures.filter(({ pair }) => pair <= 10),
    };
    expect(standing(first, enforced)).toBe('decided');
  });

  test('names a wait that is new, and one that only moved', () => {
    const { pause, ...others } = same as Record<string, Waits[string]>;
    const renamed: Waits = {
      ...others,
      pause: { ...(pause as Waits[string]), head: 0 },
      rest: { ...(pause as Waits[string]), base: 0 },
    };
    const moved = judged(withWaits(gate(), renamed, 5, { mode: 'enforce' }));
    expect(moved.verdict).toBe('pass');
    expect(moved.reasons.map(({ code }) => code)).toContain('waits_moved');
    const added: Waits = { ...same, rest: { ...(pause as Waits[string]), base: 0 } };
    const longer = judged(withWaits(gate(), added, 5, { mode: 'enforce' }));
    expect(longer.verdict).toBe('fail');
    expect(longer.reasons.find(({ code }) => code === 'wait_new')?.message).toMatch(
      /^waiting asleep in rest .* is new in head: .* ms per request/,
    );
  });

  test('tolerates what the margin tolerates', () => {
    expect(judged(withWaits(gate(), slowed, 5, { mode: 'enforce', margin: 1.5 })).verdict).toBe('pass');
  });

  test('does not hold against it where its own configuration says threads wait for work', () => {
    const waits = { ...slowed, cache: { ...slowed.cache, spread: 0.02 } } as Waits;
    for (const idle of ['pause', 'serve']) {
      const { verdict, offCpu } = judged(withWaits(gate(), waits, 5, { mode: 'enforce', idle: [idle] }));
      expect(verdict).toBe('pass');
      expect(offCpu?.waits.find(({ name }) => name === 'pause')).toMatchObject({
        idle: true,
        class: 'unproven',
      });
    }
  });

  test('stays open where waits are enforced and were not measured', () => {
    const { workload, tableOf } = withWaits(gate(), same, 5, { mode: 'enforce' });
    const unmeasured = judgeWorkload(workload, { tableOf });
    expect(unmeasured).toMatchObject({ verdict: 'inconclusive', offCpu: null });
    expect(unmeasured.reasons[0]).toMatchObject({
      code: 'waits_not_measured',
      message: expect.stringContaining('profbound doctor'),
    });
    expect(standing(workload, { tableOf })).toBe('decided');
    const reported = { ...workload, offCpu: { mode: 'report' as const, margin: 0.1, idle: [] } };
    expect(judgeWorkload(reported, { tableOf })).toMatchObject({ verdict: 'pass', offCpu: null });
  });

  test('claims nothing where too many waits have no stack', () => {
    const { workload, tableOf, waitsOf } = withWaits(gate(), slowed, 5, { mode: 'enforce' });
    const blind = judgeWorkload(workload, {
      tableOf,
      waitsOf: (of, capture) => {
        const table = waitsOf(of, capture);
        return table && { ...table, untracedNanoseconds: table.nanoseconds };
      },
    });
    expect(blind.verdict).toBe('inconclusive');
    expect(blind.reasons[0]?.code).toBe('waits_untraced');
    expect(blind.offCpu?.waits.every(({ class: kind }) => kind === 'unproven')).toBe(true);
  });
});

test('captures that are not sound claim nothing of waits', () => {
  const failing = simulate({
    seed: 3,
    pairs: 20,
    base,
    head: base,
    capture: (capture) => ({ ...capture, errors: 1000 }),
  });
  const { verdict, reasons } = judged(withWaits(failing, slowed, 5, { mode: 'enforce' }));
  expect(verdict).toBe('inconclusive');
  expect(reasons.map(({ code }) => code)).not.toContain('wait_longer');
});

test('fewer pairs than the first look claim nothing', () => {
  const { offCpu } = judged(withWaits(gate(3), slowed, 5));
  expect(offCpu?.total).toMatchObject({ class: 'unproven', change: { lower: null, upper: null } });
});

test('a result with waits fits its schema and is the same bytes again', () => {
  const { workload, tableOf, waitsOf } = withWaits(gate(10), slowed, 5);
  const once = judge(manifestOf(workload), { tableOf, waitsOf });
  expect(resultSchema.parse(once)).toEqual(once);
  const shuffled = { ...workload, captures: [...workload.captures].reverse() };
  const turned: typeof waitsOf = (of, capture) => {
    const table = waitsOf(of, capture);
    return table && { ...table, paths: [...table.paths].reverse() };
  };
  expect(JSON.stringify(judge(manifestOf(shuffled), { tableOf, waitsOf: turned }))).toBe(
    JSON.stringify(once),
  );
});
