/** Where threads wait, and whether they wait for work or while they do it: what the off-CPU comparison rests on. */
import { createHash } from 'node:crypto';
import { forWork, type ThreadStack } from './forWork.js';
import type { Frame, Profile, Sample } from './model.js';
import { type FunctionIdentity, identify } from './names.js';
import { isSystemLibrary, isWaitWrapper, type WaitKind, waitKind } from './waitKind.js';

/** Functions looked at of a stack, from the outermost on. */
const mostDepth = 256;
/** Callers kept of a path to a wait. */
const mostCallers = 12;
/** Paths kept of a capture, the longest waits; the others count as without a stack. */
const mostPaths = 4000;

/** One way to come to one place to wait. */
export interface WaitPath {
  /** Equal for the same functions in another build or capture. */
  readonly key: string;
  /** The place: the function that waits and the kind of wait. */
  readonly place: WaitPlace;
  /** Who called the function, innermost first. */
  readonly callers: readonly string[];
  readonly nanoseconds: number;
  readonly count: number;
  /** Whether threads wait for work here; null where the stack does not tell. */
  readonly forWork: boolean | null;
}

export interface WaitPlace {
  readonly key: string;
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly kind: WaitKind;
  /** False where no function is known. */
  readonly resolved: boolean;
}

export interface WaitTable {
  readonly paths: readonly WaitPath[];
  /** Blocked time without any stack of the program. */
  readonly untracedNanoseconds: number;
  readonly nanoseconds: number;
}

interface Known extends FunctionIdentity {
  readonly line: number | null;
  readonly rawName: string;
  readonly part: 'system' | 'wrapper' | 'own' | 'program' | 'unknown' | 'marker';
}

/**
 * Reads where threads waited in one capture. A wait belongs to the innermost function of the profiled side's own files;
 * without one, to the innermost that is neither the kernel's, nor the C library's, nor known to only wait for its caller.
 * @param waits the off-CPU profile
 * @param cpu   the CPU profile of the same capture: what threads do when they do not wait
 * @param root  absolute folder the profiled side was built in
 * @param units of work done in the capture
 */
export function waitTable(waits: Profile, cpu: Profile, root: string, units: number): WaitTable {
  const knownWaits = waits.frames.map((frame) => classify(frame, root));
  const knownCpu = cpu.frames.map((frame) => classify(frame, root));
  const paths = new Map<
    string,
    Omit<WaitPath, 'forWork'> & { stacks: (ThreadStack & { kind: WaitKind })[] }
  >();
  let untraced = 0;
  let total = 0;
  for (const sample of waits.samples) {
    const { nanoseconds, count, labels } = sample;
    total += nanoseconds;
    const wait = readWait(sample, knownWaits);
    if (wait === null) {
      untraced += nanoseconds;
      continue;
    }
    const { frames, program, waiter, kind } = wait;
    const place = placeOf(waiter, kind);
    const key = digest(kind, program);
    const callers = program.slice(program.indexOf(waiter) + 1, program.indexOf(waiter) + 1 + mostCallers);
    const path = paths.get(key) ?? {
      key,
      place,
      callers: callers.map(({ name }) => name),
      nanoseconds: 0,
      count: 0,
      stacks: [],
    };
    const isWhole = frames.every(({ part }) => part !== 'marker');
    if (isWhole)
      path.stacks.push({
        functions: outermostFirst(program),
        thread: threadOf(labels),
        nanoseconds,
        count,
        kind,
      });
    paths.set(key, {
      ...path,
      nanoseconds: path.nanoseconds + nanoseconds,
      count: path.count + count,
    });
  }
  const kept = [...paths.values()].sort((a, b) => b.nanoseconds - a.nanoseconds || (a.key < b.key ? -1 : 1));
  for (const { nanoseconds } of kept.splice(mostPaths)) untraced += nanoseconds;
  const decided = forWork(
    kept.flatMap(({ stacks }) => stacks),
    cpuStacks(cpu, knownCpu),
    units,
  );
  return {
    paths: kept.map(({ stacks, ...path }) => ({ ...path, forWork: majority(stacks, decided) })),
    untracedNanoseconds: untraced,
    nanoseconds: total,
  };
}

