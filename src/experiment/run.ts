/** Measures one workload: pairs of captures until the verdict is clear, or pairs or budget are spent. */
import type { BundleWorkload, Side, Stop } from '../bundle/schema.js';
import type { BundleWriter } from '../bundle/writer.js';
import type { Collector } from '../capture/collector.js';
import type { WorkloadPlan } from '../config/plan.js';
import type { Progress } from '../workload/progress.js';

export interface SideSource {
  /** Absolute folder the side builds and runs in. */
  readonly root: string;
}

export interface ExperimentHooks {
  readonly progress: Progress;
  /** Aborted with an InterruptedError as reason. */
  readonly signal: AbortSignal;
  /** Asked at every look: is the verdict clear, so that measuring may stop? */
  decide(workload: BundleWorkload): boolean;
}

export async function runExperiment(
  _plan: WorkloadPlan,
  _sides: Readonly<Record<Side, SideSource>>,
  _collector: Collector,
  _writer: BundleWriter,
  _hooks: ExperimentHooks,
): Promise<Stop> {
  throw new Error('under construction');
}
