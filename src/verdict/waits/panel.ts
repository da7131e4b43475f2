/** Waits by pairs: how long threads waited where, per unit of work. */
import { type BundleWorkload, type Capture, type Side, sides } from '../../bundle/schema.js';
import type { CaptureSummary } from '../../bundle/summary.js';
import type { WaitPath, WaitPlace, WaitTable } from '../../profile/waits.js';
import type { Crossing } from '../../stats/crossed.js';
import type { Pair } from '../captures/pairs.js';
import { poolWaits } from '../captures/pooling.js';
import { crossingOf, firstPairs } from '../total/layouts.js';
import { runnersOf } from '../total/runners.js';

/** Where threads waited in a capture; null where that was not kept. */
export type WaitsOf = (workload: BundleWorkload, capture: Capture) => WaitTable | null;

/** Nanoseconds per unit of work, one number a pair. */
export interface Cells {
  readonly base: readonly number[];
  readonly head: readonly number[];
}

/** What pairs have in common with others. */
export interface Grouping {
  /** Which runner took each pair. */
  readonly runners: readonly number[];
  /** Their code layouts; null where a side has one build only. */
  readonly crossing: Crossing | null;
}

/** One way to come to a place to wait. */
export interface PathRow {
  /** Who called the waiting function, innermost first. */
  readonly callers: readonly string[];
  readonly cells: Cells;
}

export interface WaitRow {
  readonly key: string;
  /** Taken from head where head has it. */
  readonly place: WaitPlace;
  /** Whether threads wait for work here, which is no part of the work. */
  readonly idle: boolean;
  readonly cells: Cells;
  /** How often threads waited here, by pair. */
  readonly counts: readonly number[];
  /** The longest first. */
  readonly paths: readonly PathRow[];
}

export interface WaitPanel {
  readonly pairs: number;
  readonly grouping: Grouping;
  /** In the order of their keys. */
  readonly rows: readonly WaitRow[];
  /** Waits within the work, and for work. */
  readonly work: Cells;
  readonly idle: Cells;
  /** Waits that no stack was taken of, and those that began before the capture and so have none. */
  readonly untraced: Cells;
  readonly older: Cells;
  /** Waiting for a CPU. */
  readonly runnable: Cells;
  readonly cpu: Cells;
}

/** Paths kept of a place. */
const mostPaths = 5;

interface Tables {
  readonly base: WaitTable;
  readonly head: WaitTable;
}

/**
 * Reads the waits of all pairs once.
 * @returns the panel of the first n pairs, by n, in which nothing depends on the pairs after them; null when a capture
 *          does not have its waits, or did no work: nothing can be compared then
 */
export function readWaits(
  workload: BundleWorkload,
  pairs: readonly Pair[],
  waitsOf: WaitsOf,
): ((n: number) => WaitPanel) | null {
  const tables: Tables[] = [];
  for (const pair of pairs) {
    const read = (side: Side) => poolWaits(pair.parts[side].map((capture) => waitsOf(workload, capture)));
    const [base, head] = [read('base'), read('head')];
    if (base === null || head === null || pair.base.units === 0 || pair.head.units === 0) return null;
    tables.push({ base, head });
  }
  const panels = new Map<number, WaitPanel>();
  return (n) => {
    const panel = panels.get(n) ?? panelOf(workload, pairs.slice(0, n), tables.slice(0, n));
    panels.set(n, panel);
    return panel;
  };
}

function panelOf({ offCpu }: BundleWorkload, pairs: readonly Pair[], tables: readonly Tables[]): WaitPanel {
  const isIdle = idlePaths(tables, new Set(offCpu?.idle));
  const ofSummary = (figure: (offCpu: NonNullable<CaptureSummary['offCpu']>) => number) =>
    perUnit(pairs, ({ summary }) => (summary.offCpu ? figure(summary.offCpu) : 0));
  const olderOf = ({ summary }: Capture) => summary.offCpu?.withoutStackNanoseconds.blocked_before ?? 0;
  const sumOf = (wanted: boolean) =>
    perUnit(pairs, ({ side }, index) =>
      sum((tables[index] as Tables)[side].paths.filter((path) => isIdle(path) === wanted)),
    );
  return {
    pairs: pairs.length,
    grouping: { runners: runnersOf(pairs), crossing: crossingOf(pairs) },
    rows: rowsOf(pairs, tables, isIdle),
    work: sumOf(false),
    idle: sumOf(true),
    untraced: perUnit(pairs, (capture, index) =>
      Math.max(0, (tables[index] as Tables)[capture.side].untracedNanoseconds - olderOf(capture)),
    ),
    older: perUnit(pairs, olderOf),
    runnable: ofSummary(({ runnableNanoseconds }) => runnableNanoseconds),
    cpu: perUnit(pairs, ({ summary }) => summary.cpuNanoseconds),
  };
}

