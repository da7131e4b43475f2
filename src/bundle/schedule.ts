/**
 * When a run is looked at, and how much of its error probability may be spent by then. Planned before the first pair and
 * kept in the bundle; afterwards nothing but the number of pairs and the clock decides, never what was measured.
 */
import type { BundleWorkload, Capture } from './schema.js';

/** Parts of a run after which it is looked at: spaced so that early looks cost little. */
const lookFractions = [10, 16, 24, 32, 40, 50, 60].map((pairs) => pairs / 60);
/** Pairs before the first claim; a run that is expected to be short claims after this part of it. */
const firstPairs = 10;
const firstPart = 0.8;
/** With fewer there is no standard error, and no claim. */
export const fewestPairs = 4;
/** Launches a run should have where pairs share them: the values its verdict rests on. */
export const fewestLaunches = 10;
/** Pairs of a run whose number nobody chose: where captures have many samples, and the most there ever are. */
export const usualPairs = 60;
const mostPairsEver = 1000;
/**
 * Samples a side with which a function of 2 % of the CPU time that gets 20 % slower is found with 80 % power, for 33
 * tested functions: 2 (z₀.₀₁⸝₃₃ + 0.84)² / (0.02 ln²(1.2/1.05)); half as many again for what varies beyond sampling.
 */
const samplesOfAPass = 102_000 * 1.5;
/** A run that gets further than was expected is looked at whenever it has grown by a quarter. */
const growth = 1.25;
/** A look with hardly more pairs than the one before is not worth what it spends. */
const leastGrowth = 1.15;

/**
 * Numbers of pairs after which the verdict is computed, ascending; the last one is the most pairs ever run.
 * @param mostPairs     the most pairs to be run
 * @param expectedPairs how many of them are expected to fit into the budget
 */
export function planLooks(mostPairs: number, expectedPairs: number = mostPairs): number[] {
  const expected = Math.min(mostPairs, Math.max(1, Math.floor(expectedPairs)));
  const early = Math.min(firstPairs, Math.max(fewestPairs, Math.floor(firstPart * expected)));
  const looks = [Math.min(mostPairs, early)];
  const add = (pairs: number): void => {
    if (pairs > leastGrowth * (looks.at(-1) as number)) looks.push(Math.min(mostPairs, pairs));
  };
  for (const fraction of lookFractions) add(Math.round(fraction * expected));
  while ((looks.at(-1) as number) < mostPairs) add(Math.ceil((looks.at(-1) as number) * growth));
  return looks;
}

/** The most pairs of a run whose number nobody chose. @param samples of one capture */
export function automaticPairs(samples: number): number {
  return Math.min(mostPairsEver, Math.max(usualPairs, Math.ceil(samplesOfAPass / Math.max(1, samples))));
}

/** Whether another pair may begin, so long as it takes no longer than the last one did. */
export function anotherFits(budgetSeconds: number, endSeconds: number, lastSeconds: number): boolean {
  return endSeconds + lastSeconds <= budgetSeconds;
}

/**
 * Fraction of the spending time that is over after each pair: of the most pairs or of the budget in seconds, whichever
 * is further. It is 1 after the pair that is the last, because no more are to be run or because no other one fits.
 * @param pairs the captures of each pair, in the order they were taken
 */
export function spendingTimes(
  { policy, pacing }: Pick<BundleWorkload, 'policy' | 'pacing'>,
  pairs: readonly (readonly Capture[])[],
): number[] {
  const mostPairs = policy.looks.at(-1) as number;
  const times: number[] = [];
  let before: number | null = null;
  for (const [index, captures] of pairs.entries()) {
    const byPairs = (index + 1) / mostPairs;
    const end = pacing === undefined ? null : endOf(captures);
    let byBudget = 0;
    if (pacing !== undefined && end !== null) {
      const seconds = before === null ? pacing.pairSeconds : end - before;
      const isLast = !anotherFits(pacing.budgetSeconds, end, seconds);
      byBudget = isLast ? 1 : end / pacing.budgetSeconds;
      before = end;
    }
    times.push(Math.min(1, Math.max(byPairs, byBudget, times.at(-1) ?? 0)));
  }
  return times;
}

/** Seconds from the beginning of measuring to the end of the last of these captures; null when one does not say. */
export function endOf(captures: readonly Capture[]): number | null {
  let latest = 0;
  for (const { endSeconds } of captures) {
    if (endSeconds === undefined) return null;
    latest = Math.max(latest, endSeconds);
  }
  return latest;
}
