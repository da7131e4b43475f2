/** Which files lack symbols or end stacks, and which runtime did not describe its code: what makes a cure specific. */
import type { causes } from '../../bundle/causes.js';
import type { Side } from '../../bundle/schema.js';
import { type Panel, sumOfFirst } from '../captures/panel.js';

const mostNamed = 3;

/** Binaries that generate code, by their names. */
const runtimes: readonly (readonly [runtime: string, binary: RegExp])[] = [
  ['java', /\((?:libjvm\.so|java)\)$/],
  ['dotnet', /\((?:libcoreclr\.so|libclrjit\.so|dotnet)\)$/],
  ['node', /\((?:node|nodejs|libnode\.so[^)]*)\)$/],
  ['python', /\((?:lib)?python3?[^)]*\)$/],
];

/**
 * @param cause of that kind: see native/src/profile/causes.def
 * @param n     the side's pairs in the panel
 * @returns files by the samples that lack something because of them, largest first; of generated code the one runtime there is
 */
export function whereMissing(
  kind: keyof typeof causes,
  cause: string,
  panel: Panel,
  n: number,
  side: Side,
): string[] {
  if (kind === 'incomplete') return breakingFiles(cause, panel, n, side).map(([file]) => file);
  if (cause === 'anonymous_memory' || cause === 'map_stale') return runtimeOf(panel, n, side);
  if (cause !== 'no_symbol' && cause !== 'file_unreadable') return [];
  const files = panel.rows.flatMap(({ key, resolved, [side]: cells }): [string, number][] => {
    const file = resolved ? undefined : /^\[unknown\] \((.+)\)$/.exec(key)?.[1];
    const samples = sumOfFirst(cells.counts, n);
    return file === undefined || isNoFile(file) || samples === 0 ? [] : [[file, samples]];
  });
  return largest(files).map(([file]) => file);
}

/**
 * Files in which stacks break off for a cause, and how many of them; the largest first, no more than are named.
 * @param n the side's pairs in the panel
 */
export function breakingFiles(
  cause: string,
  { breaks }: Panel,
  n: number,
  side: Side,
): [file: string, samples: number][] {
  const sums = new Map<string, number>();
  for (const one of breaks[side].slice(0, n).flat()) {
    if (one.cause === cause) sums.set(one.file, (sums.get(one.file) ?? 0) + one.samples);
  }
  return largest(sums);
}

function largest(files: Iterable<[file: string, samples: number]>): [file: string, samples: number][] {
  return [...files].sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1)).slice(0, mostNamed);
}

/** What the collector puts in brackets where there is no file. */
function isNoFile(name: string): boolean {
  return /^(?:no mapping|process gone|kernel|anonymous executable memory|\[.*\])$/.test(name);
}

/** Several may be in one program (a JVM that calls Python): then none is named. */
function runtimeOf(panel: Panel, n: number, side: Side): string[] {
  const found = runtimes.filter(([, binary]) =>
    panel.rows.some(({ key, [side]: cells }) => binary.test(key) && sumOfFirst(cells.counts, n) > 0),
  );
  return found.length === 1 ? found.map(([runtime]) => runtime) : [];
}
