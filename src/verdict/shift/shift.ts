/**
 * The cost-shift guard: tells a function that got slower from cost that only moved into it. A rename, inlining, a split or
 * other refactoring leaves as much less elsewhere as it adds here, and whoever called that code does not notice. So an
 * increase counts only if the function's nearest callers together (in all, all that they call included) grew by half of
 * it at least.
 *
 * The inclusive change of a caller that is most of the program is as noisy as the total, and noise must neither excuse a
 * function nor accuse it. Therefore the change below the callers is not taken over everything that is called there, but over
 * - the function itself, and other functions proven to have grown;
 * - all others below the callers that provably shrank;
 * - one of its *kin* at a time: what the function calls, its callers' own code, and where its calls are new, all below the
 *   nearest caller that base knew. Compilers and people move code between these, so each counts that varies so much that it
 *   could have lost half of the increase unnoticed, and the one that leaves least decides.
 *
 * What is left is tested: `own` needs it to be half of the increase and proven to be above zero at the level of
 * functions, so that cost that only moved fails no more often than that; `moved` needs it to be proven below half at the
 * level of passing. In between it is `unclear`: no fail and no pass, and more pairs tell.
 *
 * A function that got slower below a caller in which something else got faster by as much is `moved`, too: nobody who calls
 * that caller pays more, and it cannot be told from code that was passed on between the two. A saving elsewhere in the
 * program excuses nothing.
 */

import { type Side, sides } from '../../bundle/schema.js';
import * as exact from '../../stats/exact.js';
import { holm } from '../../stats/holm.js';
import { studentUpperQuantile } from '../../stats/student.js';
import type { Panel } from '../captures/panel.js';
import type { FunctionFinding, FunctionFindings } from '../functions/test.js';
import type { Look } from '../pace/looks.js';
import { pairsDf } from '../total/layouts.js';
import type { LogChange } from '../total/total.js';
import { type PlacePanel, type PooledPlaces, poolPlaces, relation, relationsOf } from './calls.js';
import {
  type Amount,
  contributionOf,
  decreaseP,
  increaseP,
  standardErrorOf,
  sumOf,
  times,
} from './contribution.js';

/** An increase is made up for when less than this part of it is left over at its callers. */
const ownPart = 0.5;
/** One-sided level of evidence at which a function has shrunk; about 2.5 sigma. */
const shrunkLevel = 0.006;
/** Power with which more pairs are to tell. */
const zPower = 0.84;

export interface Shifts {
  /** Increases that were made up for below their nearest callers. */
  readonly moved: ReadonlySet<FunctionFinding>;
  /** Increases of which that cannot be told yet. */
  readonly unclear: ReadonlySet<FunctionFinding>;
  /** About how many pairs it takes to tell; 0 when nothing is unclear. */
  readonly neededPairs: number;
}

/** What is left of one function's increase at its nearest callers. */
interface Remainder {
  readonly finding: FunctionFinding;
  readonly increase: Amount;
  /** By the suspect that leaves least. */
  readonly left: Amount;
  /** One-sided p-value against "nothing is left". */
  readonly p: number;
  /** How many suspects there were to choose from; 1 at least. */
  readonly suspects: number;
}

/**
 * Classes the findings proven `slower` or `new`.
 * @param placesOf asked only if there are any
 */
export function shiftsOf(
  panel: Panel,
  look: Look,
  total: LogChange,
  { findings }: FunctionFindings,
  placesOf: () => PlacePanel,
): Shifts {
  const grown = findings.filter(({ proof }) => proof === 'slower' || proof === 'new');
  const shifts = { moved: new Set<FunctionFinding>(), unclear: new Set<FunctionFinding>(), neededPairs: 0 };
  if (grown.length === 0) return shifts;
  const surroundings = new Surroundings(panel, look, total, findings, placesOf());
  const remainders = grown.map((finding) => surroundings.remainderOf(finding));
  const adjusted = holm(remainders.map(({ p }) => p));
  for (const [index, { finding, increase, left, suspects }] of remainders.entries()) {
    const excess = sumOf([left, times(increase, -ownPart)], look.pairs);
    if (excess.estimate >= 0 && (adjusted[index] as number) <= look.levels.functions) continue;
    if (suspects * decreaseP(excess) <= look.levels.pass) {
      shifts.moved.add(finding);
    } else {
      shifts.unclear.add(finding);
      const needed = pairsToTell(increase, left, surroundings.quantile, look.pairs);
      shifts.neededPairs = Math.max(shifts.neededPairs, needed);
    }
  }
  return shifts;
}

type MutableCosts = Readonly<Record<Side, number[]>>;

