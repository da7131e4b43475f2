/** What one look tells of CPU time: the total and its functions, and why that is a verdict or none. */

import type { BundleWorkload } from '../bundle/schema.js';
import type { OnCpu } from './assessment.js';
import { applyWaivers, nothingWaived, waivedPolicy, waiverReasons } from './blame/waivers.js';
import { secondsPerPair } from './captures/pairs.js';
import { type Panel, unresolvedPart } from './captures/panel.js';
import { checkSensitivity, morePairs, type Sensitivity } from './functions/sensitivity.js';
import { type FunctionFinding, type FunctionFindings, testFunctions } from './functions/test.js';
import { isUniform } from './functions/uniform.js';
import type { Measured } from './measured.js';
import { isFutile } from './pace/futility.js';
import type { Look } from './pace/looks.js';
import * as because from './reasons.js';
import type { Reason } from './result.js';
import { shiftsOf } from './shift/shift.js';
import { layoutsInTheWay } from './total/layouts.js';
import { agreement, totalLogChange } from './total/runners.js';
import { type Total, testTotal } from './total/total.js';
import { checkPairs, checkUnresolved } from './trust/validity.js';

/** With a larger share of the CPU time without names a pass says so. */
const mostNameless = 0.1;

/** Where the captures are not sound the look may claim nothing. */
export function assessCpu({ workload, pairs: all, panel, places }: Measured, planned: Look): OnCpu {
  const { load } = workload;
  const policy = waivedPolicy(workload);
  const pairs = all.slice(0, planned.pairs);
  const log = totalLogChange(pairs);
  const runners = agreement(pairs);
  const said = runners.said === null ? [] : [runners.said];
  const invalid = checkPairs(workload, pairs);
  const unresolved = checkUnresolved(pairs.length, panel, log);
  const look = invalid.length > 0 ? { ...planned, mayClaim: false } : planned;
  const unwaived = testTotal(log, look, workload.policy);
  const total = unwaived.decision === 'pass' ? unwaived : testTotal(log, look, policy);
  const isBlind = unresolved !== null && total.decision !== 'fail';
  const named = isBlind ? { ...look, mayClaim: false } : look;
  const functions = testFunctions(panel, named, log, policy, unresolved?.baseShare ?? null);
  const { moved, unclear, neededPairs } = shiftsOf(panel, look, log, functions, places);
  const seen = { look, pairs, total, functions, moved, unclear, waived: nothingWaived };
  if (invalid.length > 0) {
    return { ...seen, verdict: 'inconclusive', reasons: invalid, neededSeconds: null };
  }
  if (isBlind) {
    return { ...seen, verdict: 'inconclusive', reasons: [unresolved.reason], neededSeconds: null };
  }
  const slower = slowerFunctions(functions, moved, unclear);
  const grown = [...slower, ...unclear];
  const waived = applyWaivers(workload, look, { unwaived, total }, functions.findings, grown);
  const isHeld = (finding: FunctionFinding) => waived.functions.get(finding)?.status !== 'waived';
  const failing = slower.filter(isHeld);
  const open = [...unclear].filter(isHeld);
  const waiving = waiverReasons(workload, total, waived);
  if (total.decision === 'fail' || failing.length > 0) {
    const reasons: Reason[] = [];
    const uniform = total.decision === 'fail' && isUniform(total, functions.findings);
    if (total.decision === 'fail') reasons.push(because.totalSlower(total, load));
    if (uniform) reasons.push(because.uniformSlowdown());
    reasons.push(...because.functionsSlower(failing, load));
    // Where all grew alike nothing was taken from anywhere.
    if (!uniform) reasons.push(...shiftReasons(moved, open));
    reasons.push(...waiving);
    if (unresolved !== null) reasons.push(unresolved.reason);
    reasons.push(...said);
    return { ...seen, waived, verdict: 'fail', reasons, neededSeconds: null };
  }
  const sensitivity = checkSensitivity(panel, look, total, functions, policy);
  if (total.decision === 'pass' && runners.disagree) {
    // Within the margin on average is not within it on each.
    return { ...seen, verdict: 'inconclusive', reasons: said, neededSeconds: null };
  }
  if (total.decision === 'pass' && sensitivity.sufficient && open.length === 0) {
    const reasons = [
      because.withinMargin(total, load),
      ...waiving,
      ...missingNames(panel, look.pairs),
      ...shiftReasons(moved, open),
      ...said,
    ];
    return { ...seen, waived, verdict: 'pass', reasons, neededSeconds: null };
  }
  const more = morePairs(look, total, sensitivity, open.length > 0 ? neededPairs : 0, policy);
  const neededSeconds = more === null ? null : more * secondsPerPair(workload, pairs);
  const why = whyInconclusive(workload, look, total, sensitivity, neededSeconds);
  const layouts = look.mayClaim ? layoutsInTheWay(workload, log) : null;
  if (layouts !== null) why.push(layouts);
  const reasons = [...why, ...shiftReasons(moved, open, neededSeconds), ...waiving, ...said];
  return {
    ...seen,
    waived,
    verdict: 'inconclusive',
    reasons,
    neededSeconds,
    isFutile: (end) => isFutile({ look, total, functions, sensitivity, policy }, end),
  };
}

function whyInconclusive(
  { policy, load, stop }: BundleWorkload,
  look: Look,
  total: Total,
  sensitivity: Sensitivity,
  neededSeconds: number | null,
): Reason[] {
  if (!look.mayClaim) return [because.tooFewPairs(look.pairs, policy, neededSeconds)];
  if (total.decision !== 'pass') return [because.undecided(total, load, look.pairs, neededSeconds, stop)];
  return sensitivity.sufficient ? [] : [because.insensitive(sensitivity, neededSeconds)];
}

/** Functions that fail the gate, the largest contribution first. */
function slowerFunctions(
  { findings }: FunctionFindings,
  moved: ReadonlySet<FunctionFinding>,
  unclear: ReadonlySet<FunctionFinding>,
): FunctionFinding[] {
  return findings
    .filter(({ proof }) => proof === 'slower' || proof === 'new')
    .filter((finding) => !moved.has(finding) && !unclear.has(finding))
    .sort((a, b) => b.estimate.contribution - a.estimate.contribution);
}

/** What a pass does not cover: slower functions in code without names. */
function missingNames(panel: Panel, n: number): Reason[] {
  const unresolved = Math.max(unresolvedPart(panel, 'base', n), unresolvedPart(panel, 'head', n));
  return unresolved > mostNameless ? [because.namesMissing(unresolved)] : [];
}

function shiftReasons(
  moved: ReadonlySet<FunctionFinding>,
  unclear: readonly FunctionFinding[],
  neededSeconds: number | null = null,
): Reason[] {
  const reasons: Reason[] = [];
  if (unclear.length > 0) reasons.push(because.shiftUnclear(unclear, neededSeconds));
  if (moved.size > 0) reasons.push(because.costMoved([...moved]));
  return reasons;
}
