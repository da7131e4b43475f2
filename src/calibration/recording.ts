/** What was recorded with the same code on both sides, ready to be made into many gates. */
import type { BundleWorkload, Capture, Policy, Side } from '../bundle/schema.js';
import { sides } from '../bundle/schema.js';
import { jitCompiler } from '../profile/compiling.js';
import type { FunctionCost, FunctionTable } from '../profile/functions.js';
import { autocorrelation } from '../stats/autocorrelation.js';
import { trimmedMean } from '../stats/yuen.js';
import { completePairs, type Pair, secondsPerPair } from '../verdict/captures/pairs.js';
import type { TableOf } from '../verdict/captures/panel.js';
import { poolTables } from '../verdict/captures/pooling.js';
import { cpuPerUnit } from '../verdict/total/total.js';

/** One capture with its cost by function. */
export interface Shot {
  readonly capture: Capture;
  readonly table: FunctionTable;
}

/** One value of the verdict: a pair, or all pairs that share a launch of both sides, added up. */
export interface RecordedPair extends Readonly<Record<Side, Shot>> {
  /** ln of CPU time per unit of the second capture over the first one's, their mean where several share a launch. */
  readonly second: number;
}

export interface Recording {
  /**
   * The workload without its captures and waits, and without waivers: nothing changed that one could be for. The policy
   * is the gate's.
   */
  readonly workload: BundleWorkload;
  readonly pairs: readonly RecordedPair[];
  /** Whether the gate enforces waits, of which nothing is drawn. */
  readonly enforcesWaits: boolean;
  /** How many pairs each of these was recorded as; 1: every capture had a launch of its own. */
  readonly pairsPerLaunch: number;
  /** Wall seconds each of these takes with starting, warming up and stopping. */
  readonly pairSeconds: number;
  /** Parts of the CPU time by function over all captures. */
  readonly shares: ReadonlyMap<string, number>;
}

/** Whether both sides were built in several code layouts, so that the recording shows what relinking makes. */
export function hasLayouts({ workload }: Recording): boolean {
  return 'layouts' in workload;
}

/** Functions with less than this part of the gate's minimum share are taken together: no draw makes them tested. */
const smallPart = 0.25;

/**
 * Reads a workload's recording.
 * @param policy what the gate tolerates: not the recording's own, which looks at nothing before its end
 */
export function readRecording(workload: BundleWorkload, policy: Policy, tableOf: TableOf): Recording {
  const complete = completePairs(workload.captures);
  const shared = Math.max(1, ...complete.map(({ parts }) => parts.base.length));
  // A launch that was cut short has less work in it than the others.
  const pairs = complete.filter(({ parts }) => parts.base.length === shared);
  const tables = (captures: readonly Capture[]) =>
    poolTables(captures.map((capture) => tableOf(workload, capture)));
  const shots = pairs.map(({ base, head, parts }) => ({
    base: { capture: withoutLaunch(base), table: tables(parts.base) },
    head: { capture: withoutLaunch(head), table: tables(parts.head) },
    second: secondEffect(parts),
  }));
  const shares = sharesOf(shots);
  const groupOf = groups(shares, smallPart * policy.minShare);
  const reduced = shots.map(({ base, head, second }) => ({
    second,
    base: { ...base, table: withSmallTogether(base.table, groupOf) },
    head: { ...head, table: withSmallTogether(head.table, groupOf) },
  }));
  // Gates are drawn of what fits into their budget: they need no clock. Of waits nothing is drawn.
  const { pacing: _, offCpu: _waits, ...drawn } = workload;
  // A launch's captures are one, as long as all of them.
  const captureSeconds = shared * workload.captureSeconds;
  return {
    workload: { ...drawn, captureSeconds, policy, captures: [], waivers: [] },
    pairs: reduced,
    enforcesWaits: workload.offCpu?.mode === 'enforce',
    pairsPerLaunch: shared,
    pairSeconds: secondsPerPair(workload, pairs),
    shares: sharesOf(reduced),
  };
}

/** Drawn twice, a launch would be taken for one. */
function withoutLaunch({ launch: _launch, endSeconds: _end, ...capture }: Capture): Capture {
  return capture;
}