function perUnit(pairs: readonly Pair[], figure: (capture: Capture, index: number) => number): Cells {
  const ofSide = (side: Side) => pairs.map((pair, index) => figure(pair[side], index) / pair[side].units);
  return { base: ofSide('base'), head: ofSide('head') };
}

function sum(paths: readonly WaitPath[]): number {
  return paths.reduce((total, { nanoseconds }) => total + nanoseconds, 0);
}

/**
 * Whether a path is one of waiting for work: what most of its time in these captures of both sides says, so that no side
 * is judged by another measure. Without a word of its own a path is what its place is, or what its kind usually is.
 */
function idlePaths(
  tables: readonly Tables[],
  named: ReadonlySet<string>,
): (path: Pick<WaitPath, 'key' | 'place' | 'callers'>) => boolean {
  const votes = new Map<string, number>();
  const vote = (key: string, weight: number) => votes.set(key, (votes.get(key) ?? 0) + weight);
  for (const side of sides) {
    for (const { key, place, nanoseconds, forWork } of tables.flatMap((pair) => pair[side].paths)) {
      if (forWork === null) continue;
      vote(key, forWork ? nanoseconds : -nanoseconds);
      vote(place.key, forWork ? nanoseconds : -nanoseconds);
    }
  }
  return ({ key, place, callers }) => {
    if (named.has(place.name) || callers.some((caller) => named.has(caller))) return true;
    const usual = place.kind === 'event' || place.kind === 'connection' || place.kind === 'child' ? 1 : -1;
    return (votes.get(key) ?? votes.get(place.key) ?? usual) > 0;
  };
}

interface Gathered {
  place: WaitPlace;
  shownSide: Side;
  readonly idle: boolean;
  readonly cells: MutableCells;
  readonly counts: number[];
  readonly paths: Map<string, { callers: readonly string[]; cells: MutableCells; sum: number }>;
}

interface MutableCells {
  readonly base: number[];
  readonly head: number[];
}

function rowsOf(
  pairs: readonly Pair[],
  tables: readonly Tables[],
  isIdle: (path: WaitPath) => boolean,
): WaitRow[] {
  const empty = () => new Array<number>(pairs.length).fill(0);
  const rows = new Map<string, Gathered>();
  for (const [index, pair] of pairs.entries()) {
    for (const side of sides) {
      for (const path of (tables[index] as Tables)[side].paths) {
        const idle = isIdle(path);
        const key = `${path.place.key}${idle ? ' (idle)' : ''}`;
        let row = rows.get(key);
        if (!row) {
          const cells = { base: empty(), head: empty() };
          row = { place: path.place, shownSide: side, idle, cells, counts: empty(), paths: new Map() };
          rows.set(key, row);
        }
        if (side === 'head' && row.shownSide === 'base') {
          row.place = path.place;
          row.shownSide = 'head';
        }
        const cost = path.nanoseconds / pair[side].units;
        add(row.cells[side], index, cost);
        add(row.counts, index, path.count);
        const own = row.paths.get(path.key) ?? {
          callers: path.callers,
          cells: { base: empty(), head: empty() },
          sum: 0,
        };
        add(own.cells[side], index, cost);
        own.sum += cost;
        row.paths.set(path.key, own);
      }
    }
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { place, idle, cells, counts, paths }]) => ({
      key,
      place,
      idle,
      cells,
      counts,
      paths: [...paths]
        .sort(([a, one], [b, other]) => other.sum - one.sum || (a < b ? -1 : 1))
        .slice(0, mostPaths)
        .map(([, { callers, cells: own }]) => ({ callers, cells: own })),
    }));
}

function add(cells: number[], index: number, value: number): void {
  cells[index] = (cells[index] as number) + value;
}

/** The first n pairs. */
export function firstOf({ base, head }: Cells, n: number): Cells {
  return { base: base.slice(0, n), head: head.slice(0, n) };
}

export function firstGrouped({ runners, crossing }: Grouping, n: number): Grouping {
  return { runners: runners.slice(0, n), crossing: crossing && firstPairs(crossing, n) };
}
