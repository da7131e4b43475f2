/** From what was measured to the verdict: pure, and the same bytes for the same bundle. */

import type { BundleManifest, BundleWorkload, Side } from '../bundle/schema.js';
import * as exact from '../stats/exact.js';
import type { Assessment } from './assessment.js';
import { withCulprits } from './blame/culprit.js';
import { idleWaivers, waiversInForce, withExpiredWaivers } from './blame/waivers.js';
import { measuredSeconds, type Pair, sumOver } from './captures/pairs.js';
import { functionResults, longestText } from './functions/result.js';
import { type Measured, readMeasured } from './measured.js';
import type { Reason, Result, Verdict, WorkloadResult } from './result.js';
import type { Sources } from './sources.js';
import { layoutFigures } from './total/layouts.js';
import { cpuPerUnit, logChanges } from './total/total.js';
import { placementOf } from './trust/placement.js';
import { captureFacts, sideQuality } from './trust/quality.js';
import { offCpuResult } from './waits/result.js';
import { assess, type Standing, standingOf } from './workload.js';

/** Judges a bundle. */
export function judge(manifest: BundleManifest, sources: Sources): Result {
  const { startedAt } = manifest;
  const workloads = manifest.workloads.map((workload) => {
    const judged = judgeWorkload(waiversInForce(workload, startedAt), sources);
    const result = withExpiredWaivers(judged, workload, startedAt);
    return withCulprits(result, workload, manifest, sources);
  });
  return {
    schema: 'profbound/result@1',
    tool: manifest.tool,
    verdict: combine(workloads.map(({ verdict }) => verdict)),
    reasons: [...combineReasons(workloads), ...idleWaivers(manifest, workloads, sources.tableOf)],
    design: 'paired',
    onInconclusive: manifest.onInconclusive,
    startedAt,
    refs: manifest.refs,
    environment: manifest.environment,
    notes: manifest.notes,
    workloads,
  };
}

/** Whether measuring a workload may stop, and what for: see `standingOf`; all of its waivers are in force. */
export function standing(workload: BundleWorkload, sources: Sources): Standing {
  const { waitsOf: _, ...withoutWaits } = sources;
  // Where nothing rests on waits they need not be read.
  return standingOf(readMeasured(workload, workload.offCpu?.mode === 'enforce' ? sources : withoutWaits));
}

/** Judges one workload of a bundle; all of its waivers are in force. */
export function judgeWorkload(workload: BundleWorkload, sources: Sources): WorkloadResult {
  const measured = readMeasured(workload, sources);
  return workloadResult(measured, assess(measured));
}

function workloadResult({ workload, panel }: Measured, assessment: Assessment): WorkloadResult {
  const { pairs, total, functions, moved, unclear, waived } = assessment;
  const sums = (figure: Parameters<typeof sumOver>[2]) => ({
    base: sumOver(pairs, 'base', figure),
    head: sumOver(pairs, 'head', figure),
  });
  const summaries = (side: Side) => pairs.map((pair) => pair[side].summary);
  const qualityOf = (side: Side) =>
    sideQuality(
      summaries(side),
      panel,
      pairs.length,
      side,
      pairs.flatMap(({ parts }) => parts[side]),
    );
  return {
    name: workload.name,
    verdict: assessment.verdict,
    reasons: [...assessment.reasons],
    load: workload.load,
    pairs: pairs.length,
    seconds: measuredSeconds(pairs),
    units: sums(({ units }) => units),
    errors: sums(({ errors }) => errors),
    cpuPerUnit: { base: geometricMean(pairs, 'base'), head: geometricMean(pairs, 'head') },
    total: total.figures,
    totalWaiver: waived.total,
    layouts: layoutFigures(workload, total.log),
    pairChanges: logChanges(pairs).map(exact.expm1),
    functionMargin: workload.policy.functionMargin,
    functions: functionResults(
      functions.findings,
      (finding) =>
        moved.has(finding) ? 'moved' : unclear.has(finding) ? 'unproven' : (finding.proof ?? 'unproven'),
      (finding) => waived.functions.get(finding) ?? null,
    ),
    offCpu: offCpuResult(workload, assessment.waits, pairs),
    quality: {
      base: qualityOf('base'),
      head: qualityOf('head'),
      placement: placementOf(pairs),
    },
    runtimes: workload.runtimes ?? null,
    capture: captureFacts([...summaries('base'), ...summaries('head')]),
    neededSeconds: assessment.neededSeconds,
  };
}

/** CPU nanoseconds per unit; 0 when no pair has any. */
function geometricMean(pairs: readonly Pair[], side: Side): number {
  const logs: number[] = [];
  for (const pair of pairs) {
    const cost = cpuPerUnit(pair, side);
    if (cost !== null) logs.push(exact.log(cost));
  }
  return logs.length === 0 ? 0 : exact.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
}

/** One fail fails; short of that one inconclusive leaves it open; nothing measured proves nothing. */
function combine(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.length === 0 || verdicts.includes('inconclusive') ? 'inconclusive' : 'pass';
}

/** What decided comes first. */
function combineReasons(workloads: readonly WorkloadResult[]): Reason[] {
  if (workloads.length === 0) {
    return [
      {
        code: 'no_workloads',
        message:
          'no workload was measured: there is nothing to judge; a workload must be defined on both sides',
      },
    ];
  }
  const gravity: readonly Verdict[] = ['fail', 'inconclusive', 'pass'];
  const gravest = [...workloads].sort((a, b) => gravity.indexOf(a.verdict) - gravity.indexOf(b.verdict));
  return gravest.flatMap(({ name, reasons }) =>
    reasons.map(({ code, message }) => ({ code, message: `${name}: ${message}`.slice(0, longestText) })),
  );
}