interface Wait {
  readonly frames: readonly Known[];
  readonly program: readonly Known[];
  readonly waiter: Known;
  readonly kind: WaitKind;
}

/** null without any function of the program. */
function readWait({ stack, labels }: Sample, known: readonly Known[]): Wait | null {
  const frames = stack.map((index) => known[index] as Known);
  const program = frames.filter(isProgram);
  const waiter = program.find(({ part }) => part === 'own') ?? program[0];
  if (waiter === undefined) return null;
  const before = frames.slice(0, frames.indexOf(waiter)).map(({ rawName }) => rawName);
  return { frames, program, waiter, kind: waitKind(before, String(labels.state)) };
}

/**
 * Tells of a sample where its thread waits, by the place's key; null without any function of the program.
 * @param waits the off-CPU profile the samples are of
 * @param root  absolute folder the profiled side was built in
 */
export function placeKeys(waits: Profile, root: string): (sample: Sample) => string | null {
  const known = waits.frames.map((frame) => classify(frame, root));
  return (sample) => {
    const wait = readWait(sample, known);
    return wait === null ? null : placeOf(wait.waiter, wait.kind).key;
  };
}

function isProgram({ part }: Known): boolean {
  return part === 'own' || part === 'program' || part === 'unknown';
}

function classify(frame: Frame, root: string): Known {
  const identity = identify(frame, root);
  const known = { ...identity, line: frame.line || null, rawName: frame.name };
  if (isSystemLibrary(frame.mapping) || frame.mapping.startsWith('[kernel'))
    return { ...known, part: 'system' };
  if (!identity.resolved) {
    return { ...known, part: identity.name.startsWith('[unknown]') ? 'unknown' : 'marker' };
  }
  if (isOwn(identity.file)) return { ...known, part: 'own' };
  return { ...known, part: isWaitWrapper(frame.name) ? 'wrapper' : 'program' };
}

/** Files below the root are named relative to it; other folders' and schemes' are not. */
function isOwn(file: string | null): boolean {
  return file !== null && !/^(\/|\.\.|[a-z][a-z-]+:)|(^|\/)node_modules\//i.test(file);
}

function placeOf({ key, name, file, line, resolved }: Known, kind: WaitKind): WaitPlace {
  return { key: `${kind} ${key}`, name, file, line, kind, resolved };
}

/** Paths of many functions are told apart by a digest, lest a bundle's reader fill its memory with names. */
function digest(kind: WaitKind, program: readonly Known[]): string {
  const hash = createHash('sha256').update(kind);
  for (const { key } of program) hash.update('\0').update(key);
  return hash.digest('base64url').slice(0, 22);
}

function threadOf({ pid, tid }: Profile['samples'][number]['labels']): string {
  return `${pid} ${tid}`;
}

function* cpuStacks({ samples }: Profile, known: readonly Known[]): Generator<ThreadStack> {
  for (const { stack, nanoseconds, count, labels } of samples) {
    const frames = stack.map((index) => known[index] as Known);
    const functions = outermostFirst(frames.filter(isProgram));
    yield { functions, thread: threadOf(labels), nanoseconds, count };
  }
}

function outermostFirst(program: readonly Known[]): string[] {
  return program
    .slice(-mostDepth)
    .map(({ key }) => key)
    .reverse();
}

function majority(stacks: readonly ThreadStack[], forWorkOnes: ReadonlySet<ThreadStack>): boolean | null {
  if (stacks.length === 0) return null;
  let balance = 0;
  for (const stack of stacks) balance += forWorkOnes.has(stack) ? stack.nanoseconds : -stack.nanoseconds;
  return balance > 0;
}
