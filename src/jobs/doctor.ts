/** What this machine allows, and what would allow more. */
import { openCollector } from '../capture/collector.js';
import { type DoctorReport, readDoctor } from '../capture/doctor.js';

/** @throws MeasureError when the collector itself cannot be run */
export async function examine(): Promise<DoctorReport> {
  return readDoctor(await openCollector());
}
