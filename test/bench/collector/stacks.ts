/** Stacks of any profiler in one form, and the one rule by which a stack is complete. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { readMessage, toId, toNumber } from '../../../src/profile/wire.js';
import { elfFunctions } from './elf-functions.js';

/** One frame: where it is and what the profiler calls it. */
interface Place {
  readonly name: string;
  /** File it lies in; another text for what is no file. */
  readonly file: string;
  /** As linked, or an offset in the file; within the call for a caller. */
  readonly address: number;
  readonly addressIs: 'linked' | 'offset';
}

export interface Stack {
  /** Leaf first. A function of a file is its file and start, the same for every profiler; `kernel` is all of the kernel. */
  readonly functions: readonly string[];
  readonly isComplete: boolean;
  readonly count: number;
}

const rootNames =
  /^(_start|_start_c|__libc_start_(main|call_main)\w*|start_thread|(__)?clone3?|runtime\.(goexit|rt0_go|mcall|mstart0?)|_rt0_amd64(_linux)?)(\.abi0)?$/;

const asIs = new Map<string, string>();
/** /proc/PID/maps has no symbolic links, but a profiler may print them. */
function realFile(file: string): string {
  let real = asIs.get(file);
  if (real === undefined) {
    real = existsSync(file) ? realpathSync(file) : file;
    asIs.set(file, real);
  }
  return real;
}

async function identify(place: Place): Promise<{ id: string; isRoot: boolean }> {
  const isNamedRoot = rootNames.test(place.name);
  if (!place.file.startsWith('/')) return { id: place.file, isRoot: isNamedRoot };
  const file = realFile(place.file);
  const elf = await elfFunctions(file);
  const address = place.addressIs === 'linked' ? place.address : elf.linked(place.address);
  const found = elf.find(address);
  const id = found ? `${file}+${found.start.toString(16)}` : `${file}:${place.name}`;
  return { id, isRoot: isNamedRoot || (found?.isRoot ?? false) };
}

async function toStack(places: readonly Place[], count: number): Promise<Stack> {
  const identified = await Promise.all(places.map(identify));
  const functions = identified
    .map(({ id }) => id)
    .filter((id, at, all) => id !== 'kernel' || all[at - 1] !== id);
  return { functions, isComplete: identified.at(-1)?.isRoot ?? false, count };
}

/** The stacks of a pprof file as the collector writes it. */
export async function readPprof(file: string): Promise<Stack[]> {
  const message = readMessage(readFileSync(file));
  const text = (index: unknown): string => message.stringTable[toNumber(index as number)] ?? '';
  const files = new Map(message.mapping.map(({ id, filename }) => [toId(id), text(filename)]));
  const names = new Map(message.function.map(({ id, systemName }) => [toId(id), text(systemName)]));
  const places = new Map(
    message.location.map(({ id, mappingId, address, line }): [number | bigint, Place] => {
      const mapping = files.get(toId(mappingId)) ?? '';
      const name = names.get(toId(line?.at(-1)?.functionId)) ?? '';
      const inKernel = mapping === '[kernel.kallsyms]';
      // What stands for frames that are missing has no mapping: its name keeps it apart.
      const where = inKernel
        ? 'kernel'
        : mapping === ''
          ? name
          : mapping.startsWith('/')
            ? mapping
            : 'generated';
      return [toId(id), { name, file: where, address: toNumber(address), addressIs: 'linked' }];
    }),
  );
  return Promise.all(
    message.sample.map(({ locationId, value }) =>
      toStack(
        (locationId ?? []).flatMap((id) => places.get(toId(id)) ?? []),
        toNumber(value?.[0]),
      ),
    ),
  );
}

/** One line of a stack; perf prints offsets in files. */
function perfPlace(line: string): Place | null {
  const match = /^\s+([0-9a-f]+) (.*) \(([^()]*)\)$/.exec(line);
  if (!match) return null;
  const [, address, name, file] = match as unknown as [string, string, string, string];
  const inKernel = BigInt(`0x${address}`) >= 1n << 63n;
  return {
    name,
    // perf calls memory without a file by the map that would name its functions, whether there is one or not.
    file: inKernel
      ? 'kernel'
      : /^\/[^/]/.test(file) && !/^\/tmp\/perf-\d+\.map$/.test(file)
        ? file
        : 'generated',
    address: inKernel ? 0 : Number.parseInt(address, 16),
    addressIs: 'offset',
  };
}

/** The lines of one stack. Of a caller perf may print where it is returned to, which can be the next function. */
function perfPlaces(lines: readonly string[]): Place[] {
  const places = lines.flatMap((line) => perfPlace(line) ?? []);
  const leaf = places.findIndex(({ file }) => file !== 'kernel');
  return places.map((place, at) =>
    at > leaf && leaf >= 0 ? { ...place, address: place.address - 1 } : place,
  );
}

/** The stacks of `perf script -F comm,pid,tid,ip,sym,dso`. */
export function readPerfScript(output: string): Promise<Stack[]> {
  const counted = new Map<string, number>();
  for (const sample of output.split('\n\n')) {
    const [, ...lines] = sample.trim().split('\n');
    const body = lines.join('\n');
    if (sample.trim() !== '') counted.set(body, (counted.get(body) ?? 0) + 1);
  }
  return Promise.all([...counted].map(([body, count]) => toStack(perfPlaces(body.split('\n')), count)));
}

/** Samples that were taken without their stacks: a line each. */
export function countPerfScript(output: string): Stack[] {
  const count = output.split('\n').filter((line) => line.trim() !== '').length;
  return [{ functions: [], isComplete: false, count }];
}

/** How many samples there are, and how many of them reach a thread's beginning. */
export function completeness(stacks: readonly Stack[]): { samples: number; complete: number } {
  let samples = 0;
  let complete = 0;
  for (const { count, isComplete } of stacks) {
    samples += count;
    if (isComplete) complete += count;
  }
  return { samples, complete };
}
