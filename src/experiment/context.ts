/** What every capture of a workload shares. */
import type { Side } from '../bundle/schema.js';
import type { Collector, FinishedCapture } from '../capture/collector.js';
import type { WorkloadPlan } from '../config/plan.js';
import type { Placement } from '../workload/placement.js';

export interface SideSource {
  /** Absolute folder the side builds and runs in. */
  readonly root: string;
}

export interface CaptureContext {
  readonly plan: WorkloadPlan;
  readonly sides: Readonly<Record<Side, SideSource>>;
  readonly collector: Collector;
  readonly placement: Placement;
  /** The same for all captures. */
  readonly port: number;
  readonly rateHz: number;
  /** Folder for the collector's files. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** One capture's figures and where its profile lies. */
export interface MeasuredCapture {
  readonly units: number;
  readonly errors: number;
  readonly finished: FinishedCapture;
}

/** For messages: `the service of api (head)`. */
export function subject(what: string, side: Side, { plan }: CaptureContext): string {
  return `${what} of ${plan.name} (${side})`;
}
