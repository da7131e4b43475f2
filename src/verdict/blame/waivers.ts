/**
 * Waivers: a slowdown that somebody accepts, up to a ceiling and until a day. A waiver is a margin of its own: what it
 * speaks of fails when it is proven beyond the ceiling, as anything else fails when it is proven beyond its margin.
 */
import type { BundleManifest, BundleWorkload, Policy } from '../../bundle/schema.js';
import type { Waiver } from '../../bundle/waivers.js';
import { change, margin, percent, unitName } from '../../text/format.js';
import type { AppliedWaiver } from '../appliedWaiver.js';
import type { TableOf } from '../captures/panel.js';
import type { FunctionFinding } from '../functions/test.js';
import { isUniform } from '../functions/uniform.js';
import { oneLine, shownName } from '../names.js';
import type { Look } from '../pace/looks.js';
import type { FunctionResult, Reason, WorkloadResult } from '../result.js';
import type { Total } from '../total/total.js';

/** What waivers did at one look. */
export interface Waived {
  readonly total: AppliedWaiver | null;
  /** Functions proven slower that a waiver speaks of. */
  readonly functions: ReadonlyMap<FunctionFinding, AppliedWaiver>;
}

export const nothingWaived: Waived = { total: null, functions: new Map() };

/** Whether it held when measuring began; no clock is read. */
function isInForce({ expires }: Waiver, startedAt: string): boolean {
  return startedAt.slice(0, 'YYYY-MM-DD'.length) <= expires;
}

/** The workload with those of its waivers that held when measuring began. */
export function waiversInForce(workload: BundleWorkload, startedAt: string): BundleWorkload {
  return { ...workload, waivers: workload.waivers.filter((waiver) => isInForce(waiver, startedAt)) };
}

/** The policy with the total's ceiling as its margin, where a waiver accepts more than the margin. */
export function waivedPolicy({ policy, waivers }: BundleWorkload): Policy {
  const ceiling = widest(waivers.filter(isOfTotal))?.max ?? 0;
  return ceiling > policy.totalMargin ? { ...policy, totalMargin: ceiling } : policy;
}

/**
 * Applies the workload's waivers to what is proven slower.
 *
 * The total: judged by the ceiling; the waiver was needed when the policy's own margin would not have let it pass.
 * Functions: waived unless their simultaneous lower bound is beyond the ceiling. In a uniform slowdown the total's waiver
 * covers them as well, since they are what the total consists of.
 * @param judged the total by the policy's own margin, and by `waivedPolicy` where that does not let it pass
 * @param slower the findings that would fail
 */
export function applyWaivers(
  workload: BundleWorkload,
  look: Look,
  { unwaived, total }: { readonly unwaived: Total; readonly total: Total },
  findings: readonly FunctionFinding[],
  slower: readonly FunctionFinding[],
): Waived {
  if (!look.mayClaim) return nothingWaived;
  const { waivers } = workload;
  const ofTotal = unwaived.decision === 'pass' ? null : widest(waivers.filter(isOfTotal));
  const covers = unwaived.decision === 'fail' && isUniform(unwaived, findings) ? ofTotal : null;
  const functions = new Map<FunctionFinding, AppliedWaiver>();
  for (const finding of slower) {
    const own = widest(waivers.filter((waiver) => speaksOf(waiver, finding.estimate.row)));
    if (own) functions.set(finding, applied(own, isBeyond(finding, own) ? 'exceeded' : 'waived'));
    else if (covers && !isBeyond(finding, covers)) functions.set(finding, applied(covers, 'waived'));
  }
  const isOpen = unwaived.decision === null && total.decision === null;
  const status = isOpen ? 'open' : total.decision === 'fail' ? 'exceeded' : 'waived';
  return { total: ofTotal && applied(ofTotal, status), functions };
}

/** Whether a function provably grew by more than the ceiling. */
export function isBeyond(finding: FunctionFinding, { max }: Pick<Waiver, 'max'>): boolean {
  return grownAtLeast(finding) > max;
}

/** Of its own CPU time; of a new function, what it adds to the total. */
function grownAtLeast({ ratio, contribution }: FunctionFinding): number {
  return ratio === null ? (contribution.lower ?? 0) : (ratio.lower ?? 1) - 1;
}

function isOfTotal({ time, function: named }: Waiver): boolean {
  return time === 'cpu' && named === null;
}

/** Exact names; a waiver that names no file means any. */
function speaksOf(
  { time, function: named }: Waiver,
  { name, file }: { readonly name: string; readonly file: string | null },
): boolean {
  return time === 'cpu' && named?.name === name && (named.file === null || named.file === file);
}

/** Of several waivers of one thing the one that accepts most. */
export function widest(waivers: readonly Waiver[]): Waiver | null {
  return [...waivers].sort((a, b) => b.max - a.max)[0] ?? null;
}

export function applied(
  { at, max, reason, expires }: Waiver,
  status: AppliedWaiver['status'],
): AppliedWaiver {
  return { at, max, reason, expires, status };
}

