/** Compares two single captures. Without pairs nothing is known of how runs differ, so the verdict stays open. */

import type { Load, Policy, Ref, Side } from '../bundle/schema.js';
import type { CaptureSummary } from '../bundle/summary.js';
import { isFunction } from '../profile/compiling.js';
import type { FunctionTable } from '../profile/functions.js';
import * as exact from '../stats/exact.js';
import { normalUpperQuantile } from '../stats/normal.js';
import { tool } from '../version.js';
import { ofExactTime, panelOf } from './captures/panel.js';
import { estimateFunction, type FunctionEstimate, fewestSamples } from './functions/estimate.js';
import { functionResults } from './functions/result.js';
import { type FunctionFinding, functionBounds } from './functions/test.js';
import type { FunctionClass, Reason, Result } from './result.js';
import { captureFacts, sideQuality } from './trust/quality.js';

export interface UnpairedSide {
  readonly ref: Ref;
  readonly table: FunctionTable;
  /** null for a profile that comes without one. */
  readonly summary: CaptureSummary | null;
  /** Units of work, when known. */
  readonly units: number | null;
}

/** The comparison is of no configured workload; results need a name for it. */
const name = 'comparison';
const load: Load = { kind: 'command', loop: 'unknown', rate: null };

/**
 * Compares shares and, where both sides' units are known, CPU time per unit. Bounds say what sampling alone leaves open
 * within these two captures (binomial, simultaneous over the functions); another run of the same software may differ by
 * more. The verdict is always inconclusive.
 */
export function compareUnpaired(base: UnpairedSide, head: UnpairedSide, policy: Policy): Result {
  const panel = panelOf([tablesOf(base, head)]);
  const costs = { base: cpuPerUnit(base), head: cpuPerUnit(head) };
  const unitsKnown = costs.base !== null && costs.head !== null;
  const growth = costs.base !== null && costs.head !== null ? exact.log(costs.head / costs.base) : 0;
  const total = { mean: growth, standardError: 0, df: 1, leaveOneOut: [] };
  const shown = panel.rows
    .map((row) => withinRun(estimateFunction(panel, row, 1, total)))
    .filter((estimate) => Math.max(estimate.base.share, estimate.head.share) >= policy.minShare)
    .filter(({ base, head }) => base.share + head.share > 0);
  const quantile = normalUpperQuantile(policy.alpha.functions / Math.max(1, shown.length));
  const findings = shown.map((estimate) => ({
    estimate,
    proof: null,
    tested: false,
    q: null,
    ...functionBounds(estimate, quantile, null, policy.functionMargin),
  }));
  const summaries = [base.summary, head.summary].filter((summary) => summary !== null);
  const reasons = explain(unitsKnown);
  return {
    schema: 'profbound/result@1',
    tool,
    verdict: 'inconclusive',
    reasons,
    design: 'unpaired',
    onInconclusive: 'warn',
    startedAt: null,
    refs: { base: base.ref, head: head.ref },
    environment: null,
    notes: [],
    workloads: [
      {
        name,
        verdict: 'inconclusive',
        reasons,
        load,
        pairs: 0,
        seconds: summaries.reduce((sum, { wallNanoseconds }) => sum + wallNanoseconds, 0) / 1e9,
        units: { base: base.units ?? 0, head: head.units ?? 0 },
        errors: { base: 0, head: 0 },
        cpuPerUnit: { base: costs.base ?? 0, head: costs.head ?? 0 },
        total: {
          estimate: exact.expm1(growth),
          lower: null,
          upper: null,
          margin: policy.totalMargin,
          mde: null,
        },
        totalWaiver: null,
        layouts: null,
        pairChanges: [],
        functionMargin: policy.functionMargin,
        functions: functionResults(findings, describe),
        offCpu: null,
        quality: {
          base: sideQuality(base.summary ? [base.summary] : [], panel, 1, 'base'),
          head: sideQuality(head.summary ? [head.summary] : [], panel, 1, 'head'),
          placement: { cpus: [], nodes: [] },
        },
        runtimes: null,
        capture: captureFacts(summaries),
        neededSeconds: null,
      },
    ],
  };
}

/** Shares are of exact CPU time on both sides or on none. */
function tablesOf(base: UnpairedSide, head: UnpairedSide): Record<Side, FunctionTable> {
  if (base.summary === null || head.summary === null) return { base: base.table, head: head.table };
  return { base: ofExactTime(base.table, base.summary), head: ofExactTime(head.table, head.summary) };
}

/** Exact CPU nanoseconds per unit; null where either is unknown. */
function cpuPerUnit({ summary, units }: UnpairedSide): number | null {
  if (summary === null || units === null) return null;
  return units > 0 && summary.cpuNanoseconds > 0 ? summary.cpuNanoseconds / units : null;
}

/** One run a side: there is no variance between runs to take, only that of sampling. */
function withinRun(estimate: FunctionEstimate): FunctionEstimate {
  const { base, head } = estimate;
  const [baseError, headError] = [Math.sqrt(base.binomialVariance), Math.sqrt(head.binomialVariance)];
  const standardError = exact.hypot(baseError, headError);
  const isBoth = base.share > 0 && head.share > 0;
  const scarce = isBoth ? null : estimate.scarce && { ...estimate.scarce, baseError, headError };
  return { ...estimate, standardError, shareError: standardError, scarce };
}

/** Appearing and vanishing can be seen in single runs; getting slower cannot be proven. */
function describe({ estimate: { base, head, pooledSamples, row } }: FunctionFinding): FunctionClass {
  if (!isFunction(row) || pooledSamples < fewestSamples) return 'unproven';
  if (base.share === 0) return 'new';
  return head.share === 0 ? 'gone' : 'unproven';
}

function explain(unitsKnown: boolean): Reason[] {
  const reasons = [
    {
      code: 'no_pairs',
      message:
        'single captures were compared: bounds hold within these two runs only, and another run may differ by more; measure pairs (profbound gate) for a verdict',
    },
  ];
  if (!unitsKnown) {
    reasons.push({
      code: 'units_unknown',
      message:
        'how much work the two captures did is not known: only shares of CPU time are compared, and the total is not; a gate counts units',
    });
  }
  return reasons;
}
