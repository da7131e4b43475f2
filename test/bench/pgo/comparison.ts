/** Builds of one source, run in turns: what one saves over another, with bounds. */
import { uniformFrom } from '../../../src/stats/random.js';
import { studentUpperQuantile } from '../../../src/stats/student.js';
import { trimmedMean } from '../../../src/stats/yuen.js';

/** One build, in a code layout that the round draws. */
export interface Build {
  readonly name: string;
  readonly program: (round: number) => string;
  /** CPU time per unit of work of a short run. */
  readonly cost: (program: string) => Promise<number>;
}

/** Short runs of a build in a round: what else is on the machine changes within seconds, and then is in all builds' alike. */
const turns = 4;

/** Part of the CPU time per unit of work, with 95 % bounds: 0.1 is a tenth less. */
export interface Saving {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  readonly rounds: number;
}

/** Costs by build, one a round. Each turn of a round runs all builds, in an order of its own. */
export async function takeTurns(builds: readonly Build[], rounds: number): Promise<Map<string, number[]>> {
  const uniform = uniformFrom(1);
  const costs = new Map<string, number[]>(builds.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const running = builds.map((build) => ({ ...build, path: build.program(round), sum: 0 }));
    for (let turn = 0; turn < turns; turn++) {
      const order = running.map((build) => ({ build, key: uniform() })).sort((a, b) => a.key - b.key);
      for (const { build } of order) build.sum += await build.cost(build.path);
    }
    for (const { name, sum } of running) costs.get(name)?.push(sum / turns);
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
