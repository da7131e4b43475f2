/** One line a capture. */
import type { Capture } from '../bundle/schema.js';

/** What is known when a capture has ended. */
export interface Standing {
  readonly workload: string;
  readonly capture: Capture;
  readonly mostPairs: number;
  /** Seconds measuring will take at most from now; null before the first pair is complete. */
  readonly secondsLeft: number | null;
}

/** E.g. `api  pair  3/60  head  12,345 units  81.2 µs CPU/unit  at most 4m10s left`. */
export function progressLine({ workload, capture, mostPairs, secondsLeft }: Standing): string {
  const { units, errors, pair, side, summary } = capture;
  const parts = [
    workload,
    `pair ${String(pair).padStart(String(mostPairs).length)}/${mostPairs}`,
    side,
    `${units.toLocaleString('en')} units`,
    units > 0 ? `${formatDuration(summary.cpuNanoseconds / units)} CPU/unit` : 'no unit of work done',
  ];
  if (errors > 0) parts.push(`${errors.toLocaleString('en')} errors`);
  if (secondsLeft !== null) parts.push(`at most ${formatSeconds(secondsLeft)} left`);
  return parts.join('  ');
}

/** Three significant digits and the unit that suits. */
function formatDuration(nanoseconds: number): string {
  const [divisor, unit] =
    nanoseconds >= 1e9
      ? [1e9, 's']
      : nanoseconds >= 1e6
        ? [1e6, 'ms']
        : nanoseconds >= 1e3
          ? [1e3, 'µs']
          : [1, 'ns'];
  return `${(nanoseconds / (divisor as number)).toPrecision(3)} ${unit}`;
}

function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
}
