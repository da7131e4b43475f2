import { describe, expect, test } from '@jest/globals';
import type { Capture } from '../../src/bundle/schema.js';
import type { FunctionTable } from '../../src/profile/functions.js';
import { judge, judgeWorkload, standing } from '../../src/verdict/judge.js';
import { looksAt } from '../../src/verdict/pace/looks.js';
import { resultSchema } from '../../src/verdict/result.js';
import { manifestOf, policy, program, type Simulated, simulate } from './simulate.js';

const base = program(24);
const slower = { ...base, f01: (base.f01 as number) * 3.1 };
const same = () => simulate({ seed: 3, pairs: 60, noise: 0.3, base, head: base });
const failing = () => simulate({ seed: 3, pairs: 10, noise: 0.3, base, head: slower });

/** Cycles are no time: shares are of the samples. */
function asCycles(capture: Capture): Capture {
  return { ...capture, summary: { ...capture.summary, event: 'cycles' } };
}

function judged({ workload, tableOf }: Simulated) {
  return judgeWorkload(workload, { tableOf });
}

function firstPairs({ workload, tableOf }: Simulated, pairs: number): Simulated {
  return {
    workload: { ...workload, captures: workload.captures.filter(({ pair }) => pair <= pairs) },
    tableOf,
  };
}

describe('a result', () => {
  test('fits its schema and is the same bytes again, whatever order things come in', () => {
    const { workload, tableOf } = failing();
    const once = judge(manifestOf(workload), { tableOf });
    expect(resultSchema.parse(once)).toEqual(once);
    const shuffled = { ...workload, captures: [...workload.captures].reverse() };
    const turned: typeof tableOf = (of, capture) => {
      const table: FunctionTable = tableOf(of, capture);
      return { ...table, functions: new Map([...table.functions].reverse()) };
    };
    expect(JSON.stringify(judge(manifestOf(shuffled), { tableOf: turned }))).toBe(JSON.stringify(once));
  });

  test('says in one sentence which function it was, with figures and bounds', () => {
    const { reasons, functions, verdict } = judged(failing());
    expect(verdict).toBe('fail');
    expect(reasons.map(({ code }) => code)).toEqual(['total_slower', 'function_slower']);
    expect(reasons[0]?.message).toMatch(
      /^CPU time per request \+2\d\.\d % \(at least \+\d+\.\d %\): more than the margin of 2 %$/,
    );
    expect(reasons[1]?.message).toMatch(
      /^f01 \(src\/f01\.c:12\) takes 3\.2 times the CPU time per request it took \(at least 2\.\d times\): \+\d\d\.\d % of the total$/,
    );
    expect(functions[0]).toMatchObject({ key: 'f01', class: 'slower', file: 'src/f01.c', line: 12 });
  });

  test('says of a function that base does not have that it is new', () => {
    const { reasons, verdict } = judged(
      simulate({ seed: 3, pairs: 24, noise: 0.3, base, head: { ...base, added: 30 } }),
    );
    expect(verdict).toBe('fail');
    expect(reasons.find(({ code }) => code === 'function_new')?.message).toMatch(
      /^added \(src\/added\.c:12\) is new in head: \+[23]\.\d % of the total \(at least \+[12]\.\d %\)$/,
    );
  });

  test('adds up: where all CPU time is sampled, contributions of all functions are the change of the total', () => {
    const everything = { ...policy, minShare: 0 };
    const { functions, total } = judged(
      simulate({ seed: 9, pairs: 10, base, head: slower, policy: everything, capture: asCycles }),
    );
    const sum = functions.reduce((all, { contribution }) => all + contribution.estimate, 0);
    expect(sum).toBeCloseTo(total.estimate, 10);
  });

  test('fails exactly when the lower bound exceeds the margin, passes when the upper stays below', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const head = { ...base, f00: (base.f00 as number) * (1 + seed / 50) };
      const { total, reasons, verdict } = judged(simulate({ seed, pairs: 32, base, head }));
      const { lower, upper, margin } = total;
      const codes = reasons.map(({ code }) => code);
      expect(codes.includes('total_slower')).toBe((lower as number) > margin);
      if (verdict === 'pass') expect(upper as number).toBeLessThan(margin);
    }
  });

  test('keeps names of the measured program on one line and bounded', () => {
    const wild = `evil\n::error::\u202e${'x'.repeat(20_000)}`;
    const { f01: _, ...rest } = base;
    const costs = { ...rest, [wild]: 100 };
    const { reasons, functions } = judged(
      simulate({ seed: 4, pairs: 10, noise: 0.3, base: costs, head: { ...costs, [wild]: 400 } }),
    );
    const message = reasons.find(({ code }) => code === 'function_slower')?.message ?? '';
    expect(message).toMatch(/^evil ::error:: x+…/);
    expect(message.length).toBeLessThan(500);
    expect(functions[0]?.key.length).toBe(10_000);
  });
});

describe('several workloads', () => {
  const named = (simulated: Simulated, name: string) => ({ ...simulated.workload, name });

  test('one fail fails, and comes first', () => {
    const [good, bad] = [same(), failing()];
    const result = judge(manifestOf(named(good, 'good'), named(bad, 'bad')), {
      tableOf: (workload, capture) => (workload.name === 'good' ? good : bad).tableOf(workload, capture),
    });
    expect(result.verdict).toBe('fail');
    expect(result.workloads.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['good', 'pass'],
      ['bad', 'fail'],
    ]);
    expect(result.reasons[0]).toMatchObject({ code: 'total_slower' });
    expect(result.reasons[0]?.message).toMatch(/^bad: CPU time/);
  });

  test('an open one leaves all open, none proves nothing', () => {
    const good = same();
    const open = { ...good.workload, name: 'open', captures: [] };
    expect(judge(manifestOf(good.workload, open), good).verdict).toBe('inconclusive');
    expect(judge(manifestOf(good.workload), good).verdict).toBe('pass');
    const nothing = judge(manifestOf(), good);
    expect(nothing.verdict).toBe('inconclusive');
    expect(nothing.reasons.map(({ code }) => code)).toEqual(['no_workloads']);
  });
});

