/**
 * Whether a verdict rests on the code alone: it must be the same if whatever else differs between the sides had all the
 * effect it may have had. Where it is not, there is no verdict.
 */

import type { Seen } from '../assessment.js';
import { isBeyond } from '../blame/waivers.js';
import { testFunctions } from '../functions/test.js';
import type { Measured } from '../measured.js';
import type { Look } from '../pace/looks.js';
import type { Reason } from '../result.js';
import { type LogChange, testTotal } from '../total/total.js';
import { compilingDiffers } from './compiling.js';
import { type Disturbance, disturbancesOf } from './disturbances.js';
import { missingDecides } from './missing.js';
import { nodesDisagree } from './placement.js';
import { checkUnresolved } from './validity.js';

/** Reasons not to believe what a look gives; of a look that gives no verdict, what stands in its way besides. */
export function doubtsOf(measured: Measured, look: Look, seen: Seen): Reason[] {
  const { workload, panel } = measured;
  const { totalMargin, functionMargin } = workload.policy;
  // A wide margin of the total, as a waiver makes it, leaves the functions theirs.
  const margin = Math.min(totalMargin, functionMargin);
  const disturbances = [
    ...disturbancesOf(seen.pairs, margin),
    ...compilingDiffers(seen.pairs, panel, margin),
  ];
  const found = [nodesDisagree(seen.pairs), missingDecides(workload, panel, look, seen)];
  return [
    ...found.filter((reason) => reason !== null),
    ...[1, -1].flatMap((sign) => decisive(sign, disturbances, measured, look, seen)),
  ];
}

/** The disturbances of one direction, where together they may have made the verdict; of an open one they always may. */
function decisive(
  sign: number,
  disturbances: readonly Disturbance[],
  measured: Measured,
  look: Look,
  seen: Seen,
): Reason[] {
  const group = disturbances.filter(({ effect }) => Math.sign(effect) === sign);
  if (group.length === 0) return [];
  const effect = group.reduce((sum, each) => sum + each.effect, 0);
  if (seen.verdict !== 'inconclusive' && standsWithout(effect, measured, look, seen)) return [];
  return group.map(({ reason }) => reason);
}

/** Whether the verdict is the same if so much of the logarithmic change is not the code's. */
function standsWithout(
  effect: number,
  { workload: { policy }, panel }: Measured,
  look: Look,
  { verdict, pairs, total, functions, moved, unclear, waived }: Seen,
): boolean {
  const log = shifted(total.log, -effect);
  const hidden = checkUnresolved(pairs.length, panel, total.log)?.baseShare ?? null;
  const known = new Map(functions.findings.map((finding) => [finding.estimate.row, finding]));
  const isSlower = testFunctions(panel, look, log, policy, hidden).findings.some((then) => {
    const finding = known.get(then.estimate.row);
    if (finding && (moved.has(finding) || unclear.has(finding))) return false;
    const waiver = finding && waived.functions.get(finding);
    return (then.proof === 'slower' || then.proof === 'new') && (!waiver || isBeyond(then, waiver));
  });
  const { decision } = testTotal(log, look, policy);
  if (verdict === 'fail') return decision === 'fail' || isSlower;
  return decision === 'pass' && !isSlower;
}

function shifted(log: LogChange, shift: number): LogChange {
  return { ...log, mean: log.mean + shift, leaveOneOut: log.leaveOneOut.map((mean) => mean + shift) };
}
