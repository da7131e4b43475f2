/** Gates of builds that differ in layout alone: known truth, fixed seeds. */
import { describe, expect, test } from '@jest/globals';
import { layoutDraw } from '../../src/experiment/layouts.js';
import { judgeWorkload } from '../../src/verdict/judge.js';
import { looksAt } from '../../src/verdict/pace/looks.js';
import { meanLogChange, testTotal } from '../../src/verdict/total/total.js';
import { normalFrom, policy, program, simulate, uniformFrom } from './simulate.js';

const most = 40;
const looks = looksAt({ ...policy, looks: [10, 24, most] }, most);
const margin = Math.log1p(policy.totalMargin);

interface Rates {
  readonly fail: number;
  readonly pass: number;
  /** How often the bounds of the last look hold the truth. */
  readonly covered: number;
}

/** Decisions on the total alone, over all looks; what is not layout is normal noise and spikes. */
function totals(
  gates: number,
  layout: { builds: number; sd: number },
  noise: number,
  truth: number,
  known = true,
): Rates {
  const uniform = uniformFrom(11);
  const normal = normalFrom(uniform);
  const spike = () => (uniform() < 0.05 ? 10 * noise : 0);
  let [fail, pass, covered] = [0, 0, 0];
  for (let gate = 0; gate < gates; gate++) {
    const draw = layoutDraw(layout.builds, (limit) => Math.floor(uniform() * limit));
    const effects = () => Array.from({ length: layout.builds }, () => layout.sd * normal());
    const [base, head] = [effects(), effects()];
    const drawn =
      looks.length === 0 ? [] : Array.from({ length: 60 }, () => draw() as { base: number; head: number });
    const changes = drawn.map(
      (of) =>
        truth +
        (head[of.head - 1] as number) -
        (base[of.base - 1] as number) +
        noise * normal() +
        spike() -
        spike(),
    );
    const decisions = looks.map((look) => {
      const first = drawn.slice(0, look.pairs);
      const crossing = { rows: first.map((of) => of.base), columns: first.map((of) => of.head) };
      return testTotal(meanLogChange(changes.slice(0, look.pairs), known ? crossing : null), look, policy);
    });
    const decided = decisions.find(({ decision }) => decision !== null)?.decision;
    if (decided === 'fail') fail++;
    if (decided === 'pass') pass++;
    const { lower, upper } = decisions[decisions.length - 1]?.figures ?? {};
    if (Number(lower) <= Math.expm1(truth) && Math.expm1(truth) <= Number(upper)) covered++;
  }
  return { fail: fail / gates, pass: pass / gates, covered: covered / gates };
}

describe('the total of builds whose layouts differ by 0.5 %', () => {
  const layout = { builds: 4, sd: 0.005 };

  // Noise of a pair: less than layouts make, and more.
  test.each([0.002, 0.01])(
    'at noise %p fails wrongly in 1 %% of gates at most, even at the margin',
    (noise) => {
      const same = totals(100, layout, noise, 0);
      expect(same.fail).toBe(0);
      if (noise < 0.01) expect(same.pass).toBeGreaterThan(0.95);
      const atMargin = totals(500, layout, noise, margin);
      expect(atMargin.fail).toBeLessThanOrEqual(0.01);
      expect(atMargin.pass).toBeLessThanOrEqual(0.06);
      expect(atMargin.covered).toBeGreaterThan(0.95);
    },
  );

  test('would fail ten times as often if pairs were all that varies', () => {
    const blind = totals(200, layout, 0.002, margin, false);
    expect(blind.fail).toBeGreaterThan(0.1);
    expect(blind.covered).toBeLessThan(0.8);
  });

  test('is still seen to grow by 5 %', () => {
    expect(totals(100, layout, 0.006, Math.log(1.05)).fail).toBeGreaterThan(0.9);
  });
});

describe('whole gates', () => {
  const base = program(16);
  const layouts = { builds: 8, sd: 0.005, functionSd: 0.02 };
  const gates = (count: number, head: typeof base) =>
    Array.from({ length: count }, (_, seed) => {
      const { workload, tableOf } = simulate({
        seed: seed + 1,
        pairs: 60,
        noise: 0.2,
        dispersion: 0.005,
        base,
        head,
        layouts,
      });
      return judgeWorkload(workload, { tableOf });
    });

  test('of the same code pass, and show how much layouts make', () => {
    const results = gates(40, base);
    expect(results.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
    expect(results.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(34);
    for (const { layouts: shown } of results) {
      expect(shown?.builds).toBe(8);
      expect(shown?.deviation?.lower).toBeLessThanOrEqual(shown?.deviation?.estimate as number);
      expect(shown?.deviation?.upper).toBeGreaterThan(shown?.deviation?.estimate as number);
    }
    const held = results.filter(({ layouts: shown }) => Number(shown?.deviation?.upper) > 0.005);
    expect(held.length).toBeGreaterThan(34);
  });

  test('of a function that got slower fail and name it; of functions whose layouts vary more, none is blamed', () => {
    const slower = gates(10, { ...base, f03: 1.5 * (base.f03 as number) });
    for (const { functions } of slower) {
      expect(functions.find(({ key }) => key === 'f03')?.class).toBe('slower');
    }
    const wild = Array.from({ length: 30 }, (_, seed) => {
      const varied = { builds: 4, sd: 0.005, functionSd: 0.1 };
      const { workload, tableOf } = simulate({
        seed: seed + 1,
        pairs: 60,
        noise: 0.2,
        dispersion: 0.005,
        base,
        head: base,
        layouts: varied,
      });
      return judgeWorkload(workload, { tableOf });
    });
    expect(wild.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
    expect(wild.flatMap(({ functions }) => functions).filter((each) => each.class !== 'unproven')).toEqual(
      [],
    );
  });

  test('that few layouts leave open say that more of them would help', () => {
    const { workload, tableOf } = simulate({
      seed: 3,
      pairs: 60,
      noise: 0.1,
      base,
      head: base,
      layouts: { builds: 3, sd: 0.02, functionSd: 0.01 },
    });
    const result = judgeWorkload(workload, { tableOf });
    expect(result.verdict).toBe('inconclusive');
    expect(result.reasons.map(({ code }) => code)).toEqual(['undecided', 'layouts_vary']);
    expect(result.reasons[1]?.message).toMatch(
      /^builds that differ in code layout alone differ by ±\d\.\d %: \d+\.\d % of the variance, which more pairs do not reduce; raise layouts to 8$/,
    );
    expect(result.neededSeconds).toBeNull();
  });

  test('too few to tell how much layouts vary are said where nothing is decided', () => {
    const { workload, tableOf } = simulate({
      seed: 3,
      pairs: 12,
      noise: 3,
      base,
      head: base,
      layouts: { builds: 2, sd: 0, functionSd: 0 },
    });
    const { verdict, reasons } = judgeWorkload(workload, { tableOf });
    expect(verdict).toBe('inconclusive');
    expect(reasons.map(({ code }) => code)).toEqual(['undecided', 'few_layouts']);
    expect(reasons[1]?.message).toMatch(/^2 layouts a side .*; raise layouts to 8$/);
  });
});
