/** Keys of a workload that need or exclude each other. */
import type { WorkloadConfig } from './schema.js';
import { sourceOf } from './source.js';

/** What is wrong with a workload as a whole; null when nothing is. */
export function combinationError(workload: WorkloadConfig): string | null {
  const { batch, start, load, ready, units } = workload;
  const source = sourceError(workload);
  if (source !== null) return source;
  if (batch !== undefined) {
    const excluded = Object.entries({ start, load, ready, units }).find(([, value]) => value !== undefined);
    return excluded === undefined
      ? null
      : `batch and ${excluded[0]} exclude each other: a batch program is its own load, one run is one unit`;
  }
  if (start === undefined)
    return 'a workload needs start: (a service) or batch: (a program that runs to its end)';
  if (load === undefined) return 'a service needs load: what exercises it';
  if (ready === undefined)
    return 'a service needs ready: a URL, tcp:HOST:PORT or log:REGEX that tells when it answers';
  return unitsError(workload);
}

/** Who writes another profiler's profile, and when. */
function sourceError({ source, batch, capture }: WorkloadConfig): string | null {
  if (source === undefined) return null;
  const from = sourceOf(source).from;
  const isUrl = /^https?:/i.test(from);
  const set = (['event', 'rate', 'off_cpu'] as const).find((key) => capture?.[key] !== undefined);
  if (set !== undefined && capture?.[set] !== false) {
    return `capture.${set} and source exclude each other: samples are the other profiler's`;
  }
  if (batch !== undefined) {
    const isWritten = from === '${OUTPUT}' && source.command === undefined && batch.includes('OUTPUT');
    return isWritten
      ? null
      : 'the source of a batch program is the file that each of its runs writes: name ${OUTPUT} in both, as batch: ./encode -cpuprofile ${OUTPUT} and source: { pprof: "${OUTPUT}" }';
  }
  if (isUrl && source.command !== undefined) {
    return 'source has a URL and a command: a URL is fetched, a file is written by the command; leave one of them out';
  }
  if (!isUrl && source.command === undefined) {
    return 'source has a file and no command: say with command: what writes it while the load runs';
  }
  return null;
}

function unitsError({ units, load }: WorkloadConfig): string | null {
  if (units && 'counter' in units) {
    return (units.regex === undefined) === (units.json === undefined)
      ? 'units.counter needs one of regex: and json: to find the number in its answer'
      : null;
  }
  const countsItself = typeof load === 'object' && 'http' in load;
  if (countsItself && units)
    return 'the built-in HTTP load counts its own units; remove units:, or count with { counter: URL }';
  return countsItself || units ? null : 'a load command needs units: where it prints how much it did';
}
