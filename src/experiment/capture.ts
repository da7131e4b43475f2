/** One capture of one side, from nothing running to nothing running. */
import { readFileSync } from 'node:fs';
import { type Capture, type Side, sides } from '../bundle/schema.js';
import { cpuProfilePath, offCpuProfilePath } from '../bundle/writer.js';
import { decodeProfile } from '../profile/codec.js';
import { perfMapOwners, removePerfMaps } from '../workload/perfMaps.js';
import { captureBatch } from './batchCapture.js';
import type { CaptureContext } from './context.js';
import { captureService } from './serviceCapture.js';

export interface TakenCapture {
  readonly capture: Capture;
  /** The pprof file, to be moved into the bundle. */
  readonly profileFile: string;
  /** The same for where threads waited; null when that was not captured. */
  readonly offCpuFile: string | null;
}

/**
 * Takes one capture.
 * @param pair     number of its pair, from 1
 * @param position 0 when this side goes first in the pair, 1 when second
 * @throws MeasureError when it could not be taken, the signal's reason when it was aborted; no process is left
 */
export async function takeCapture(
  side: Side,
  pair: number,
  position: 0 | 1,
  context: CaptureContext,
): Promise<TakenCapture> {
  context.signal.throwIfAborted();
  const { plan } = context;
  const isBatch = sides.every((each) => plan.sides[each].batch !== null);
  const began = Date.now();
  const measured = await (isBatch ? captureBatch(side, context) : captureService(side, context));
  removePerfMapsOf(measured.finished.profileFile, began);
  const { profileFile, offCpuFile, summary } = measured.finished;
  return {
    capture: {
      side,
      pair,
      position,
      ...(context.layouts === null ? {} : { layout: context.layouts[side] }),
      units: measured.units,
      errors: measured.errors,
      cpuProfile: cpuProfilePath(plan.name, pair, side),
      ...(offCpuFile === null ? {} : { offCpuProfile: offCpuProfilePath(plan.name, pair, side) }),
      summary,
    },
    profileFile,
    offCpuFile,
  };
}

/**
 * Removes what measured processes that ended before anybody looked, such as the runs of a batch program, left in /tmp.
 * That it was a measured process and not a stranger the profile tells: without a sample of it, its file stays.
 */
function removePerfMapsOf(profileFile: string, since: number): void {
  if (perfMapOwners(since).length === 0) return;
  const { samples } = decodeProfile(readFileSync(profileFile));
  removePerfMaps(new Set(samples.map(({ labels }) => Number(labels.pid))), since);
}
