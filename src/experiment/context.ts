/** What every capture of a workload shares. */
import { join } from 'node:path';
import type { Conditions } from '../bundle/conditions.js';
import type { Side } from '../bundle/schema.js';
import type { Collector, FinishedCapture } from '../capture/collector.js';
import type { WorkloadPlan } from '../config/plan.js';
import type { SideLayouts } from '../workload/layouts.js';
import type { Placement } from '../workload/placement.js';
import type { Layouts } from './layouts.js';

export interface SideSource {
  /** Absolute folder the side builds and runs in. */
  readonly root: string;
  /** Its builds in several code layouts, where there are; root is then the first one's. */
  readonly layouts?: SideLayouts;
}

export interface CaptureContext {
  readonly plan: WorkloadPlan;
  readonly sides: Readonly<Record<Side, SideSource>>;
  readonly collector: Collector;
  readonly placement: Placement;
  /** The same for all captures of a side; two of the same length where both sides' services run at once, else one. */
  readonly ports: Readonly<Record<Side, number>>;
  /** Length of a capture, and samples a second and CPU. */
  readonly seconds: number;
  readonly rateHz: number;
  /** Length of a turn where both sides' services are loaded in turns; null: one capture after the other. */
  readonly turnSeconds: number | null;
  /** The layouts that `sides` are in; null where each side has one build. */
  readonly layouts: Layouts | null;
  /** Folder for the collectors' files. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** One capture's figures and where its profile lies. */
export interface MeasuredCapture {
  readonly units: number;
  readonly errors: number;
  readonly conditions: Conditions;
  readonly finished: FinishedCapture;
  /** What starting and warming up a service took; 0 where it ran already, or for a batch program. */
  readonly launchSeconds: number;
}

/** Folder for the collector's files of one side. */
export function scratchOf(side: Side, { scratch }: CaptureContext): string {
  return join(scratch, side);
}

/** For messages: `the service of api (head)`. */
export function subject(what: string, side: Side, { plan }: CaptureContext): string {
  return `${what} of ${plan.name} (${side})`;
}

/** Where the collector keeps what it read of both sides' files, for the captures that follow. */
export function collectorCache({ scratch }: Pick<CaptureContext, 'scratch'>): string {
  return join(scratch, 'cache');
}
