/**
 * What time spent waiting adds to an assessment. Where base's policy enforces it, a wait that is proven longer than the
 * margin tolerates fails the gate; else it is a remark, and a verdict never rests on it.
 */
import type { Look } from '../pace/looks.js';
import type { Reason } from '../result.js';
import type { Assessment, Measured } from '../workload.js';
import * as because from './reasons.js';
import { type RowFinding, testWaits, type WaitFindings } from './test.js';

/** @param look may claim nothing where the captures are not sound */
export function weighWaits(
  assessment: Omit<Assessment, 'waits'>,
  { workload, waits: panel, pairs }: Measured,
  look: Look,
): Assessment {
  const { offCpu: policy, load } = workload;
  if (policy === undefined || pairs.length === 0) return { ...assessment, waits: null };
  const isEnforced = policy.mode === 'enforce';
  if (panel === null) {
    return { ...assessment, waits: null, ...(isEnforced ? open(assessment, because.notMeasured()) : {}) };
  }
  const waits = testWaits(panel, look, policy.margin);
  if (waits.isBlind) {
    const reason = because.untraced(waits.untraced);
    return {
      ...assessment,
      waits,
      ...(isEnforced ? open(assessment, reason) : remark(assessment, [reason])),
    };
  }
  const proven = because.longer(waits, longerWaits(waits), load, policy);
  const moved = waits.rows.filter(({ proof }) => proof === 'moved');
  const others = moved.length > 0 ? [because.moved(moved)] : [];
  if (proven.length === 0 || !isEnforced) {
    return { ...assessment, waits, ...remark(assessment, [...proven, ...others]) };
  }
  const kept = assessment.verdict === 'inconclusive' ? [] : assessment.reasons;
  const reasons =
    assessment.verdict === 'fail' ? [...kept, ...proven, ...others] : [...proven, ...others, ...kept];
  return { ...assessment, waits, verdict: 'fail', reasons, neededSeconds: null };
}

/** Waits that are held against the change, those that add most first. */
function longerWaits({ rows }: WaitFindings): RowFinding[] {
  return rows
    .filter(({ proof }) => proof === 'longer' || proof === 'new')
    .sort((a, b) => b.added.estimate - a.added.estimate);
}

function remark({ reasons }: Omit<Assessment, 'waits'>, more: readonly Reason[]): { reasons: Reason[] } {
  return { reasons: [...reasons, ...more] };
}

/** Nothing passes unseen that was to be looked at. */
function open({ verdict, reasons }: Omit<Assessment, 'waits'>, reason: Reason): Partial<Assessment> {
  return verdict === 'pass'
    ? { verdict: 'inconclusive', reasons: [reason, ...reasons] }
    : { reasons: [...reasons, reason] };
}
