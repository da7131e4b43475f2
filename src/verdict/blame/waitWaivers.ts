/** Waivers of time spent waiting, where waits are enforced: ceilings, by which what they speak of is judged instead. */
import type { BundleWorkload } from '../../bundle/schema.js';
import type { Waiver } from '../../bundle/waivers.js';
import { change, nanoseconds, percent, unitName } from '../../text/format.js';
import { waitWords } from '../../text/waits.js';
import type { AppliedWaiver } from '../appliedWaiver.js';
import { shownName } from '../names.js';
import type { Reason } from '../result.js';
import type { RowFinding, WaitFinding, WaitFindings } from '../waits/test.js';
import { applied, waiverReason, widest } from './waivers.js';

export interface WaivedWaits {
  /** Of all waiting within the work. */
  readonly total: AppliedWaiver | null;
  /** Waits proven longer that a waiver speaks of. */
  readonly rows: ReadonlyMap<RowFinding, AppliedWaiver>;
}

export const noWaitsWaived: WaivedWaits = { total: null, rows: new Map() };

function isOfWaiting({ time, function: named }: Waiver): boolean {
  return time === 'waiting' && named === null;
}

/** What is tolerated of all waiting within the work: the widest waiver's ceiling where that is more than the margin. */
export function waitCeiling({ waivers }: BundleWorkload, margin: number): number {
  return Math.max(margin, widest(waivers.filter(isOfWaiting))?.max ?? 0);
}

/** Applies the workload's waivers to what is proven longer, and to a total that passes by its ceiling only. */
export function applyWaitWaivers({ waivers }: BundleWorkload, waits: WaitFindings): WaivedWaits {
  const { total, within, threadTime } = waits;
  const isBeyond = ({ change: relative, added }: WaitFinding, { max }: Waiver): boolean =>
    (relative === null ? (added.lower ?? 0) / threadTime : (relative.lower ?? 0)) > max;
  const rows = new Map<RowFinding, AppliedWaiver>();
  for (const finding of waits.rows.filter(isLonger)) {
    const { name, file } = finding.row.place;
    const own = widest(
      waivers.filter(
        ({ time, function: named }) =>
          time === 'waiting' && named?.name === name && (named.file === null || named.file === file),
      ),
    );
    if (own) rows.set(finding, applied(own, isBeyond(finding, own) ? 'exceeded' : 'waived'));
  }
  const ofTotal = widest(waivers.filter(isOfWaiting));
  if (ofTotal === null || (within.proven && !within.byCeiling)) return { total: null, rows };
  const status = isLonger(total)
    ? isBeyond(total, ofTotal)
      ? 'exceeded'
      : 'waived'
    : within.proven
      ? 'waived'
      : 'open';
  return { total: applied(ofTotal, status), rows };
}

export function isLonger({ proof }: WaitFinding): boolean {
  return proof === 'longer' || proof === 'new';
}

/** What was waived, and what got longer beyond its ceiling. */
export function waitWaiverReasons(
  { load }: BundleWorkload,
  waits: WaitFindings,
  waived: WaivedWaits,
): Reason[] {
  const unit = unitName(load);
  const grown = ({ change: relative, added }: WaitFinding) =>
    relative === null
      ? `adds at least ${nanoseconds(added.lower ?? 0)} per ${unit}`
      : `takes at least ${percent(relative.lower ?? 0)} longer`;
  const reasons: Reason[] = [];
  if (waived.total !== null && waived.total.status !== 'open') {
    const how = isLonger(waits.total)
      ? grown(waits.total)
      : `${change(waits.total.change?.estimate ?? 0)} is not proven to be beyond its margin, but to be within the ceiling`;
    reasons.push(waiverReason(waived.total, `waiting within the work per ${unit}`, how));
  }
  for (const [finding, waiver] of waived.rows) {
    const { place } = finding.row;
    reasons.push(
      waiverReason(waiver, `waiting ${waitWords[place.kind]} in ${shownName(place)}`, grown(finding)),
    );
  }
  return reasons;
}
