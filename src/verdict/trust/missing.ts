/**
 * Samples that say nothing of functions, because they were lost or no function is known for their address. What one side
 * has more of may be any function's: the tipping point is where giving it all to one of them changes the verdict.
 */

import type { BundleWorkload, Side } from '../../bundle/schema.js';
import * as exact from '../../stats/exact.js';
import { studentSurvival } from '../../stats/student.js';
import { percent } from '../../text/format.js';
import type { Seen } from '../assessment.js';
import { type Pair, sumOver } from '../captures/pairs.js';
import { type Panel, unresolvedPart } from '../captures/panel.js';
import { guardShare } from '../functions/sensitivity.js';
import { type FunctionFinding, testFunctions } from '../functions/test.js';
import type { Look } from '../pace/looks.js';
import type { Reason } from '../result.js';
import { beyondChance, pairedDifference } from './pairedDifference.js';
import { checkUnresolved, lostSamples } from './validity.js';

/**
 * Gives all that one side has more of, beyond chance, to the function that changes the verdict most easily. A total
 * proven slower stands, since exact CPU time needs no names. A function proven slower stands if base's excess could have
 * been its own; a pass, if head's excess could have been any function's that is large enough for a pass to speak of.
 * @returns null where the verdict stands, and where there is none
 */
export function missingDecides(
  { policy }: BundleWorkload,
  panel: Panel,
  look: Look,
  { verdict, pairs, total, functions, moved, unclear, waived }: Seen,
): Reason | null {
  if (verdict === 'inconclusive' || total.decision === 'fail') return null;
  if (checkUnresolved(pairs.length, panel, total.log) !== null) return null;
  const excess = excessOnHead(pairs, panel, total.log.mean);
  if (excess === 0) return null;
  if (verdict === 'fail') {
    if (excess > 0) return null;
    const isForgiven = (finding: FunctionFinding) =>
      moved.has(finding) || unclear.has(finding) || waived.functions.get(finding)?.status === 'waived';
    const forgiven = new Set(functions.findings.filter(isForgiven).map(({ estimate }) => estimate.row));
    const { findings } = testFunctions(panel, look, total.log, policy, -excess);
    const stands = findings.some(
      ({ proof, estimate }) => (proof === 'slower' || proof === 'new') && !forgiven.has(estimate.row),
    );
    return stands ? null : reason(pairs, panel);
  }
  if (excess < 0) return null;
  const level = look.levels.functions / Math.max(1, functions.tests);
  const least = Math.max(guardShare, policy.minShare);
  const tips = functions.findings.some((finding) => {
    const { head, log, standardError, df, pooledShare, scarce } = finding.estimate;
    if (!finding.tested || scarce !== null || pooledShare < least || moved.has(finding)) return false;
    // What is waived passes up to its ceiling.
    const ceiling = waived.functions.get(finding)?.max ?? policy.functionMargin;
    const cost = head.share * exact.exp(total.log.mean);
    const distance = log + exact.log1p(excess / cost) - exact.log1p(ceiling);
    return distance > 0 && studentSurvival(distance / standardError, df) <= level;
  });
  return tips ? reason(pairs, panel) : null;
}

/** Head's CPU time without a function less base's, as a part of base's per unit of work; 0 within chance. */
function excessOnHead(pairs: readonly Pair[], panel: Panel, change: number): number {
  const found = pairedDifference(
    pairs,
    (_, i) => logitOf(panel, pairs, 'head', i) - logitOf(panel, pairs, 'base', i),
  );
  if (found === null || found.p > beyondChance) return 0;
  const of = (side: Side) => unresolvedPart(panel, side, pairs.length) + lostPart(pairs, side);
  return of('head') * exact.exp(change) - of('base');
}

/** Of the samples missing in one capture; half a sample on either side keeps it finite. */
function logitOf(panel: Panel, pairs: readonly Pair[], side: Side, index: number): number {
  const lost = lostSamples((pairs[index] as Pair)[side].summary);
  let missing = lost;
  for (const row of panel.rows) if (!row.resolved) missing += row[side].counts[index] as number;
  const all = lost + (panel.totals[side].counts[index] as number);
  return exact.log((missing + 0.5) / (all - missing + 0.5));
}

function lostPart(pairs: readonly Pair[], side: Side): number {
  const lost = sumOver(pairs, side, ({ summary }) => lostSamples(summary));
  const kept = sumOver(pairs, side, ({ summary }) => summary.samples);
  return lost + kept > 0 ? lost / (lost + kept) : 0;
}

function reason(pairs: readonly Pair[], panel: Panel): Reason {
  const of = (side: Side) => percent(unresolvedPart(panel, side, pairs.length) + lostPart(pairs, side));
  return {
    code: 'missing_decides',
    message: `${of('base')} of base's CPU time and ${of('head')} of head's has no function, because samples were lost or there are no symbols; were the difference all one function's, the verdict would be another: build both sides with the same symbols (not stripped) and lower capture.rate if samples are lost`,
  };
}
