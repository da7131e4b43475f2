/** Builds of one source, run in turns: what one saves over another, with bounds. */
import { uniformFrom } from '../../../src/stats/random.js';
import { studentUpperQuantile } from '../../../src/stats/student.js';
import { trimmedMean } from '../../../src/stats/yuen.js';

/** One build: CPU time per unit of work of a short run, in a code layout that the round draws. */
export interface Build {
  readonly name: string;
  readonly cost: (round: number) => Promise<number>;
}

/** Part of the CPU time per unit of work, with 95 % bounds: 0.1 is a tenth less. */
export interface Saving {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  readonly rounds: number;
}

/** Costs by build, one a round. Each round runs all builds, in an order of its own. */
export async function takeTurns(builds: readonly Build[], rounds: number): Promise<Map<string, number[]>> {
  const uniform = uniformFrom(1);
  const costs = new Map<string, number[]>(builds.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const order = builds.map((build) => ({ build, key: uniform() })).sort((a, b) => a.key - b.key);
    for (const { build } of order) costs.get(build.name)?.push(await build.cost(round));
  }
  return costs;
}

/** What `build` saves over `other`, by rounds: the 20 % trimmed mean of logarithms of ratios, with Yuen's error. */
export function saving(costs: ReadonlyMap<string, readonly number[]>, build: string, other: string): Saving {
  const [ours, theirs] = [build, other].map((name) => costs.get(name) ?? []) as [number[], number[]];
  const ratios = ours.map((cost, round) => Math.log(cost / (theirs[round] as number)));
  const { mean, standardError, df } = trimmedMean(ratios);
  const reach = studentUpperQuantile(0.025, df) * standardError;
  const saved = (log: number): number => 1 - Math.exp(log);
  return {
    estimate: saved(mean),
    lower: saved(mean + reach),
    upper: saved(mean - reach),
    rounds: ratios.length,
  };
}
