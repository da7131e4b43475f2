/** Gates whose looks come by the clock: how often do they claim what is not so? Every seed is fixed. */
import { expect, test } from '@jest/globals';
import { planLooks, spendingTimes } from '../../src/bundle/schedule.js';
import type { Capture } from '../../src/bundle/schema.js';
import { normalUpperQuantile } from '../../src/stats/normal.js';
import { looksAt } from '../../src/verdict/pace/looks.js';
import { normalFrom, policy, uniformFrom } from './simulate.js';

const schedules = 16;
const gatesEach = 250;
/** A run whose budget ends somewhere before its pairs do, on a machine that is at times twice as slow as at others. */
function schedule(uniform: () => number) {
  const pairSeconds = 5 + 5 * uniform();
  const budgetSeconds = pairSeconds * (8 + 40 * uniform());
  const workload = {
    policy: { ...policy, looks: planLooks(60, budgetSeconds / pairSeconds) },
    pacing: { budgetSeconds, pairSeconds },
  };
  const captures: Capture[][] = [];
  let end = 2 * uniform();
  for (;;) {
    const seconds = pairSeconds * (0.7 + 0.7 * uniform());
    if (captures.length > 0 && end + seconds > budgetSeconds) break;
    end += seconds;
    captures.push([{ endSeconds: end } as Capture]);
    const times = spendingTimes(workload, captures);
    if (times.at(-1) === 1) return { looks: looksAt(workload.policy, captures.length, times), times };
  }
  return schedule(uniform);
}

test('at the margin, looks by the clock fail and pass no more often than their error probabilities', () => {
  const uniform = uniformFrom(5);
  const normal = normalFrom(uniform);
  const counts = { fail: 0, pass: 0 };
  for (let one = 0; one < schedules; one++) {
    const { looks, times } = schedule(uniform);
    expect(looks.at(-1)?.time).toBe(1);
    expect(looks.at(-1)?.pairs).toBe(times.length);
    // With the variance known, only what the looks spend decides how often a claim is wrong.
    const limits = looks.map(({ pairs, levels }) => ({
      pairs,
      fail: normalUpperQuantile(levels.fail),
      pass: -normalUpperQuantile(levels.pass),
    }));
    for (let gate = 0; gate < gatesEach; gate++) {
      const sums = times.reduce<number[]>((all) => [...all, (all.at(-1) ?? 0) + normal()], []);
      for (const { pairs, fail, pass } of limits) {
        const z = (sums[pairs - 1] as number) / Math.sqrt(pairs);
        if (z <= fail && z >= pass) continue;
        counts[z > fail ? 'fail' : 'pass']++;
        break;
      }
    }
  }
  const gates = schedules * gatesEach;
  const most = (alpha: number) => alpha + 4 * Math.sqrt((alpha * (1 - alpha)) / gates);
  expect(counts.fail / gates).toBeLessThan(most(policy.alpha.fail));
  expect(counts.pass / gates).toBeLessThan(most(policy.alpha.pass));
  // And they do spend it, the last look the rest: or there would be no use in looking.
  expect(counts.pass / gates).toBeGreaterThan(policy.alpha.pass / 2);
});
