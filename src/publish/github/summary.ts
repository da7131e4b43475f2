/** The job summary: what a person sees on the run's page. */
import { appendFileSync, statSync } from 'node:fs';

/** GitHub drops a step's summary that has more bytes. */
export const maxSummaryBytes = 1024 * 1024;

/**
 * Appends to the step's summary file; the limit counts bytes, and what the step wrote before.
 * @param write the text in at most so many bytes
 */
export function publishSummary(file: string | null, write: (maxBytes: number) => string): void {
  if (file === null) throw new Error('the runner has no job summaries (GITHUB_STEP_SUMMARY is not set)');
  const room = maxSummaryBytes - (statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  const text = write(room);
  if (Buffer.byteLength(text) > room) throw new Error(`${room} bytes are left of the job summary's 1 MiB`);
  appendFileSync(file, text);
}
