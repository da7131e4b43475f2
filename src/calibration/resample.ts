/**
 * Many gates out of one recording of the same code on both sides, judged by the gate's own verdict.
 *
 * Which of two captures of the same code is called head is arbitrary, so exchanging the sides of pairs gives another
 * gate of which the truth is known: nothing changed. Sides are exchanged for two pairs in a row, since the gate draws
 * orders in blocks of two: each such gate is one that could have been measured. Pairs that share a launch are drawn and
 * exchanged together. So are all pairs of a gate where sides were built in several code layouts: a build belongs to one
 * side. For gates in other moments, blocks of successive pairs are drawn with replacement, long enough to keep what
 * resembles its neighbours together.
 */
import type { BundleWorkload, Capture, Side } from '../bundle/schema.js';
import { cpuProfilePath } from '../bundle/writer.js';
import type { FunctionTable } from '../profile/functions.js';
import { blockLength } from '../stats/autocorrelation.js';
import type { Uniform } from '../stats/random.js';
import { judgeWorkload } from '../verdict/judge.js';
import type { WorkloadResult } from '../verdict/result.js';
import { type Plant, plantedShot } from './plant.js';
import { hasLayouts, noiseOf, type RecordedPair, type Recording, type Shot } from './recording.js';

/** A pair of the recording, with its sides as they are or exchanged. */
export interface Draw {
  readonly pair: RecordedPair;
  readonly exchanged: boolean;
}

/** Pairs that the gate orders together. */
const pairsOrdered = 2;

/** What is drawn together, in values of the verdict: an even number of pairs, so that orders stay balanced. */
function orderBlock({ pairsPerLaunch }: Recording): number {
  return pairsPerLaunch % pairsOrdered === 0 ? 1 : pairsOrdered;
}

/** The recording's pairs in their order, sides exchanged at random. @param length at most as many as were recorded */
export function relabelled(recording: Recording, length: number, uniform: Uniform): Draw[] {
  const { pairs } = recording;
  const block = orderBlock(recording);
  const blocks = Math.floor((pairs.length - length) / block);
  const start = block * Math.floor(uniform() * (blocks + 1));
  return exchange(recording, pairs.slice(start, start + length), uniform);
}

/** As many pairs as wanted: circular blocks of the recording, sides exchanged at random. */
export function bootstrapped(recording: Recording, length: number, uniform: Uniform): Draw[] {
  const block = orderBlock(recording);
  const pairs = recording.pairs.slice(0, recording.pairs.length - (recording.pairs.length % block));
  const size = block * blockSize(recording);
  const drawn: RecordedPair[] = [];
  while (drawn.length < length) {
    const start = block * Math.floor(uniform() * (pairs.length / block));
    for (let i = 0; i < size; i++) drawn.push(pairs[(start + i) % pairs.length] as RecordedPair);
  }
  return exchange(recording, drawn.slice(0, length), uniform);
}

/** Order blocks drawn together. */
export function blockSize(recording: Recording): number {
  const { levelAutocorrelation, differenceAutocorrelation } = noiseOf(recording);
  const phi = Math.max(Math.abs(levelAutocorrelation), Math.abs(differenceAutocorrelation));
  return Math.max(1, Math.ceil(blockLength(phi, recording.pairs.length) / orderBlock(recording)));
}

function exchange(recording: Recording, pairs: readonly RecordedPair[], uniform: Uniform): Draw[] {
  const together = hasLayouts(recording) ? Number.POSITIVE_INFINITY : orderBlock(recording);
  let exchanged = false;
  return pairs.map((pair, index) => {
    if (index % together === 0) exchanged = uniform() < 0.5;
    return { pair, exchanged };
  });
}

/** How one gate ended. */
export interface Ending {
  readonly verdict: WorkloadResult['verdict'];
  readonly pairs: number;
  /** The first reason's code. */
  readonly code: string;
}

/**
 * Judges the drawn pairs as one gate, as far as it would have been measured.
 * @param plant what is made slower on head; null: nothing
 */
export function judgeDraws(
  { workload }: Recording,
  draws: readonly Draw[],
  plant: Plant | null,
  uniform: Uniform,
): Ending {
  const tables = new Map<string, FunctionTable>();
  const captures: Capture[] = [];
  for (const [index, { pair, exchanged }] of draws.entries()) {
    const shots = exchanged ? { base: pair.head, head: pair.base } : pair;
    for (const side of ['base', 'head'] as const) {
      const shot = plant === null ? shots[side] : plantedShot(shots[side], side, plant, uniform);
      const capture = placed(shot, workload.name, index + 1, side);
      tables.set(capture.cpuProfile, shot.table);
      captures.push(capture);
    }
  }
  const gate: BundleWorkload = {
    ...workload,
    captures,
    stop: { reason: 'looks_exhausted', message: 'drawn from a recording' },
  };
  const tableOf = (_: BundleWorkload, { cpuProfile }: Capture) => tables.get(cpuProfile) as FunctionTable;
  const result = judgeWorkload(gate, { tableOf });
  return { verdict: result.verdict, pairs: result.pairs, code: result.reasons[0]?.code ?? '' };
}

function placed({ capture }: Shot, workload: string, pair: number, side: Side): Capture {
  return { ...capture, side, pair, cpuProfile: cpuProfilePath(workload, pair, side) };
}

/** Real gates of a recording: one after the other, each from where the one before was decided. */
export function consecutiveGates(recording: Recording, mostPairs: number, uniform: Uniform): Ending[] {
  const first = recording.workload.policy.looks[0] as number;
  const endings: Ending[] = [];
  for (let start = 0; recording.pairs.length - start >= first; ) {
    const draws = recording.pairs.slice(start, start + mostPairs).map((pair) => ({ pair, exchanged: false }));
    const ending = judgeDraws(recording, draws, null, uniform);
    endings.push(ending);
    start += Math.max(1, ending.pairs);
  }
  return endings;
}
