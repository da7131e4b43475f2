/** Findings as the result shows them. */

import type { AppliedWaiver } from '../appliedWaiver.js';
import type { PanelRow } from '../captures/panel.js';
import type { FunctionClass, FunctionResult } from '../result.js';
import type { FunctionFinding } from './test.js';

/** Longest text the result carries of anything the measured program says. */
export const longestText = 10_000;
/** Runtimes have a handful. */
const mostTiers = 12;

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
    ...tiersOf(row),
    ratio,
    contribution,
    q,
    class: itsClass,
    culprit: null,
    waiver,
  };
}

/** The tier with the most of both sides' time first. */
function tiersOf({ tiers: { base, head }, ...row }: PanelRow): Pick<FunctionResult, 'tiers'> {
  const names = [...new Set([...Object.keys(base), ...Object.keys(head)])].slice(0, mostTiers);
  if (names.length === 0) return {};
  const all = { base: sum(row.base.nanoseconds), head: sum(row.head.nanoseconds) };
  const share = (time: number | undefined, of: number) => (of > 0 ? Math.min(1, (time ?? 0) / of) : 0);
  const tiers = names.map((tier) => ({
    tier: tier.slice(0, longestText),
    base: share(base[tier], all.base),
    head: share(head[tier], all.head),
  }));
  return { tiers: tiers.sort((a, b) => b.base + b.head - a.base - a.head || (a.tier < b.tier ? -1 : 1)) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function byContribution(a: FunctionResult, b: FunctionResult): number {
  return Math.abs(b.contribution.estimate) - Math.abs(a.contribution.estimate) || (a.key < b.key ? -1 : 1);
}
