/** When the data are looked at, and how much each look may claim. */
import type { Policy } from '../bundle/schema.js';
import { nominalLevels } from '../stats/sequential.js';

/** Nominal one-sided error probabilities of one look. */
export interface Levels {
  readonly fail: number;
  readonly pass: number;
  readonly functions: number;
}

export interface Look {
  /** Number of pairs looked at. */
  readonly pairs: number;
  readonly levels: Levels;
  /** False before the first planned look: bounds are shown, nothing is claimed. */
  readonly mayClaim: boolean;
}

/**
 * The looks at the first `available` pairs, in order: the planned ones that are reached, and one more where measuring
 * ended between two of them or before the first. Information is the fraction of the most pairs ever run.
 */
export function looksAt(policy: Policy, available: number): Look[] {
  const first = policy.looks[0] as number;
  const most = policy.looks.at(-1) as number;
  const reached = policy.looks.filter((look) => look <= available);
  const ended = Math.min(available, most);
  const sizes = ended > 0 && !reached.includes(ended) ? [...reached, ended] : reached;
  const informations = sizes.map((size) => size / most);
  const fail = levelsOf(policy.alpha.fail, informations);
  const pass = levelsOf(policy.alpha.pass, informations);
  const functions = levelsOf(policy.alpha.functions, informations);
  return sizes.map((pairs, index) => ({
    pairs,
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

function levelsOf(alpha: number, informations: readonly number[]): readonly number[] {
  const key = `${alpha}:${informations.join()}`;
  const levels = known.get(key) ?? nominalLevels(alpha, informations);
  known.set(key, levels);
  return levels;
}
