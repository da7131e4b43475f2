/**
 * What time spent waiting adds to an assessment. Where base's policy enforces it, a wait that is proven longer than the
 * margin tolerates fails the gate, and nothing passes unless all waiting within the work is proven to be within the
 * margin; else it is a remark, and a verdict never rests on it.
 */

import type { BundleWorkload, WaitPolicy } from '../../bundle/schema.js';
import * as exact from '../../stats/exact.js';
import type { Assessment } from '../assessment.js';
import { applyWaitWaivers, isLonger, waitCeiling, waitWaiverReasons } from '../blame/waitWaivers.js';
import { secondsPerPair } from '../captures/pairs.js';
import { pairsUntil } from '../functions/sensitivity.js';
import type { Measured } from '../measured.js';
import type { Look } from '../pace/looks.js';
import type { Reason } from '../result.js';
import { disturbancesOf } from '../trust/disturbances.js';
import * as because from './reasons.js';
import { type RowFinding, testWaits, type WaitFindings } from './test.js';

/** @param look may claim nothing where the captures are not sound */
export function weighWaits(
  assessment: Omit<Assessment, 'waits'>,
  { workload, waits: panelAt, pairs }: Measured,
  look: Look,
): Assessment {
  const { offCpu: policy, load } = workload;
  if (policy === undefined || pairs.length === 0) return { ...assessment, waits: null };
  const isEnforced = policy.mode === 'enforce';
  if (panelAt === null) {
    return { ...assessment, waits: null, ...(isEnforced ? open(assessment, [because.notMeasured()]) : {}) };
  }
  const at = (shift: number): WaitFindings => {
    const moved = (margin: number) => (shift === 0 ? margin : exact.expm1(exact.log1p(margin) + shift));
    const ceiling = moved(waitCeiling(workload, policy.margin));
    const { alpha } = workload.policy;
    const tested = testWaits(panelAt(look.pairs), look, moved(policy.margin), alpha.pass, ceiling);
    return isEnforced && look.mayClaim ? { ...tested, waived: applyWaitWaivers(workload, tested) } : tested;
  };
  const waits = at(0);
  if (waits.isBlind) {
    const reason = because.untraced(waits.untraced);
    return {
      ...assessment,
      waits,
      ...(isEnforced ? open(assessment, [reason]) : remark(assessment, [reason])),
    };
  }
  const proven = because.longer(held(waits), longerWaits(waits), load, policy);
  const moved = waits.rows.filter(({ proof }) => proof === 'moved');
  const others = [
    ...waitWaiverReasons(workload, waits, waits.waived),
    ...(moved.length > 0 ? [because.moved(moved)] : []),
  ];
  if (!isEnforced) return { ...assessment, waits, ...remark(assessment, [...proven, ...others]) };
  if (proven.length === 0) {
    const hidden = assessment.verdict === 'pass' ? doubts(assessment, policy, -1, at) : [];
    const seen = hidden.length > 0 ? { ...assessment, ...open(assessment, hidden) } : assessment;
    return { ...assessment, waits, ...unproven(seen, waits, others, workload, look) };
  }
  const why = assessment.verdict === 'fail' ? [] : doubts(assessment, policy, 1, at);
  if (why.length > 0) {
    const reasons = [...why, ...assessment.reasons];
    return { ...assessment, waits, verdict: 'inconclusive', reasons, neededSeconds: null };
  }
  const kept = assessment.verdict === 'inconclusive' ? [] : assessment.reasons;
  const reasons =
    assessment.verdict === 'fail' ? [...kept, ...proven, ...others] : [...proven, ...others, ...kept];
  return { ...assessment, waits, verdict: 'fail', reasons, neededSeconds: null };
}

/**
 * What disturbed one side may be why it waits longer, or hide that the other does: as of CPU time it is taken to have
 * lengthened waits by as much as it may have lengthened work, and what is proven must be so all the same.
 * @param sign 1: what disturbed head, where waits got longer; −1: what disturbed base, where they pass
 * @param at   the findings with the margins so much further, in logarithms
 */
function doubts(
  { pairs }: Omit<Assessment, 'waits'>,
  { margin }: WaitPolicy,
  sign: 1 | -1,
  at: (shift: number) => WaitFindings,
): Reason[] {
  const group = disturbancesOf(pairs, margin).filter(({ effect }) => Math.sign(effect) === sign);
  if (group.length === 0) return [];
  const then = at(group.reduce((sum, { effect }) => sum + effect, 0));
  const stands = sign === 1 ? isLonger(held(then).total) || longerWaits(then).length > 0 : then.within.proven;
  return stands ? [] : group.map(({ reason }) => reason);
}

/** Without a longer wait: a pass has to be one of the waits as well. */
function unproven(
  { verdict, reasons, pairs, neededSeconds }: Omit<Assessment, 'waits'>,
  waits: WaitFindings,
  others: readonly Reason[],
  workload: BundleWorkload,
  look: Look,
): Partial<Assessment> {
  const { policy, load, offCpu } = workload;
  const { proven, neededPairs } = waits.within;
  if (offCpu === undefined || verdict === 'fail' || !look.mayClaim)
    return { verdict, reasons: [...reasons, ...others] };
  if (proven) {
    return {
      verdict,
      reasons: [...reasons, ...(verdict === 'pass' ? [because.within(waits, load, offCpu)] : []), ...others],
    };
  }
  const more = pairsUntil(neededPairs, look, policy);
  const seconds = more === null ? null : more * secondsPerPair(workload, pairs);
  if (verdict === 'inconclusive') {
    // What CPU time takes does not do where waits take more.
    const both = neededSeconds === null || seconds === null ? null : Math.max(neededSeconds, seconds);
    return { verdict, reasons: [...reasons, ...others], neededSeconds: both };
  }
  const undecided = because.undecided(waits, load, offCpu, seconds);
  return { verdict: 'inconclusive', reasons: [undecided, ...reasons, ...others], neededSeconds: seconds };
}

/** The findings with a total that is waived left out. */
function held(waits: WaitFindings): WaitFindings {
  const isWaived = waits.waived.total?.status === 'waived';
  return isWaived ? { ...waits, total: { ...waits.total, proof: null } } : waits;
}

/** Waits that are held against the change, those that add most first. */
function longerWaits({ rows, waived }: WaitFindings): RowFinding[] {
  return rows
    .filter((finding) => isLonger(finding) && waived.rows.get(finding)?.status !== 'waived')
    .sort((a, b) => b.added.estimate - a.added.estimate);
}

function remark({ reasons }: Omit<Assessment, 'waits'>, more: readonly Reason[]): { reasons: Reason[] } {
  return { reasons: [...reasons, ...more] };
}

/** Nothing passes unseen that was to be looked at. */
function open(
  { verdict, reasons }: Omit<Assessment, 'waits'>,
  why: readonly Reason[],
): Pick<Assessment, 'verdict' | 'reasons'> {
  return verdict === 'pass'
    ? { verdict: 'inconclusive', reasons: [...why, ...reasons] }
    : { verdict, reasons: [...reasons, ...why] };
}
