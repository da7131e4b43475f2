/** One capture of one side, from nothing running to nothing running but the service where that is kept. */
import { readFileSync } from 'node:fs';
import { type Capture, type Side, sides } from '../bundle/schema.js';
import { cpuProfilePath, offCpuProfilePath } from '../bundle/writer.js';
import type { WorkloadPlan } from '../config/plan.js';
import { decodeProfile } from '../profile/codec.js';
import { perfMapOwners, removePerfMaps } from '../workload/perfMaps.js';
import { captureBatch } from './batchCapture.js';
import type { CaptureContext, MeasuredCapture } from './context.js';
import type { Launches } from './launches.js';
import { captureInTurns, captureService, type Launch } from './serviceCapture.js';

export interface TakenCapture {
  readonly capture: Omit<Capture, 'endSeconds'>;
  /** The pprof file, to be moved into the bundle. */
  readonly profileFile: string;
  /** The same for where threads waited; null when that was not captured. */
  readonly offCpuFile: string | null;
}

/** Where a capture stands in the run. */
export interface Place {
  readonly side: Side;
  /** Number of its pair, from 1. */
  readonly pair: number;
  /** 0 when this side goes first in the pair, 1 when second. */
  readonly position: 0 | 1;
}

/**
 * Takes one capture: of the service that is given, or of one that it starts and ends.
 * @throws MeasureError when it could not be taken, the signal's reason when it was aborted
 */
export async function takeCapture(
  place: Place,
  launches: Launches | null,
  context: CaptureContext,
): Promise<TakenCapture> {
  const measured = await measureSide(place.side, launches?.[place.side] ?? null, context);
  return taken(place, measured, launches, context);
}

/**
 * Takes both sides' captures at once while their services, which are left running, are loaded in turns.
 * @param turns whose each turn is
 * @returns in the order of `places`
 * @throws MeasureError as takeCapture
 */
export async function takeBothCaptures(
  places: readonly Place[],
  launching: Promise<Launches>,
  turns: readonly Side[],
  context: CaptureContext,
): Promise<TakenCapture[]> {
  const began = Date.now();
  const measured = await captureInTurns(launching, turns, context);
  for (const { finished } of Object.values(measured)) removePerfMapsOf(finished.profileFile, began, context);
  const launches = await launching;
  return places.map((place) => taken(place, measured[place.side], launches, context));
}

function taken(
  { side, pair, position }: Place,
  { units, errors, conditions, finished }: MeasuredCapture,
  launches: Launches | null,
  { plan, layouts }: CaptureContext,
): TakenCapture {
  const { profileFile, offCpuFile, summary } = finished;
  return {
    capture: {
      side,
      pair,
      position,
      ...(layouts === null ? {} : { layout: layouts[side] }),
      units,
      errors,
      conditions,
      cpuProfile: cpuProfilePath(plan.name, pair, side),
      ...(offCpuFile === null ? {} : { offCpuProfile: offCpuProfilePath(plan.name, pair, side) }),
      ...(launches?.isShared ? { launch: launches.number } : {}),
      summary,
    },
    profileFile,
    offCpuFile,
  };
}

/** Measures one side, as a capture or in the pilot; see takeCapture. */
export async function measureSide(
  side: Side,
  launch: Launch | null,
  context: CaptureContext,
): Promise<MeasuredCapture> {
  context.signal.throwIfAborted();
  const began = Date.now();
  const measured = await (isBatch(context.plan)
    ? captureBatch(side, context)
    : captureService(side, launch, context));
  removePerfMapsOf(measured.finished.profileFile, began, context);
  return measured;
}

/** Whether it is a program that runs to its end. */
export function isBatch(plan: WorkloadPlan): boolean {
  return sides.every((side) => plan.sides[side].batch !== null);
}

/**
 * Removes what measured processes that ended before anybody looked, such as the runs of a batch program, left in /tmp.
 * That it was a measured process and not a stranger the profile tells: without a sample of it, its file stays.
 */
function removePerfMapsOf(profileFile: string, since: number, { plan }: CaptureContext): void {
  // Another profiler's labels are its own affair.
  if (plan.source !== null || perfMapOwners(since).length === 0) return;
  const { samples } = decodeProfile(readFileSync(profileFile));
  removePerfMaps(new Set(samples.map(({ labels }) => Number(labels.pid))), since);
}
