/** What is said of a capture whose samples another profiler took. */
import type { CaptureSummary, SourceFormat } from '../../bundle/summary.js';
import { MeasureError } from '../../errors.js';
import type { ForeignProfile } from './profile.js';

/** With fewer samples expected of a capture, none may be chance. */
const surelySampled = 20;
/** Samples of a second of CPU time that any profiler takes. */
const fewestHz = 20;

/** What a format leaves out besides waiting. */
const missing: Readonly<Record<SourceFormat, string>> = {
  pprof: '',
  collapsed: ' Neither are files and lines: which functions the change touched cannot be told.',
  perf_script: ' Neither are files and lines: which functions the change touched cannot be told.',
  perf_data: ' Neither are files and lines: which functions the change touched cannot be told.',
};

/**
 * The collector's account of CPU time with another profiler's samples.
 * @throws MeasureError when there are none of a program that ran
 */
export function summaryWith(
  counted: CaptureSummary,
  profile: ForeignProfile,
  format: SourceFormat,
  what: string,
): CaptureSummary {
  const { samples, periodNanoseconds, lost, unreadable, truncated } = profile;
  const { cpuNanoseconds } = counted;
  const rate = periodNanoseconds === null ? fewestHz : 1e9 / periodNanoseconds;
  if (samples === 0 && (cpuNanoseconds / 1e9) * rate > surelySampled) {
    throw new MeasureError(
      `${what} has no samples, and the process took ${(cpuNanoseconds / 1e9).toFixed(1)} s of CPU time: it was taken of another process, or at another time than the load`,
    );
  }
  const measured = periodNanoseconds ?? cpuNanoseconds / Math.max(1, samples);
  return {
    ...counted,
    event: profile.event,
    rateHz: Math.max(1, Math.round(1e9 / Math.max(1, measured))),
    fixedPeriod: true,
    unit: 'nanoseconds',
    samples,
    weight: Math.round(profile.nanoseconds ?? cpuNanoseconds),
    lost: {
      ...(lost > 0 ? { ring_full: lost } : {}),
      ...(unreadable > 0 ? { unreadable_record: unreadable } : {}),
    },
    truncated,
    source: { format, isTimed: profile.nanoseconds !== null },
    limits: [
      ...counted.limits,
      `Samples are ${format}'s: where threads wait is not in them.${missing[format]}`,
    ],
  };
}
