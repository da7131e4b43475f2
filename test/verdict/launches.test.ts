import { describe, expect, test } from '@jest/globals';
import type { Capture } from '../../src/bundle/schema.js';
import { completePairs } from '../../src/verdict/captures/pairs.js';
import { looksAt } from '../../src/verdict/pace/looks.js';
import { logChanges, meanLogChange, testTotal } from '../../src/verdict/total/total.js';
import { checkSettings } from '../../src/verdict/trust/settings.js';
import { normalFrom, policy, program, simulate, uniformFrom } from './simulate.js';

const { captures } = simulate({ seed: 1, pairs: 8, base: program(4), head: program(4) }).workload;
const launchOf = (pair: number, pairsPerLaunch: number) => Math.ceil(pair / pairsPerLaunch);
const inLaunches = captures.map((capture) => ({ ...capture, launch: launchOf(capture.pair, 2) }));

describe('pairs that share a launch', () => {
  test('are one pair, of all that was captured', () => {
    const pairs = completePairs([...inLaunches].reverse());
    expect(pairs.map(({ number }) => number)).toEqual([1, 3, 5, 7]);
    const [first] = pairs;
    const own = inLaunches.filter(({ pair, side }) => pair <= 2 && side === 'head');
    expect(first?.parts.head).toEqual(own);
    expect(first?.head.units).toBe(own.reduce((sum, { units }) => sum + units, 0));
    expect(first?.head.summary.cpuNanoseconds).toBe(
      own.reduce((sum, { summary }) => sum + summary.cpuNanoseconds, 0),
    );
    expect(first?.head.conditions.windowNanoseconds).toBe(
      own.reduce((sum, { conditions }) => sum + conditions.windowNanoseconds, 0),
    );
  });

  test('have the settings of every capture', () => {
    const changed = inLaunches.map((capture) => {
      const { conditions } = capture;
      const governor = capture.pair % 2 === 0 ? 'powersave' : 'performance';
      return { ...capture, conditions: { ...conditions, settings: { ...conditions.settings, governor } } };
    });
    expect(checkSettings(completePairs(changed))?.code).toBe('environment_changed');
  });

  test('are those of one runner', () => {
    const runners = inLaunches.map((capture) => ({
      ...capture,
      launch: launchOf(capture.pair, 2) % 2,
      runner: capture.pair <= 4 ? 0 : 1,
    }));
    expect(completePairs(runners).map(({ number }) => number)).toEqual([1, 3, 5, 7]);
  });

  test('are not taken for more evidence than the launches are', () => {
    const normal = normalFrom(uniformFrom(4));
    const [template] = captures as [Capture];
    const launches = 12;
    const pairsPerLaunch = 4;
    const once = { ...policy, looks: [launches] };
    const each = { ...policy, looks: [launches * pairsPerLaunch] };
    const gates = 400;
    let passed = 0;
    let passedTakenApart = 0;
    for (let gate = 0; gate < gates; gate++) {
      const taken: Capture[] = [];
      for (let launch = 1; launch <= launches; launch++) {
        const effect = Math.log1p(policy.totalMargin) + 0.03 * normal();
        for (let one = 1; one <= pairsPerLaunch; one++) {
          const pair = (launch - 1) * pairsPerLaunch + one;
          for (const side of ['base', 'head'] as const) {
            const level = (side === 'head' ? effect : 0) + 0.005 * normal();
            const summary = { ...template.summary, cpuNanoseconds: Math.round(5e9 * Math.exp(level)) };
            taken.push({ ...template, side, pair, launch, summary });
          }
        }
      }
      const isPass = (from: readonly Capture[], by: typeof policy): boolean => {
        const pairs = completePairs(from);
        const [look] = looksAt(by, pairs.length);
        return testTotal(meanLogChange(logChanges(pairs)), look as never, by).decision === 'pass';
      };
      if (isPass(taken, once)) passed++;
      if (
        isPass(
          taken.map(({ launch: _, ...capture }) => capture),
          each,
        )
      )
        passedTakenApart++;
    }
    const alpha = policy.alpha.pass;
    expect(passed / gates).toBeLessThan(alpha + 4 * Math.sqrt((alpha * (1 - alpha)) / gates));
    expect(passedTakenApart / gates).toBeGreaterThan(3 * alpha);
  });
});
