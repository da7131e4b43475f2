/** Self cost by function: what the verdict compares. */
import type { Profile } from './model.js';

export interface FunctionCost {
  /** Identity across builds and sides. */
  readonly key: string;
  readonly name: string;
  /** Relative to the root where it lies below it; null when unknown. */
  readonly file: string | null;
  readonly line: number | null;
  /** False for addresses no function is known for: they have a cost, but there is nothing to judge. */
  readonly resolved: boolean;
  /** Samples whose leaf is this function, and the nanoseconds they stand for. */
  readonly count: number;
  readonly nanoseconds: number;
}

export interface FunctionTable {
  readonly functions: ReadonlyMap<string, FunctionCost>;
  /** Totals over all samples, resolved or not. */
  readonly count: number;
  readonly nanoseconds: number;
}

export type TableOf = (profile: Profile, root: string) => FunctionTable;
