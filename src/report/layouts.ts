/** What code layouts make of the total, in words. */
import { percent } from '../text/format.js';
import type { WorkloadResult } from '../verdict/result.js';

/** `layout ±0.40 % (0.20 % … 1.1 %) over 8 builds a side`; null where a side has one build only. */
export function layoutText({ layouts }: WorkloadResult): string | null {
  if (layouts === null) return null;
  const { builds, deviation } = layouts;
  const over = `over ${builds} builds a side`;
  if (deviation === null) return `layout: not told apart yet ${over}`;
  const { estimate, lower, upper } = deviation;
  return `layout ±${percent(estimate)} (${percent(lower ?? 0)} … ${upper === null ? 'unbounded' : percent(upper)}) ${over}`;
}

/** How much of what the total leaves open comes from layouts; null where that is not known. */
export function layoutPartText({ layouts }: WorkloadResult): string | null {
  if (layouts === null || layouts.part === null) return null;
  return `${percent(layouts.part)} of the total’s variance, which more builds reduce and more pairs do not`;
}
