/** Rules that other gates decide by, on the captures of one of ours. Each says whether it would fail the change. */
import { mean, median, sampleStandardDeviation } from 'simple-statistics';
import type { Side } from '../../../src/bundle/schema.js';
import { normalSurvival } from '../../../src/stats/normal.js';
import type { Simulated } from '../../verdict/simulate.js';
import { policy } from './gates.js';

export const peers: Readonly<Record<string, (simulated: Simulated) => boolean>> = {
  'one run against the last stored one, > 105 %': (simulated) => {
    // The stored one is of another hour: 30 pairs before.
    const stored = costs(simulated, 'base').at(-30) as number;
    return (costs(simulated, 'head').at(-1) as number) > 1.05 * stored;
  },
  'Mann–Whitney at every look, p < .05': (simulated) => {
    const [base, head] = [costs(simulated, 'base'), costs(simulated, 'head')];
    return policy.looks.some(
      (n) =>
        mannWhitneyP(base.slice(0, n), head.slice(0, n)) < 0.05 &&
        median(head.slice(0, n)) > median(base.slice(0, n)),
    );
  },
  'paired t at every look, t > 2': (simulated) => {
    const base = costs(simulated, 'base');
    const changes = costs(simulated, 'head').map((cost, i) => Math.log(cost / (base[i] as number)));
    return policy.looks.some((n) => {
      const seen = changes.slice(0, n);
      return mean(seen) / (sampleStandardDeviation(seen) / Math.sqrt(n)) > 2;
    });
  },
  'a function of one pair, > 110 %': ({ workload, tableOf }) => {
    const tables = (['base', 'head'] as const).map((side) => {
      const capture = workload.captures.find((one) => one.side === side && one.pair === 1);
      if (!capture) throw new Error('the first pair has both sides');
      return tableOf(workload, capture);
    });
    const [base, head] = tables as [(typeof tables)[0], (typeof tables)[0]];
    return [...head.functions.values()].some(({ key, nanoseconds }) => {
      const before = (base.functions.get(key)?.nanoseconds ?? 0) / base.nanoseconds;
      return before >= policy.minShare && nanoseconds / head.nanoseconds > 1.1 * before;
    });
  },
};

/** CPU time per unit, in the order of pairs. */
function costs({ workload }: Simulated, side: Side): number[] {
  return workload.captures
    .filter((capture) => capture.side === side)
    .map(({ units, summary }) => summary.cpuNanoseconds / units);
}

/** Two-sided, by the normal approximation with correction for continuity; there are no ties. */
function mannWhitneyP(base: readonly number[], head: readonly number[]): number {
  const [m, n] = [base.length, head.length];
  let wins = 0;
  for (const before of base) for (const after of head) if (after > before) wins++;
  const distance = Math.abs(wins - (m * n) / 2) - 0.5;
  return Math.min(1, 2 * normalSurvival(distance / Math.sqrt((m * n * (m + n + 1)) / 12)));
}
