/** Builds of one source, run in turns: what one saves over another, with bounds that hold for another capture. */
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { uniformFrom } from '../../../src/stats/random.js';
import { studentUpperQuantile } from '../../../src/stats/student.js';
import { trimmedMean } from '../../../src/stats/yuen.js';

/** One build, in a code layout that a number draws. */
export interface Build {
  readonly name: string;
  readonly program: (layout: number) => string;
  /** CPU time per unit of work of a short run. */
  readonly cost: (program: string) => Promise<number>;
}

/** Short runs of a build in a round: what else is on the machine changes within seconds, and then is in all builds' alike. */
const turns = 4;

/** Costs by build, one a round. */
export type Costs = ReadonlyMap<string, readonly number[]>;

/** Part of the CPU time per unit of work, with 95 % bounds: 0.1 is a tenth less. */
export interface Saving {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * Runs builds, a round for each layout. Each turn of a round runs all builds, in an order of its own.
 * @param layouts numbers that the rounds draw their layouts by
 */
export async function takeTurns(builds: readonly Build[], layouts: readonly number[]): Promise<Costs> {
  const uniform = uniformFrom(layouts[0] ?? 0);
  const costs = new Map<string, number[]>(builds.map(({ name }) => [name, []]));
  for (const layout of layouts) {
    const running = builds.map((build) => ({ ...build, path: build.program(layout), sum: 0 }));
    for (let turn = 0; turn < turns; turn++) {
      const order = running.map((build) => ({ build, key: uniform() })).sort((a, b) => a.key - b.key);
      for (const { build } of order) {
        const cost = await build.cost(build.path);
        if (!(cost > 0 && Number.isFinite(cost)))
          throw new Error(`${build.path} did nothing: it cost ${cost}`);
        build.sum += cost;
      }
    }
    for (const { name, sum } of running) costs.get(name)?.push(sum / turns);
  }
  return costs;
}

/**
 * What `build` saves over `other`: of each capture the 20 % trimmed mean of its rounds' logarithms of ratios; of captures the
 * mean, with Student's bounds, as builds by two captures of one program differ by more than their rounds do.
 * @param captures costs by the builds of each; at least two
 */
export function saving(captures: readonly Costs[], build: string, other: string): Saving {
  const logs = captures.map((costs) => {
    const [ours, theirs] = [build, other].map((name) => costs.get(name)) as [number[], number[]];
    return trimmedMean(ours.map((cost, round) => Math.log(cost / (theirs[round] as number)))).mean;
  });
  const standardError = sampleStandardDeviation(logs) / Math.sqrt(logs.length);
  const reach = studentUpperQuantile(0.025, logs.length - 1) * standardError;
  const saved = (log: number): number => 1 - Math.exp(log);
  return { estimate: saved(mean(logs)), lower: saved(mean(logs) + reach), upper: saved(mean(logs) - reach) };
}