describe('looks', () => {
  test('are the planned ones and one more where measuring ended', () => {
    const sizes = (available: number) => looksAt(policy, available).map(({ pairs }) => pairs);
    expect(sizes(0)).toEqual([]);
    expect(sizes(7)).toEqual([7]);
    expect(sizes(10)).toEqual([10]);
    expect(sizes(20)).toEqual([10, 16, 20]);
    expect(sizes(99)).toEqual([10, 16, 24, 32, 40, 50, 60]);
    expect(looksAt(policy, 7)[0]?.mayClaim).toBe(false);
    expect(looksAt(policy, 10)[0]?.mayClaim).toBe(true);
  });

  test('an extra look may claim less than the planned one after it', () => {
    const extra = looksAt(policy, 20).at(-1);
    const planned = looksAt(policy, 24).at(-1);
    for (const family of ['fail', 'pass', 'functions'] as const) {
      expect(extra?.levels[family]).toBeLessThan(planned?.levels[family] as number);
    }
  });

  test('the first decisive one decides; later pairs change nothing but one remark', () => {
    const long = simulate({ seed: 3, pairs: 20, noise: 0.3, base, head: slower });
    const all = judged(long);
    const short = judged(firstPairs(long, 10));
    expect(all.pairs).toBe(10);
    expect(all.reasons.at(-1)).toMatchObject({ code: 'pairs_beyond' });
    expect({ ...all, reasons: all.reasons.slice(0, -1) }).toEqual(short);
  });

  test('before the first nothing is claimed, and bounds start at four pairs', () => {
    const three = judged(firstPairs(failing(), 3));
    expect(three.verdict).toBe('inconclusive');
    expect(three.reasons.map(({ code }) => code)).toEqual(['too_few_pairs']);
    expect(three.total).toMatchObject({ lower: null, upper: null, mde: null });
    expect(three.total.estimate).toBeGreaterThan(0.1);
    expect(three.neededSeconds).toBe(70);
    const nine = judged(firstPairs(failing(), 9));
    expect(nine.verdict).toBe('inconclusive');
    expect(nine.total.lower).not.toBeNull();
    expect(new Set(nine.functions.map((each) => each.class))).toEqual(new Set(['unproven']));
  });

  test('a single small look can decide', () => {
    const quick = simulate({
      seed: 5,
      pairs: 4,
      noise: 0.1,
      base,
      head: slower,
      policy: { ...policy, looks: [4] },
    });
    expect(judged(quick).verdict).toBe('fail');
  });
});

describe('undecided', () => {
  test('says between which bounds it lies and how much more it takes', () => {
    const { verdict, reasons, neededSeconds, total } = judged(
      simulate({
        seed: 2,
        pairs: 12,
        noise: 2,
        base,
        head: base,
        workload: { stop: { reason: 'budget_exhausted', message: '' } },
      }),
    );
    expect(verdict).toBe('inconclusive');
    expect(reasons[0]?.code).toBe('undecided');
    expect(reasons[0]?.message).toContain('after 12 pairs CPU time per request');
    expect(reasons[0]?.message).toMatch(/more of measuring may decide it; raise gate\.budget$/);
    expect(neededSeconds).toBeGreaterThan(0);
    expect(total.mde).toBeGreaterThan(total.margin);
  });

  test('a total within its margin is no pass while a slower function could hide', () => {
    const { verdict, reasons, neededSeconds } = judged(
      simulate({ seed: 2, pairs: 60, noise: 0.3, samples: 300, base, head: base }),
    );
    expect(verdict).toBe('inconclusive');
    expect(reasons[0]?.code).toBe('insensitive');
    expect(reasons[0]?.message).toContain('a function of 2 % of the CPU time that gets 20.0 % slower');
    expect(neededSeconds).toBeGreaterThan(600);
  });
});

describe('the standing of a run', () => {
  test('is decided only at a planned look, and only when proven', () => {
    const fails = simulate({ seed: 3, pairs: 16, noise: 0.3, base, head: slower, workload: { stop: null } });
    const at = (simulated: Simulated, pairs: number) => {
      const { workload, tableOf } = firstPairs(simulated, pairs);
      return standing(workload, { tableOf });
    };
    expect([4, 9, 10, 11, 16].map((pairs) => at(fails, pairs))).toEqual([
      'open',
      'open',
      'decided',
      'open',
      'decided',
    ]);
    const open = simulate({ seed: 3, pairs: 16, noise: 3, base, head: base });
    expect([10, 16].map((pairs) => at(open, pairs))).toEqual(['open', 'open']);
  });

  test('agrees with the verdict afterwards', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const run = simulate({ seed, pairs: 40, noise: 0.5, base, head: base });
      const stopped = policy.looks.find(
        (look) => look <= 40 && standing(firstPairs(run, look).workload, run) === 'decided',
      );
      const result = judged(run);
      expect(result.verdict === 'inconclusive' ? undefined : result.pairs).toBe(stopped);
    }
  });

  test('is decided, also between two looks, where no further pair helps', () => {
    const idle = simulate({
      seed: 1,
      pairs: 1,
      base,
      head: base,
      capture: (capture) => (capture.side === 'head' ? { ...capture, units: 0 } : capture),
    });
    expect(standing(idle.workload, idle)).toBe('decided');
  });
});
