/** One line a capture. */
import type { Capture } from '../bundle/schema.js';

/** Seconds from now until a verdict is possible, and until measuring ends in any case. */
export interface Eta {
  readonly earliest: number;
  readonly latest: number;
}

/** What is known when a capture has ended. */
export interface Standing {
  readonly workload: string;
  readonly capture: Capture;
  readonly mostPairs: number;
  readonly eta: Eta;
}

/** E.g. `api  pair  3/60  head  12,345 units  81.2 µs CPU/unit  verdict in 40s to 4m10s`. */
export function progressLine({ workload, capture, mostPairs, eta }: Standing): string {
  const { units, errors, pair, side, summary } = capture;
  const parts = [
    workload,
    `pair ${String(pair).padStart(String(mostPairs).length)}/${mostPairs}`,
    side,
    `${units.toLocaleString('en')} units`,
    units > 0 ? `${formatDuration(summary.cpuNanoseconds / units)} CPU/unit` : 'no unit of work done',
  ];
  if (errors > 0) parts.push(`${errors.toLocaleString('en')} errors`);
  const [earliest, latest] = [formatSeconds(eta.earliest), formatSeconds(eta.latest)];
  parts.push(earliest === latest ? `verdict in ${latest}` : `verdict in ${earliest} to ${latest}`);
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

/** E.g. `4m10s`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
}
