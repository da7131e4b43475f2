/** Compares two builds of one source as a gate compares two sides. */
import { openBundle } from '../../bundle/reader.js';
import type { BundleManifest, BundleWorkload } from '../../bundle/schema.js';
import { BundleWriter } from '../../bundle/writer.js';
import type { PgoPlan } from '../../config/pgo.js';
import type { WorkloadPlan } from '../../config/plan.js';
import { comparisonOf } from '../../pgo/decision.js';
import type { Comparison } from '../../pgo/result.js';
import { judge } from '../../verdict/judge.js';
import type { SideLayouts } from '../../workload/layouts.js';
import { loadOf, measureWorkloads } from '../gate.js';
import { captureSources } from '../sources.js';
import type { ProfileContext } from './context.js';
import type { ProfilePaths } from './output.js';

/**
 * The gate of two programs, each in as many code layouts: base has the new profile, so that it fails where the other is
 * proven to take more.
 */
export async function compare(
  plan: PgoPlan,
  other: Comparison['with'],
  next: SideLayouts,
  before: SideLayouts,
  paths: ProfilePaths,
  context: ProfileContext,
): Promise<Comparison> {
  const { variants, collector, log, signal } = context;
  const named = other === 'none' ? 'without a profile' : `with ${plan.profile} as it is`;
  const refs = {
    base: await variants.ref('next', `${variants.name} with the new ${plan.profile}`),
    head: await variants.ref(other, `${variants.name} ${named}`),
  };
  log.line(`compare the build by the new profile with the one ${named}`);
  const layouts =
    plan.workload.layouts === 1 ? undefined : { base: [...next.roots], head: [...before.roots] };
  const manifest = manifestOf(refs, [plan.workload], plan.seconds, context, layouts);
  const writer = new BundleWriter(paths.comparisons[other], manifest);
  const sources = {
    base: { root: next.use(1), layouts: next },
    head: { root: before.use(1), layouts: before },
  };
  await measureWorkloads([plan.workload], () => sources, collector, writer, { log, signal });
  const { directory, manifest: measured } = openBundle(paths.comparisons[other]);
  const [gate] = judge(measured, captureSources(directory, measured)).workloads;
  if (gate === undefined) throw new Error('a comparison has its workload');
  return comparisonOf(other, gate);
}

/** A bundle in which nothing is measured yet. @param layouts folders of each side's builds where it has several */
export function manifestOf(
  refs: BundleManifest['refs'],
  workloads: readonly WorkloadPlan[],
  captureSeconds: number,
  { run, config }: ProfileContext,
  layouts?: BundleWorkload['layouts'],
): BundleManifest {
  return {
    schema: 'profbound/bundle@1',
    tool: run.tool,
    startedAt: new Date().toISOString(),
    refs,
    config,
    onInconclusive: 'warn',
    notes: [...run.notes],
    // The same source, built in different ways.
    changes: { prefix: '', files: [], filesLeft: 0 },
    environment: run.environment,
    workloads: workloads.map((workload) => ({
      name: workload.name,
      policy: workload.policy,
      waivers: [],
      load: loadOf(workload),
      captureSeconds,
      layouts,
      captures: [],
      stop: null,
    })),
  };
}
