/** Findings as the result shows them. */

import type { AppliedWaiver } from '../appliedWaiver.js';
import type { FunctionClass, FunctionResult } from '../result.js';
import type { FunctionFinding } from './test.js';

/** Longest text the result carries of anything the measured program says. */
export const longestText = 10_000;

/** @returns the largest change of the total first; keys break ties */
export function functionResults(
  findings: readonly FunctionFinding[],
  classOf: (finding: FunctionFinding) => FunctionClass,
  waiverOf: (finding: FunctionFinding) => AppliedWaiver | null = () => null,
): FunctionResult[] {
  return findings
    .map((finding) => functionResult(finding, classOf(finding), waiverOf(finding)))
    .sort(byContribution);
}

function functionResult(
  { estimate: { row, base, head }, q, ratio, contribution }: FunctionFinding,
  itsClass: FunctionClass,
  waiver: AppliedWaiver | null,
): FunctionResult {
  return {
    key: row.key.slice(0, longestText),
    name: row.name.slice(0, longestText),
    file: row.file?.slice(0, longestText) ?? null,
    line: row.line,
    baseShare: base.share,
    headShare: head.share,
    ratio,
    contribution,
    q,
    class: itsClass,
    culprit: null,
    waiver,
  };
}

function byContribution(a: FunctionResult, b: FunctionResult): number {
  return Math.abs(b.contribution.estimate) - Math.abs(a.contribution.estimate) || (a.key < b.key ? -1 : 1);
}
