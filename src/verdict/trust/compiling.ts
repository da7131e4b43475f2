/**
 * What a virtual machine compiles while it is measured is what warming up has left over. A change that serves fewer
 * requests while it is warmed up, for instance because it waits longer, compiles more of it later: that costs head CPU
 * time which no function of it takes.
 */

import type { Side } from '../../bundle/schema.js';
import { jitCompiler } from '../../profile/compiling.js';
import * as exact from '../../stats/exact.js';
import { percent } from '../../text/format.js';
import type { Pair } from '../captures/pairs.js';
import { type Panel, sumOfFirst } from '../captures/panel.js';
import { type Disturbance, differenceThatMatters } from './disturbances.js';

/** Compiling that differs between the sides beyond chance, and by enough to matter for the margin. */
export function compilingDiffers(pairs: readonly Pair[], panel: Panel, margin: number): Disturbance[] {
  const row = panel.rows.find(({ key }) => key === jitCompiler);
  if (row === undefined) return [];
  const effect = differenceThatMatters(pairs, margin, (side, pair) => {
    const all = panel.totals[side].nanoseconds[pair] as number;
    return all > 0 ? -exact.log1p(-Math.min((row[side].nanoseconds[pair] as number) / all, 0.99)) : null;
  });
  if (effect === null) return [];
  const part = (side: Side) =>
    percent(
      sumOfFirst(row[side].nanoseconds, pairs.length) /
        sumOfFirst(panel.totals[side].nanoseconds, pairs.length),
    );
  const message = `compiling took ${part('base')} of the CPU time on base and ${part('head')} on head, enough to make the difference: the program was not warmed up; raise warmup`;
  return [{ reason: { code: 'compiling_differs', message }, effect }];
}
