/**
 * Tells a function that got slower from cost that only moved: a rename, inlining, or a split leaves as much less
 * elsewhere as it adds here. Cost that moved is shown and never fails a gate.
 */
import { estimateFunction, type FunctionEstimate } from './functionEstimate.js';
import { type FunctionFinding, type FunctionFindings, fasterP } from './functionTest.js';
import type { Look } from './looks.js';
import type { Cells, Panel, PanelRow } from './panel.js';
import type { Total } from './total.js';

/** An increase is offset when decreases elsewhere make up for this part of it. */
const offsetPart = 0.5;
/** One-sided level at which a single decrease counts as evidence where the total speaks for an offset, too: 2 sigma. */
const weakLevel = 0.023;

/**
 * The findings proven `slower` or `new` whose increase is offset elsewhere.
 *
 * Decreases are pooled and handed to the increases, largest first. A decrease counts when it is proven at the look's
 * level over all functions, or, where the total grew by less than half of what the increases add, already at 2 sigma.
 * Where something was offset, what remains must show in the total as well. Independently of all that, an increase
 * larger than the total can have grown must have been offset.
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
  const offset = new Set<FunctionFinding>();
  if (increases.length === 0) return offset;
  const growth = total.figures.estimate;
  const weak = growth < offsetPart * sum(increases);
  const level = weak ? weakLevel : look.levels.functions / Math.max(1, tests);
  const decreases = -sumOfDecreases(panel, look, total, findings, level);
  let pool = decreases;
  for (const finding of increases) {
    const { contribution } = finding.estimate;
    const { lower } = finding.contribution;
    const contradicted = lower !== null && total.figures.upper !== null && lower > total.figures.upper;
    if (pool >= offsetPart * contribution || contradicted) offset.add(finding);
    pool -= Math.min(pool, contribution);
  }
  const remaining = increases.filter((finding) => !offset.has(finding));
  if (decreases > 0 && growth < offsetPart * sum(remaining)) return new Set(increases);
  return offset;
}

function sum(findings: readonly FunctionFinding[]): number {
  return findings.reduce((total, { estimate }) => total + estimate.contribution, 0);
}

/** Sum (negative) of the contributions that decreased at this level, small functions taken together. */
function sumOfDecreases(
  panel: Panel,
  look: Look,
  total: Total,
  findings: readonly FunctionFinding[],
  level: number,
): number {
  const shown = new Set(findings.map(({ estimate }) => estimate.row));
  const small = together(
    panel,
    panel.rows.filter((row) => !shown.has(row)),
  );
  const candidates: FunctionEstimate[] = findings.map(({ estimate }) => estimate);
  candidates.push(estimateFunction(panel, small, look.pairs, total.log));
  let decreases = 0;
  for (const estimate of candidates) {
    if (fasterP(estimate, total.log, 0) <= level) decreases += Math.min(0, estimate.contribution);
  }
  return decreases;
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