/** NaN where a capture did no work. */
function secondEffect({ base, head }: Pair['parts']): number {
  let sum = 0;
  for (const [index, before] of base.entries()) {
    const pair = { base: before, head: head[index] as Capture };
    const change = Math.log(
      (cpuPerUnit(pair, 'head') ?? Number.NaN) / (cpuPerUnit(pair, 'base') ?? Number.NaN),
    );
    sum += before.position === 0 ? change : -change;
  }
  return sum / base.length;
}

/** Of exact CPU time, over all captures. */
function sharesOf(pairs: readonly Readonly<Record<Side, Shot>>[]): Map<string, number> {
  const shares = new Map<string, number>();
  let all = 0;
  for (const pair of pairs) {
    for (const side of sides) {
      const { table, capture } = pair[side];
      all += Math.max(capture.summary.cpuNanoseconds, table.nanoseconds);
      for (const { key, nanoseconds } of table.functions.values()) {
        shares.set(key, (shares.get(key) ?? 0) + nanoseconds);
      }
    }
  }
  for (const [key, nanoseconds] of shares) shares.set(key, all > 0 ? nanoseconds / all : 0);
  return shares;
}

/**
 * Puts functions too small to be tested into rows of their sum, which are too small as well. The verdict is the same,
 * since it looks at such functions together only, and takes a fraction of the time.
 */
function withSmallTogether(table: FunctionTable, groupOf: (cost: FunctionCost) => string): FunctionTable {
  const functions = new Map<string, FunctionCost>();
  for (const cost of table.functions.values()) {
    const key = groupOf(cost);
    const own = key === cost.key ? cost : { ...cost, key, name: key, file: null, line: null };
    const known = functions.get(key);
    const sum = known && {
      count: known.count + cost.count,
      nanoseconds: known.nanoseconds + cost.nanoseconds,
    };
    functions.set(key, { ...own, ...sum });
  }
  return { ...table, functions };
}

/** A function's key, or its group's: by hash, so that a function is in the same group in every capture. */
function groups(shares: ReadonlyMap<string, number>, least: number): (cost: FunctionCost) => string {
  let rest = 0;
  for (const share of shares.values()) if (share < least) rest += share;
  const wanted = Math.max(1, Math.ceil(rest / least));
  return ({ key, resolved }) => {
    if ((shares.get(key) ?? 0) >= least || key === jitCompiler) return key;
    let hash = 0;
    for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) >>> 0;
    return `small functions ${resolved ? '' : 'without names '}${hash % wanted}`;
  };
}

/** How the recording varies; where pairs share launches, from launch to launch. */
export interface Noise {
  /** Of one pair's difference of ln CPU time per unit, robust as the verdict has it; null with too few pairs. */
  readonly pairSd: number | null;
  /**
   * From pair to pair: of the pairs' levels, and of second minus first (of launches: the one started second), which is
   * what disturbs a verdict.
   */
  readonly levelAutocorrelation: number;
  readonly differenceAutocorrelation: number;
  /** ln change of going second in a pair. */
  readonly secondEffect: number;
}

/** Figures of a recording's noise. */
export function noiseOf({ pairs }: Recording): Noise {
  const levels: number[] = [];
  const inOrder: number[] = [];
  const differences: number[] = [];
  const seconds: number[] = [];
  for (const { base, head, second } of pairs) {
    const pair = { base: base.capture, head: head.capture };
    const ofBase = Math.log(cpuPerUnit(pair, 'base') ?? Number.NaN);
    const ofHead = Math.log(cpuPerUnit(pair, 'head') ?? Number.NaN);
    if (!Number.isFinite(ofBase) || !Number.isFinite(ofHead)) continue;
    levels.push((ofBase + ofHead) / 2);
    differences.push(ofHead - ofBase);
    inOrder.push(base.capture.position === 0 ? ofHead - ofBase : ofBase - ofHead);
    seconds.push(second);
  }
  const n = differences.length;
  return {
    pairSd: n >= 4 ? trimmedMean(differences).standardError * Math.sqrt(n) : null,
    levelAutocorrelation: autocorrelation(levels),
    differenceAutocorrelation: autocorrelation(inOrder),
    secondEffect: n >= 2 ? trimmedMean(seconds).mean : 0,
  };
}
