/** Stacks that do not reach the first function of their thread: how many, in which files they break off, what mends it. */

import { causes } from '../../bundle/causes.js';
import type { Side } from '../../bundle/schema.js';
import type { CaptureSummary } from '../../bundle/summary.js';
import { percent } from '../../text/format.js';
import { type Pair, sumOver } from '../captures/pairs.js';
import type { Panel } from '../captures/panel.js';
import type { Reason } from '../result.js';
import { breakingFiles } from './whereMissing.js';

/** With more stacks cut short than this on a side, or that many more than on the other, the call tree is not whole. */
const mostCutShort = 0.1;
const mostCutShortDifference = 0.05;

/** The remark that callers are missing: own times of functions need none, the call tree and the flame graph do. */
export function stacksCutShort(pairs: readonly Pair[], panel: Panel): Reason | null {
  const of = (side: Side): number => cutShort(pairs, side) / Math.max(1, sampled(pairs, side));
  const base = of('base');
  const head = of('head');
  if (Math.max(base, head) <= mostCutShort && Math.abs(head - base) <= mostCutShortDifference) return null;
  const { cause, cure } = commonestCause(pairs);
  const where = cause === null ? '' : whereCutShort(pairs, panel, head >= base ? 'head' : 'base', cause);
  return {
    code: 'stacks_incomplete',
    message: `${percent(base)} of base's stacks and ${percent(head)} of head's lack callers: own times hold, the call tree and what is said of callers may not; ${where}${cure}`,
  };
}

const sampled = (pairs: readonly Pair[], side: Side): number =>
  sumOver(pairs, side, ({ summary }) => summary.samples);

const cutShort = (pairs: readonly Pair[], side: Side): number =>
  sumOver(pairs, side, ({ summary: { truncated, incomplete } }) =>
    Object.values(incomplete).reduce((sum, each) => sum + each, truncated),
  );

/** The cause of most, and what mends it; null is that they are too deep. */
function commonestCause(pairs: readonly Pair[]): { cause: string | null; cure: string } {
  const total = (of: (summary: CaptureSummary) => number) =>
    sumOver(pairs, 'base', ({ summary }) => of(summary)) +
    sumOver(pairs, 'head', ({ summary }) => of(summary));
  let most = {
    stacks: total(({ truncated }) => truncated),
    cause: null as string | null,
    cure: 'raise capture.max_depth',
  };
  for (const [cause, { cure }] of Object.entries(causes.incomplete)) {
    const stacks = total(({ incomplete }) => incomplete[cause] ?? 0);
    if (stacks > most.stacks) most = { stacks, cause, cure };
  }
  return most;
}

/** The one or two files in which most of a side's stacks break off for a cause; empty where the cause lies in none. */
function whereCutShort(pairs: readonly Pair[], panel: Panel, side: Side, cause: string): string {
  const [first, second] = breakingFiles(cause, panel, pairs.length, side).map(
    ([file, samples]) => [file, percent(samples / Math.max(1, sampled(pairs, side)))] as const,
  );
  if (first === undefined) return '';
  const others = second === undefined ? '' : ` and ${second[1]} in ${second[0]}`;
  return `${first[1]} of ${side}'s break off in ${first[0]}${others}; `;
}