/** The call tree around increases, at one look. */
class Surroundings {
  /** Standard errors by which bounds of a single claim lie away. */
  readonly quantile: number;
  readonly #pooled: PooledPlaces;
  /** Functions that are judged by themselves have a number from 1; all the small ones are 0. */
  readonly #groups: Int32Array;
  readonly #grown: ReadonlySet<number>;
  readonly #size: number;
  readonly #numbers: ReadonlyMap<FunctionFinding, number>;

  constructor(
    private readonly panel: Panel,
    private readonly look: Look,
    private readonly total: LogChange,
    findings: readonly FunctionFinding[],
    private readonly places: PlacePanel,
  ) {
    const { tree } = places;
    this.quantile = studentUpperQuantile(look.levels.functions, pairsDf(look.pairs, panel.crossing));
    this.#pooled = poolPlaces(places, panel, look.pairs, total);
    this.#numbers = new Map(findings.map((finding) => [finding, tree.number(finding.estimate.row.key)]));
    this.#groups = new Int32Array(tree.keys.length);
    this.#size = findings.length + 1;
    const grown = new Set<number>();
    for (const [index, finding] of findings.entries()) {
      this.#groups[this.#numbers.get(finding) as number] = index + 1;
      if (finding.proof === 'slower' || finding.proof === 'new') grown.add(index + 1);
    }
    this.#grown = grown;
  }

  remainderOf(finding: FunctionFinding): Remainder {
    const { panel, total } = this;
    const n = this.look.pairs;
    const number = this.#numbers.get(finding) as number;
    const itself = this.#groups[number] as number;
    const amounts = this.#costsBelow(relationsOf(number, this.#pooled));
    const amount = (kin: boolean, group: number): Amount | null => {
      const costs = amounts[2 * group + (kin ? 1 : 0)];
      return costs === undefined ? null : contributionOf(costs, panel, n, total);
    };
    const bothWays = (group: number) =>
      sumOf(
        [amount(false, group), amount(true, group)].filter((one) => one !== null),
        n,
      );
    const increase = bothWays(itself);
    const certain: Amount[] = [increase];
    const suspects: Amount[] = [];
    for (let group = 0; group < this.#size; group++) {
      if (group === itself) continue;
      if (this.#grown.has(group)) {
        certain.push(bothWays(group));
        continue;
      }
      for (const kin of [false, true]) {
        const other = amount(kin, group);
        if (other === null) continue;
        if (hasShrunk(other)) certain.push(other);
        else if (kin && this.#mayHide(other, increase)) suspects.push(other);
      }
    }
    const sum = sumOf(certain, n);
    // Alone, it is as proven as it was.
    const worst = { left: sum, p: certain.length === 1 ? 0 : increaseP(sum) };
    for (const suspect of suspects) {
      const left = sumOf([sum, suspect], n);
      const p = increaseP(left);
      if (p > worst.p) Object.assign(worst, { left, p });
    }
    return { finding, increase, ...worst, suspects: Math.max(1, suspects.length) };
  }

  /** Whether it cannot be excluded that this lost half of the increase. */
  #mayHide(kin: Amount, increase: Amount): boolean {
    const reach = this.quantile * standardErrorOf(kin);
    return kin.estimate - reach <= -ownPart * increase.estimate;
  }

  /** Nanoseconds of the places inside, by twice the group's number, plus one for kin. */
  #costsBelow(relations: Uint8Array): (MutableCosts | undefined)[] {
    const { tree, pairs } = this.places;
    const n = this.look.pairs;
    const found: (MutableCosts | undefined)[] = [];
    const empty = () => new Array<number>(n).fill(0);
    for (const [pair, costs] of pairs.slice(0, n).entries()) {
      for (const side of sides) {
        const { places, nanoseconds } = costs[side];
        for (let i = 0; i < places.length; i++) {
          const place = places[i] as number;
          const how = relations[place] as number;
          if (how === relation.outside || place === 0) continue;
          const group = this.#groups[tree.functions[place] as number] as number;
          const at = 2 * group + (how === relation.kin ? 1 : 0);
          found[at] ??= { base: empty(), head: empty() };
          const cells = (found[at] as MutableCosts)[side];
          cells[pair] = (cells[pair] as number) + (nanoseconds[i] as number);
        }
      }
    }
    return found;
  }
}

function hasShrunk(amount: Amount): boolean {
  return amount.estimate < 0 && decreaseP(amount) <= shrunkLevel;
}

/** Pairs after which an increase that is the function's own, or one that only moved, can be told. */
function pairsToTell(increase: Amount, left: Amount, quantile: number, pairs: number): number {
  return pairs * exact.square(((quantile + zPower) * standardErrorOf(left)) / increase.estimate);
}
