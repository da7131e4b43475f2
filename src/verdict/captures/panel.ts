/** Functions by pairs: what was sampled where, ready to be pooled over any first n pairs. */
import type { BundleWorkload, Capture, Side } from '../../bundle/schema.js';
import type { CaptureSummary } from '../../bundle/summary.js';
import type { Break } from '../../profile/breaks.js';
import type { FunctionCost, FunctionTable } from '../../profile/functions.js';
import { addTiers, type TierTimes } from '../../profile/naming/tiers.js';
import type { Crossing } from '../../stats/crossed.js';
import { crossingOf } from '../total/layouts.js';
import { runnersOf } from '../total/runners.js';
import type { Pair } from './pairs.js';
import { poolTables } from './pooling.js';

export type TableOf = (workload: BundleWorkload, capture: Capture) => FunctionTable;

/** One number a pair. */
export interface Cells {
  readonly counts: readonly number[];
  readonly nanoseconds: readonly number[];
}

export interface PanelRow {
  readonly key: string;
  /** How the function is named, taken from head where head has it. */
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
  /** False for code that no function is known for. */
  readonly resolved: boolean;
  readonly base: Cells;
  readonly head: Cells;
  /** Over all pairs, by tiers of a JIT compiler; empty where a side's names say none. */
  readonly tiers: Readonly<Record<Side, TierTimes>>;
}

export interface Panel {
  readonly pairs: number;
  /** Which runner took each pair; all the same where there are none. */
  readonly runners: readonly number[];
  /** The pairs' code layouts; null where a side has one build only. */
  readonly crossing: Crossing | null;
  /** In the order of their keys. */
  readonly rows: readonly PanelRow[];
  /** Over all functions and, where it is known, the CPU time in which no sample could be taken. */
  readonly totals: Readonly<Record<Side, TotalCells>>;
  /** Where stacks break off, pair by pair. */
  readonly breaks: Readonly<Record<Side, readonly (readonly Break[])[]>>;
}

export interface TotalCells extends Cells {
  /** The part of `nanoseconds` that the samples stand for. */
  readonly sampledNanoseconds: readonly number[];
}

interface Sides<T> {
  base: T;
  head: T;
}

/** Reads every capture's table once; shares are of exact CPU time where it is known: see `ofExactTime`. */
export function readPanel(workload: BundleWorkload, pairs: readonly Pair[], tableOf: TableOf): Panel {
  const read = (capture: Capture) => ofExactTime(tableOf(workload, capture), capture.summary);
  const readAll = (captures: readonly Capture[]) => poolTables(captures.map(read));
  const tables = pairs.map(({ parts }) => ({ base: readAll(parts.base), head: readAll(parts.head) }));
  return { ...panelOf(tables), runners: runnersOf(pairs), crossing: crossingOf(pairs) };
}

/**
 * The table with exact CPU time as its total, so that a function's share is its sampled time over all CPU time. The
 * clock's ticks are held off where the kernel has interrupts off, mostly in its scheduler, and how much of the time that
 * is differs between the sides: shares of the sampled time would not be of the level that exact CPU time gives. What is
 * missing belongs to no function. Of other events, which measure no time, the total stays the samples' own.
 */
export function ofExactTime(table: FunctionTable, { event, cpuNanoseconds }: CaptureSummary): FunctionTable {
  if (event !== 'cpu-clock') return table;
  return { ...table, nanoseconds: Math.max(table.nanoseconds, cpuNanoseconds) };
}

/** @param tables the sides' function tables, pair by pair */
export function panelOf(tables: readonly Readonly<Record<Side, FunctionTable>>[]): Panel {
  const rows = new Map<string, GrowingRow>();
  for (const [index, pair] of tables.entries()) {
    for (const side of ['base', 'head'] as const) {
      for (const [key, cost] of pair[side].functions) {
        let row = rows.get(key);
        if (!row) {
          const empty = () => emptyCells(tables.length);
          row = { shown: cost, shownSide: side, cells: { base: empty(), head: empty() }, tiers: none };
          rows.set(key, row);
        }
        if (side === 'head' && row.shownSide === 'base') {
          row.shown = cost;
          row.shownSide = 'head';
        }
        row.cells[side].counts[index] = cost.count;
        row.cells[side].nanoseconds[index] = cost.nanoseconds;
        if (cost.tiers) row.tiers = { ...row.tiers, [side]: addTiers(row.tiers[side], cost.tiers) };
      }
    }
  }
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  const totalsOf = (side: Side): TotalCells => ({
    counts: tables.map((pair) => pair[side].count),
    nanoseconds: tables.map((pair) => pair[side].nanoseconds),
    sampledNanoseconds: tables.map((pair) => sampledNanoseconds(pair[side])),
  });
  const breaksOf = (side: Side) => tables.map((pair) => pair[side].breaks ?? []);
  return {
    pairs: tables.length,
    runners: tables.map(() => 0),
    crossing: null,
    rows: sorted.map(([key, { shown, cells, tiers }]) => ({
      key,
      name: shown.name,
      file: shown.file,
      line: shown.line,
      resolved: shown.resolved,
      ...cells,
      tiers,
    })),
    totals: { base: totalsOf('base'), head: totalsOf('head') },
    breaks: { base: breaksOf('base'), head: breaksOf('head') },
  };
}

function sampledNanoseconds({ functions }: FunctionTable): number {
  let sum = 0;
  for (const { nanoseconds } of functions.values()) sum += nanoseconds;
  return sum;
}

interface GrowingRow {
  shown: FunctionCost;
  shownSide: Side;
  readonly cells: Sides<MutableCells>;
  tiers: PanelRow['tiers'];
}

const none: PanelRow['tiers'] = { base: {}, head: {} };

interface MutableCells {
  readonly counts: number[];
  readonly nanoseconds: number[];
}

function emptyCells(pairs: number): MutableCells {
  return { counts: new Array<number>(pairs).fill(0), nanoseconds: new Array<number>(pairs).fill(0) };
}

/**
 * Part of a side's CPU time in the first n pairs that was spent in code no function is known for.
 * @param runner of its pairs alone; null: of all
 */
export function unresolvedPart(panel: Panel, side: Side, n: number, runner: number | null = null): number {
  const sum = (values: readonly number[]) =>
    runner === null ? sumOfFirst(values, n) : sumOn(runner, panel, values, n);
  const all = sum(panel.totals[side].nanoseconds);
  let unresolved = 0;
  for (const row of panel.rows) if (!row.resolved) unresolved += sum(row[side].nanoseconds);
  return all > 0 ? unresolved / all : 0;
}

/** Sum over those of the first n pairs that a runner took. */
export function sumOn(runner: number, { runners }: Panel, values: readonly number[], n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) if (runners[i] === runner) sum += values[i] as number;
  return sum;
}

/** Sum over the first n pairs. */
export function sumOfFirst(values: readonly number[], n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i] as number;
  return sum;
}