/** What was waived, and what grew beyond its ceiling; of what is not proven either way there is nothing to say. */
export function waiverReasons({ load, policy }: BundleWorkload, total: Total, waived: Waived): Reason[] {
  const reasons: Reason[] = [];
  const cpu = `CPU time per ${unitName(load)}`;
  if (waived.total && waived.total.status !== 'open') {
    const { estimate, lower, upper } = total.figures;
    const isSlower = lower !== null && lower > policy.totalMargin;
    // A pass by the ceiling waives no proven slowdown: more pairs might have passed without it.
    const grown = isSlower
      ? `${change(estimate)} (at least ${change(lower)})`
      : `${change(estimate)} (at most ${change(upper ?? 0)}), which is not proven to be beyond the margin of ${margin(policy.totalMargin)}, but to be within the ceiling`;
    reasons.push(waiverReason(waived.total, cpu, grown));
  }
  for (const [finding, waiver] of waived.functions) {
    const least = percent(grownAtLeast(finding));
    const grown =
      finding.ratio === null ? `adds at least ${least} to the total` : `takes at least ${least} more`;
    reasons.push(waiverReason(waiver, shownName(finding.estimate.row), grown));
  }
  return reasons;
}

export function waiverReason(waiver: AppliedWaiver, what: string, grown: string): Reason {
  const limit = `the waiver at ${oneLine(waiver.at)} accepts at most ${margin(waiver.max)} until ${waiver.expires}`;
  return waiver.status === 'exceeded'
    ? { code: 'waiver_exceeded', message: `${what} ${grown}: ${limit}, which is proven to be exceeded` }
    : { code: 'waived', message: `${what} ${grown}: ${limit}: ${waiver.reason}` };
}

/** The result of a failed workload, with the waivers that would have spoken of what failed had they not expired. */
export function withExpiredWaivers(
  result: WorkloadResult,
  { waivers }: BundleWorkload,
  startedAt: string,
): WorkloadResult {
  const expired = waivers.filter((waiver) => !isInForce(waiver, startedAt));
  if (result.verdict !== 'fail' || expired.length === 0) return result;
  const reasons: Reason[] = [];
  const use = (waiver: Waiver): AppliedWaiver => {
    reasons.push(expiredReason(waiver));
    return applied(waiver, 'expired');
  };
  const isTotalSlower = result.reasons.some(({ code }) => code === 'total_slower');
  const ofTotal = widest(expired.filter(isOfTotal));
  const totalWaiver = isTotalSlower && ofTotal && !result.totalWaiver ? use(ofTotal) : result.totalWaiver;
  const functions = result.functions.map((one) => {
    const own = isSlower(one) && widest(expired.filter((waiver) => speaksOf(waiver, one)));
    return own && !one.waiver ? { ...one, waiver: use(own) } : one;
  });
  return { ...result, totalWaiver, functions, reasons: [...result.reasons, ...reasons] };
}

function isSlower({ class: itsClass }: FunctionResult): boolean {
  return itsClass === 'slower' || itsClass === 'new';
}

function expiredReason(waiver: Waiver): Reason {
  return {
    code: 'waiver_expired',
    message: `the waiver of ${subjectOf(waiver)} at ${oneLine(waiver.at)} expired on ${waiver.expires}: renew it or remove it`,
  };
}

/**
 * What is to be said of waivers that did nothing anywhere: they expired, what they name is in no profile, or, where all
 * they speak of passed, they were not needed.
 */
export function idleWaivers(
  { workloads, startedAt }: BundleManifest,
  results: readonly WorkloadResult[],
  tableOf: TableOf,
): Reason[] {
  const used = new Set(results.flatMap(appliedWaivers).map(({ at }) => at));
  const idle = new Map<string, Waiver>();
  for (const waiver of workloads.flatMap(({ waivers }) => waivers)) {
    if (!used.has(waiver.at)) idle.set(waiver.at, waiver);
  }
  return [...idle.values()].flatMap((waiver) => {
    const spoken = workloads.filter(({ waivers }) => waivers.some(({ at }) => at === waiver.at));
    if (!isInForce(waiver, startedAt)) return [expiredReason(waiver)];
    const of = `the waiver of ${subjectOf(waiver)} at ${oneLine(waiver.at)}`;
    if (isUnknown(waiver, spoken, tableOf)) {
      const message = `${of} names a function that is in no profile: name it as the report does, or remove it`;
      return [{ code: 'waiver_unknown', message }];
    }
    const passed = results.filter(
      ({ name, verdict }) => verdict === 'pass' && spoken.some((one) => one.name === name),
    );
    if (passed.length < spoken.length) return [];
    return [{ code: 'waiver_unused', message: `${of} was not needed: remove it` }];
  });
}

function appliedWaivers({ totalWaiver, functions, offCpu }: WorkloadResult): AppliedWaiver[] {
  const ofWaits = offCpu === null ? [] : [offCpu.total.waiver, ...offCpu.waits.map(({ waiver }) => waiver)];
  return [totalWaiver, ...functions.map(({ waiver }) => waiver), ...ofWaits].filter(
    (waiver) => waiver !== null,
  );
}

/** Whether something was measured, and nothing of that name. */
function isUnknown(waiver: Waiver, workloads: readonly BundleWorkload[], tableOf: TableOf): boolean {
  // Of waits only those that matter are in the result: what is not may be too short.
  if (waiver.function === null || waiver.time === 'waiting') return false;
  let measured = false;
  for (const workload of workloads) {
    for (const capture of workload.captures) {
      measured = true;
      for (const one of tableOf(workload, capture).functions.values())
        if (speaksOf(waiver, one)) return false;
    }
  }
  return measured;
}

function subjectOf({ time, function: named }: Waiver): string {
  const what = named === null ? 'the total' : oneLine(named.name);
  if (time === 'cpu') return what;
  return named === null ? 'all waiting' : `waiting in ${what}`;
}
