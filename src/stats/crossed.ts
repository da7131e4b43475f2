/** Components of variance where two random factors cross: values that share a level of either have something in common. */
import * as exact from './exact.js';
import { normalUpperQuantile } from './normal.js';

/** Which level of each factor every value belongs to; levels are any numbers. */
export interface Crossing {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

export interface LevelVariance {
  /**
   * Variance of one level's effect, taken to be the same for both factors; negative where the levels' means scatter even
   * less than chance alone would have them do.
   */
  readonly variance: number;
  /** One-sided 95 % limits of it. */
  readonly lower: number;
  readonly upper: number;
  /** Levels seen, less one a factor. */
  readonly df: number;
  /** How much of one level's variance the mean of all values has: Σ (n_i / n)² over the levels of both factors. */
  readonly ofMean: number;
}

/** Limits are one-sided at 5 %. */
const zLimit = normalUpperQuantile(0.05);

/**
 * The variance of a level's effect in `y_k = μ + a_row(k) + b_column(k) + e_k`, by the method of moments for unbalanced
 * crossed data: sums of squares are set equal to their expectations (Henderson's method I, 1953; Searle, Casella and
 * McCulloch, Variance Components, 1992, ch. 5), here for a and b of one variance. The lower limit is
 * Williams's (1962), the levels' mean square at its limit less the residual variance; the upper one takes nothing off,
 * since the residual of a few values may be too large by chance.
 * @returns null where levels cannot be told from single values, as when none recurs
 */
export function levelVariance(values: readonly number[], crossing: Crossing): LevelVariance | null {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const [rows, columns] = [countLevels(crossing.rows), countLevels(crossing.columns)];
  const total = values.reduce((sum, value) => sum + exact.square(value - mean), 0);
  const between = squaresBetween(values, rows, mean) + squaresBetween(values, columns, mean);
  const df = rows.counts.length + columns.counts.length - 2;
  const repeats = [...rows.counts, ...columns.counts].reduce(
    (sum, count) => sum + exact.square(count) / n,
    0,
  );
  // E[total] = (n − 1) σ² + inTotal τ² and E[between] = df σ² + inBetween τ², τ² being the variance of a level.
  const inTotal = 2 * n - repeats;
  const inBetween = 2 * n + overlap(rows, columns) - 2 * repeats;
  const determinant = inBetween * (n - 1) - inTotal * df;
  if (df < 1 || determinant < 1e-9 * n * n) return null;
  const variance = (between * (n - 1) - total * df) / determinant;
  const residual = Math.max(0, total - Math.max(0, variance) * inTotal) / (n - 1);
  return {
    variance,
    lower: Math.max(0, (between / fQuantile(zLimit, df, n - 1 - df) - residual * df) / inBetween),
    upper: ((between / chiSquareQuantile(-zLimit, df)) * df) / inBetween,
    df,
    ofMean: repeats / n,
  };
}

/** A factor with its levels numbered from 0. */
interface Levels {
  readonly of: readonly number[];
  readonly counts: readonly number[];
}

function countLevels(factor: readonly number[]): Levels {
  const numbers = new Map<number, number>();
  const counts: number[] = [];
  const of = factor.map((level) => {
    const number = numbers.get(level) ?? numbers.size;
    numbers.set(level, number);
    counts[number] = (counts[number] ?? 0) + 1;
    return number;
  });
  return { of, counts };
}

function squaresBetween(values: readonly number[], { of, counts }: Levels, mean: number): number {
  const sums = new Array<number>(counts.length).fill(0);
  for (const [k, level] of of.entries()) {
    sums[level] = (sums[level] as number) + (values[k] as number) - mean;
  }
  return sums.reduce((squares, sum, level) => squares + exact.square(sum) / (counts[level] as number), 0);
}

/** Σ n_ij² / n_i. + Σ n_ij² / n_.j: what each factor's effect leaves in the other's sum of squares. */
function overlap(rows: Levels, columns: Levels): number {
  const width = columns.counts.length;
  const cells = new Array<number>(rows.counts.length * width).fill(0);
  for (const [k, row] of rows.of.entries()) {
    const cell = row * width + (columns.of[k] as number);
    cells[cell] = (cells[cell] as number) + 1;
  }
  return cells.reduce((sum, count, cell) => {
    const [row, column] = [Math.floor(cell / width), cell % width];
    return (
      sum +
      exact.square(count) / (rows.counts[row] as number) +
      exact.square(count) / (columns.counts[column] as number)
    );
  }, 0);
}

/** The F as improbable as a normal z, by the same transformation of both its χ² (Paulson, 1942); infinite without df. */
function fQuantile(z: number, df: number, residualDf: number): number {
  if (residualDf < 1) return Number.POSITIVE_INFINITY;
  const [a, b] = [2 / (9 * df), 2 / (9 * residualDf)];
  // z = ((1 − b) x − (1 − a)) / √(b x² + a), with x³ = F.
  const leading = exact.square(1 - b) - z * z * b;
  if (leading <= 0) return Number.POSITIVE_INFINITY;
  const half = (1 - a) * (1 - b);
  const x = (half + Math.sqrt(exact.square(half) - leading * (exact.square(1 - a) - z * z * a))) / leading;
  return x * exact.square(x);
}

/** The χ² as improbable as a normal z, by the cube-root transformation (Wilson and Hilferty, 1931): within 1 % from 6 df on. */
function chiSquareQuantile(z: number, df: number): number {
  const spread = 2 / (9 * df);
  const root = Math.max(0.01, 1 - spread + z * Math.sqrt(spread));
  return df * root * exact.square(root);
}
