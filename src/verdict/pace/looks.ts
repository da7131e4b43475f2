/** When the data are looked at, and how much each look may claim. */
import type { Policy } from '../../bundle/schema.js';
import { nominalLevels } from '../../stats/sequential.js';

/** Nominal one-sided error probabilities of one look. */
export interface Levels {
  readonly fail: number;
  readonly pass: number;
  readonly functions: number;
}

export interface Look {
  /** Number of pairs looked at. */
  readonly pairs: number;
  /** Fraction of the spending time that is over; 1 at the last look. */
  readonly time: number;
  readonly levels: Levels;
  /** False before the first planned look: bounds are shown, nothing is claimed. */
  readonly mayClaim: boolean;
}

/**
 * The looks at the first `available` pairs, in order: the planned ones that are reached, and one more where measuring
 * ended between two of them or before the first. Information goes by pairs; error probability is spent by the clock
 * that `spendingTimes` reads.
 * @param times fraction of the spending time that is over after each pair; of the most pairs unless given
 */
export function looksAt(policy: Policy, available: number, times?: readonly number[]): Look[] {
  const first = policy.looks[0] as number;
  const most = policy.looks.at(-1) as number;
  const timeAt = (pairs: number): number => times?.[pairs - 1] ?? pairs / most;
  const reached = policy.looks.filter((look) => look <= available);
  const ended = Math.min(available, most);
  const planned = ended > 0 && !reached.includes(ended) ? [...reached, ended] : reached;
  // A clock that stands still, as only a made-up bundle has it, leaves nothing to spend.
  const sizes = planned.filter(
    (size, index) => timeAt(size) > (index > 0 ? timeAt(planned[index - 1] as number) : 0),
  );
  const clock = sizes.map(timeAt);
  const informations = sizes.map((size) => size / most);
  const fail = levelsOf(policy.alpha.fail, informations, clock);
  const pass = levelsOf(policy.alpha.pass, informations, clock);
  const functions = levelsOf(policy.alpha.functions, informations, clock);
  return sizes.map((pairs, index) => ({
    pairs,
    time: clock[index] as number,
    levels: {
      fail: fail[index] as number,
      pass: pass[index] as number,
      functions: functions[index] as number,
    },
    mayClaim: pairs >= first,
  }));
}

/** Boundaries cost a tenth of a second and recur with every look and workload of a run. */
const known = new Map<string, readonly number[]>();

function levelsOf(
  alpha: number,
  informations: readonly number[],
  times: readonly number[],
): readonly number[] {
  const key = `${alpha}:${informations.join()}:${times.join()}`;
  const levels = known.get(key) ?? nominalLevels(alpha, informations, times);
  known.set(key, levels);
  return levels;
}
