/**
 * Tells a function that got slower from cost that only moved: a rename, inlining, or a split leaves as much less
 * elsewhere as it adds here. Cost that moved is shown and never fails a gate.
 */
import { studentSurvival } from '../stats/student.js';
import { estimateFunction, type FunctionEstimate } from './functionEstimate.js';
import { type FunctionFinding, type FunctionFindings, fasterP } from './functionTest.js';
import type { Look } from './looks.js';
import type { Cells, Panel, PanelRow } from './panel.js';
import type { Total } from './total.js';

/** An increase is offset when decreases elsewhere make up for this part of it. */
const offsetPart = 0.5;
/** One-sided level of evidence for an offset where the total's estimate speaks for one, too: about 2.5 sigma. */
const weakLevel = 0.006;
/** Standard errors by which sums of increases and decreases that belong together may miss each other. */
const slackSigmas = 2;

/**
 * The findings proven `slower` or `new` whose increase is offset elsewhere.
 *
 * What was lost elsewhere is pooled and handed to the increases, largest first. Single functions' decreases count when
 * they are proven at the look's level over all functions, or, where the total grew by less than half of what the
 * increases add, already at the weak level. Where they do not explain that, the total's lack itself counts.
 */
export function offsetFindings(
  panel: Panel,
  look: Look,
  total: Total,
  { findings, tests }: FunctionFindings,
): Set<FunctionFinding> {
  const increases = findings
    .filter(({ proof }) => proof === 'slower' || proof === 'new')
    .sort((a, b) => b.estimate.contribution - a.estimate.contribution);
  if (increases.length === 0) return new Set();
  const proven = look.levels.functions / Math.max(1, tests);
  const missing = missingFromTotal(panel, look, increases, total);
  const decreases = decreasesAt(
    missing.isLarge ? weakLevel : proven,
    candidates(panel, look, total, findings),
    total,
  );
  let pool =
    decreases.sum >= offsetPart * missing.added ? decreases.sum : Math.max(decreases.sum, missing.proven);
  let { variance } = decreases;
  const offset = new Set<FunctionFinding>();
  for (const finding of increases) {
    const { estimate } = finding;
    // The pool may miss what was taken from it by this much, and by no more: beyond it, it is empty.
    // Nothing has been taken before the first increase, so nothing can have been taken too much.
    const slack = offset.size > 0 ? slackSigmas * Math.sqrt(variance) : 0;
    if (pool + slack >= offsetPart * estimate.contribution) {
      offset.add(finding);
      variance += contributionVariance(estimate);
    }
    pool -= estimate.contribution;
  }
  return offset;
}

/**
 * How much less all functions together grew than the increases add: the rest of them must have lost it. CPU time that no
 * sample could be taken in is left out, since nothing can have been renamed or inlined from there.
 */
function missingFromTotal(
  panel: Panel,
  look: Look,
  increases: readonly FunctionFinding[],
  { log }: Total,
): { added: number; isLarge: boolean; proven: number } {
  let added = 0;
  const all = estimateFunction(panel, together(panel, panel.rows), look.pairs, log);
  let variance = log.standardError ** 2 + contributionVariance(all);
  for (const { estimate } of increases) {
    added += estimate.contribution;
    variance += contributionVariance(estimate);
  }
  const missing = added - all.contribution;
  const isLarge = missing > offsetPart * added;
  const isProven = isLarge && studentSurvival(missing / Math.sqrt(variance), log.df) <= weakLevel;
  return { added, isLarge, proven: isProven ? missing : 0 };
}

/** Variance of a contribution, as far as it comes from the shares; rather too large. */
function contributionVariance({ base, head, shareError, scarce }: FunctionEstimate): number {
  if (scarce !== null) return scarce.contributionError ** 2;
  return (Math.max(base.share, head.share) * shareError) ** 2;
}

/** The functions cost may have moved away from: those shown, and all the small ones as one. */
function candidates(
  panel: Panel,
  look: Look,
  total: Total,
  findings: readonly FunctionFinding[],
): FunctionEstimate[] {
  const estimates = findings.map(({ estimate }) => estimate);
  const shown = new Set(estimates.map(({ row }) => row));
  const small = panel.rows.filter((row) => !shown.has(row));
  return [...estimates, estimateFunction(panel, together(panel, small), look.pairs, total.log)];
}

/**
 * Sum of the decreases that are significant at this level, as a positive number, with its variance.
 *
 * Each function is measured twice: against the exact total, and against what most functions did. The second knows
 * nothing of the total's noise, which would make everything look a little cheaper at once; the first sees also the
 * decrease of a function that is most of the program. Where both see one, the smaller counts.
 */
function decreasesAt(
  level: number,
  estimates: readonly FunctionEstimate[],
  total: Total,
): { sum: number; variance: number } {
  const { mean } = total.log;
  const centre = medianShareChange(estimates, mean);
  let sum = 0;
  let variance = 0;
  for (const estimate of estimates) {
    const { base, head, log, shareError } = estimate;
    const amounts: number[] = [];
    if (fasterP(estimate, total.log, 0) <= level) amounts.push(-estimate.contribution);
    const againstMost = { ...estimate, log: log - mean - centre, standardError: shareError };
    if (fasterP(againstMost, { mean: -centre }, 0) <= level) {
      amounts.push(base.share - head.share * Math.exp(-centre));
    }
    if (amounts.length === 0) continue;
    sum += Math.max(0, Math.min(...amounts));
    variance += contributionVariance(estimate);
  }
  return { sum, variance };
}

/** ln(share_head/share_base) of the middle of the program: median weighted by base's share. */
function medianShareChange(estimates: readonly FunctionEstimate[], mean: number): number {
  const known = estimates
    .filter(({ base, head }) => base.share > 0 && head.share > 0)
    .map(({ base, log }) => ({ weight: base.share, change: log - mean }))
    .sort((a, b) => a.change - b.change);
  const half = known.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let below = 0;
  for (const { weight, change } of known) {
    below += weight;
    if (below >= half) return change;
  }
  return 0;
}

/** Several functions as one. */
function together(panel: Panel, rows: readonly PanelRow[]): PanelRow {
  const add = (cellsOf: (row: PanelRow) => Cells): Cells => {
    const counts = new Array<number>(panel.pairs).fill(0);
    const nanoseconds = new Array<number>(panel.pairs).fill(0);
    for (const row of rows) {
      for (let i = 0; i < panel.pairs; i++) {
        counts[i] = (counts[i] as number) + (cellsOf(row).counts[i] as number);
        nanoseconds[i] = (nanoseconds[i] as number) + (cellsOf(row).nanoseconds[i] as number);
      }
    }
    return { counts, nanoseconds };
  };
  return {
    key: '',
    name: '',
    file: null,
    line: null,
    resolved: false,
    base: add((row) => row.base),
    head: add((row) => row.head),
  };
}
