import { describe, expect, test } from '@jest/globals';
import { conditionalPower, standardDeviationLimit } from '../../src/stats/power.js';
import { judgeWorkload, standing } from '../../src/verdict/judge.js';
import {
  normalFrom,
  policy,
  program,
  type Simulated,
  simulate,
  type Truth,
  uniformFrom,
} from './simulate.js';

const base = program(12);

function firstPairs({ workload, tableOf }: Simulated, pairs: number): Simulated {
  return {
    workload: { ...workload, captures: workload.captures.filter(({ pair }) => pair <= pairs) },
    tableOf,
  };
}

/** What the looks say, in order, until one ends the run. */
function standings(run: Simulated): string[] {
  const seen: string[] = [];
  for (const look of run.workload.policy.looks) {
    const { workload, tableOf } = firstPairs(run, look);
    seen.push(standing(workload, { tableOf }));
    if (seen.at(-1) !== 'open') break;
  }
  return seen;
}

describe('the numerics', () => {
  test.each([
    [4, 9.488],
    [10, 18.307],
    [40, 55.758],
  ])('a standard deviation’s lower limit at %d degrees of freedom is that of χ²', (df, quantile) => {
    expect(standardDeviationLimit(2, df, 0.05) / (2 * Math.sqrt(df / quantile))).toBeCloseTo(1, 2);
  });

  test('conditional power is how often the end is reached', () => {
    const interim = { mean: 0.5, pairSd: 2, pairs: 10, finalPairs: 40, trend: 0.8 };
    const normal = normalFrom(uniformFrom(3));
    const runs = 4000;
    let proven = 0;
    for (let run = 0; run < runs; run++) {
      let sum = interim.pairs * interim.mean;
      for (let pair = interim.pairs; pair < interim.finalPairs; pair++) {
        sum += interim.trend + interim.pairSd * normal();
      }
      if ((sum / interim.finalPairs - 0.1) / (interim.pairSd / Math.sqrt(interim.finalPairs)) > 1.645)
        proven++;
    }
    const power = conditionalPower(interim, 0.1, 0.05);
    expect(Math.abs(proven / runs - power)).toBeLessThan(4 * Math.sqrt((power * (1 - power)) / runs));
  });

  test('nothing is open at the end', () => {
    const end = { mean: 0.5, pairSd: 2, pairs: 40, finalPairs: 40, trend: 0.5 };
    expect(conditionalPower(end, -1, 0.05)).toBe(1);
    expect(conditionalPower(end, 0.4, 0.05)).toBe(0);
  });
});

describe('a run', () => {
  const stopped = { reason: 'futile', message: 'stopped after 16 of at most 60 pairs' } as const;

  test('too noisy for its pairs ends early, but not at its first look, and says what it would take', () => {
    const needed: (number | null)[] = [];
    for (let seed = 1; seed <= 6; seed++) {
      const run = simulate({ seed, pairs: 60, noise: 8, base, head: base });
      const seen = standings(run);
      expect(seen.at(-1)).toBe('futile');
      expect(seen.length).toBeGreaterThan(1);
      const { workload, tableOf } = firstPairs(run, policy.looks[seen.length - 1] as number);
      const { verdict, reasons, neededSeconds } = judgeWorkload({ ...workload, stop: stopped }, { tableOf });
      expect(verdict).toBe('inconclusive');
      expect(reasons.map(({ code }) => code)).toEqual(['futile', 'undecided']);
      expect(reasons[0]?.message).toMatch(
        /^stopped after 16 of .*: it would take (about|more than) .*; raise gate.budget/,
      );
      needed.push(neededSeconds);
    }
    // No number is given where it would be beyond a hundred times what was measured.
    expect(Math.max(...needed.map((each) => each ?? 0))).toBeGreaterThan(60 * 10);
  });

  test('whose budget cannot make it sensitive ends early; one whose budget can goes on', () => {
    const few = simulate({ seed: 4, pairs: 60, noise: 0.3, samples: 300, base, head: base });
    expect(standings(few)).toEqual(['open', 'futile']);
    const enough = simulate({ seed: 4, pairs: 60, noise: 0.3, samples: 2500, base, head: base });
    expect(standings(enough).at(-1)).toBe('decided');
  });

  test('with a budget is weighed by how many pairs that allows', () => {
    const run = simulate({ seed: 4, pairs: 24, noise: 0.3, samples: 2500, base, head: base });
    const timed = run.workload.captures.map((capture) => ({ ...capture, endSeconds: 10 * capture.pair }));
    const of = (budgetSeconds: number) => {
      const pacing = { budgetSeconds, pairSeconds: 10 };
      const { workload, tableOf } = firstPairs(
        { ...run, workload: { ...run.workload, captures: timed } },
        16,
      );
      return standing({ ...workload, pacing }, { tableOf });
    };
    expect(of(600)).toBe('open');
    expect(of(200)).toBe('futile');
  });

  test('in which a function may still be proven slower goes on', () => {
    const head = { ...base, f05: (base.f05 as number) * 1.35 };
    const run = simulate({ seed: 8, pairs: 60, noise: 0.3, samples: 300, base, head });
    expect(standings(run).slice(0, 2)).toEqual(['open', 'open']);
    expect(standings(run).at(-1)).toBe('decided');
  });

  test('that the budget left no time for says how long it would take', () => {
    const { workload, tableOf } = simulate({ seed: 1, pairs: 1, base, head: base });
    const pacing = { budgetSeconds: 20, pairSeconds: 12 };
    const stop = { reason: 'futile', message: 'the budget of 20s leaves time for 1 pairs' } as const;
    const { reasons, neededSeconds } = judgeWorkload(
      { ...workload, captures: [], pacing, stop },
      { tableOf },
    );
    expect(reasons.map(({ code }) => code)).toEqual(['futile', 'no_pairs']);
    expect(neededSeconds).toBe(120);
  });

  test('that is decided on few pairs says so', () => {
    const few = { ...policy, looks: [4, 60] };
    const head = { ...base, f01: (base.f01 as number) * 4 };
    const run = simulate({ seed: 3, pairs: 4, noise: 0.1, base, head, policy: few });
    const { verdict, reasons } = judgeWorkload(
      { ...run.workload, policy: { ...few, alpha: { fail: 0.4, pass: 0.4, functions: 0.4 } } },
      run,
    );
    expect(verdict).toBe('fail');
    expect(reasons.map(({ code }) => code)).toContain('few_pairs');
  });
});

test('stopping for futility takes few verdicts away', () => {
  // Marginal on purpose: noise at which about half of the runs are decided at all.
  const truths: Omit<Truth, 'seed'>[] = [
    { pairs: 60, noise: 2.2, base, head: base },
    {
      pairs: 60,
      noise: 2.2,
      base,
      head: Object.fromEntries(Object.entries(base).map(([k, v]) => [k, v * 1.05])),
    },
  ];
  let decidable = 0;
  let lost = 0;
  for (const truth of truths) {
    for (let seed = 1; seed <= 20; seed++) {
      const run = simulate({ seed, ...truth });
      if (judgeWorkload(run.workload, run).verdict === 'inconclusive') continue;
      decidable++;
      if (standings(run).at(-1) === 'futile') lost++;
    }
  }
  expect(decidable).toBeGreaterThan(15);
  expect(lost / decidable).toBeLessThan(0.1);
});
