/** Functions by pairs: what was sampled where, ready to be pooled over any first n pairs. */
import type { BundleWorkload, Capture, Side } from '../bundle/schema.js';
import type { FunctionCost, FunctionTable } from '../profile/functions.js';
import type { Pair } from './pairs.js';

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
}

export interface Panel {
  readonly pairs: number;
  /** In the order of their keys. */
  readonly rows: readonly PanelRow[];
  /** Over all functions. */
  readonly totals: Readonly<Record<Side, Cells>>;
}

interface Sides<T> {
  base: T;
  head: T;
}

/** Reads every pair's two tables once. */
export function readPanel(workload: BundleWorkload, pairs: readonly Pair[], tableOf: TableOf): Panel {
  return panelOf(
    pairs.map((pair) => ({ base: tableOf(workload, pair.base), head: tableOf(workload, pair.head) })),
  );
}

/** @param tables the sides' function tables, pair by pair */
export function panelOf(tables: readonly Readonly<Record<Side, FunctionTable>>[]): Panel {
  const rows = new Map<string, { shown: FunctionCost; shownSide: Side; cells: Sides<MutableCells> }>();
  for (const [index, pair] of tables.entries()) {
    for (const side of ['base', 'head'] as const) {
      for (const [key, cost] of pair[side].functions) {
        let row = rows.get(key);
        if (!row) {
          const empty = () => emptyCells(tables.length);
          row = { shown: cost, shownSide: side, cells: { base: empty(), head: empty() } };
          rows.set(key, row);
        }
        if (side === 'head' && row.shownSide === 'base') {
          row.shown = cost;
          row.shownSide = 'head';
        }
        row.cells[side].counts[index] = cost.count;
        row.cells[side].nanoseconds[index] = cost.nanoseconds;
      }
    }
  }
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  const cellsOf = (side: Side): Cells => ({
    counts: tables.map((pair) => pair[side].count),
    nanoseconds: tables.map((pair) => pair[side].nanoseconds),
  });
  return {
    pairs: tables.length,
    rows: sorted.map(([key, { shown, cells }]) => ({
      key,
      name: shown.name,
      file: shown.file,
      line: shown.line,
      resolved: shown.resolved,
      ...cells,
    })),
    totals: { base: cellsOf('base'), head: cellsOf('head') },
  };
}

interface MutableCells {
  readonly counts: number[];
  readonly nanoseconds: number[];
}

function emptyCells(pairs: number): MutableCells {
  return { counts: new Array<number>(pairs).fill(0), nanoseconds: new Array<number>(pairs).fill(0) };
}

/** Sum over the first n pairs. */
export function sumOfFirst(values: readonly number[], n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i] as number;
  return sum;
}
