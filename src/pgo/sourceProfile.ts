/**
 * Samples by source position, as compilers that compile twice want them: for each function how often each of its lines
 * ran, and within it, nested, what was inlined. Method: AutoFDO (Chen, Li, Moseley, CGO 2016), where there is no record of
 * branches: a line ran as often as its hottest instruction. How often instructions ran is told from the samples of all basic
 * blocks of a function first. Callers on the stacks also say where indirect calls led.
 */
import type { Annotation, CodeLocation, CodeSymbol, SourceFrame } from './annotation.js';
import { BlockCounts } from './blockCounts.js';
import { CallTargets } from './callTargets.js';
import { type BinarySamples, elsewhere } from './samples.js';

export interface Position {
  count: number;
  /** What was called there, by name. */
  readonly targets: Map<string, number>;
}

/** A function, or one inlined copy of it. */
export interface Body {
  /** How often it was entered: as often as its first basic block ran. */
  head: number;
  total: number;
  readonly positions: Map<number, Position>;
  readonly calls: Map<number, Map<string, Body>>;
}

export type SourceProfile = ReadonlyMap<string, Body>;

/** How a compiler names functions and tells apart code of one line. */
export interface Dialect {
  readonly name: (linkageName: string) => string;
  /** What of a discriminator the compiler goes by, and into how many copies the code was split. */
  readonly discriminator: (written: number) => { readonly base: number; readonly copies: number };
}

/** One binary with the samples that were taken in it. */
export interface SampledBinary {
  readonly samples: BinarySamples;
  readonly annotation: Annotation;
}

/** Positions are numbered like this: lines are counted from the function's first, in 16 bits. */
const discriminators = 2 ** 16;

export function lineOf(position: number): number {
  return Math.floor(position / discriminators);
}

/** The number of a position. @param line counted from the function's first */
export function positionAt(line: number, discriminator: number): number {
  return (line & 0xffff) * discriminators + discriminator;
}

export function discriminatorOf(position: number): number {
  return position % discriminators;
}

/**
 * Several builds' profiles are added up.
 * @returns counts in thousandths of what samples weigh: microseconds, whatever rate they were taken at
 */
export function sourceProfile(binaries: readonly SampledBinary[], dialect: Dialect): SourceProfile {
  const sum = new Map<string, Body>();
  for (const binary of binaries) {
    for (const [name, body] of new Reader(dialect).read(binary)) merge(bodyOf(sum, name), body);
  }
  return sum;
}

class Reader {
  readonly #functions = new Map<string, Body>();

  constructor(private readonly dialect: Dialect) {}

  read({ samples, annotation: { symbols, locations } }: SampledBinary): SourceProfile {
    const { stacks } = samples;
    const oneSample = samples.weight / 1000 / Math.max(1, samples.samples);
    const counts = new Map<number, number>();
    for (const { addresses, weight } of stacks) {
      const leaf = addresses[0] as number;
      if (leaf !== elsewhere) counts.set(leaf, (counts.get(leaf) ?? 0) + weight / 1000);
    }
    const entries = new Map(symbols.map((symbol) => [symbol, this.#addSymbol(symbol, counts, oneSample)]));
    const calls = new CallTargets(locations);
    for (const stack of stacks) calls.add(stack);
    for (const { call, callee, weight } of calls.shared(entries))
      this.#addTarget(call, callee, weight / 1000);
    for (const body of this.#functions.values()) settleTotal(body);
    return this.#functions;
  }

  /** @returns how often it was entered */
  #addSymbol(symbol: CodeSymbol, counts: ReadonlyMap<number, number>, oneSample: number): number {
    const isSampled = symbol.locations.some(({ address }) => counts.has(address));
    const blocks = new BlockCounts(symbol, counts, oneSample);
    // Not as often as the line it begins with: where that is a loop's, compilers would take the loop for one that runs once.
    // Nor never: then they would take the function for one that is not called.
    const entered = Math.max(blocks.at(symbol.address), blocks.leastAt(symbol.address));
    if (!isSampled) return entered;
    for (const location of symbol.locations) {
      this.#addCount(location, counts.get(location.address) ?? 0, blocks.at(location.address));
    }
    const body = this.#functions.get(this.dialect.name(symbol.name));
    if (body !== undefined) body.head = Math.max(body.head, entered);
    return entered;
  }

  #addCount({ symbol, frames }: CodeLocation, weight: number, runs: number): void {
    const innermost = frames[0];
    // Without a line for its own function a symbol has nothing to say.
    if (innermost === undefined || frames.at(-1)?.function.startLine === 0) return;
    const { copies } = this.dialect.discriminator(innermost.discriminator);
    let body = bodyOf(this.#functions, this.dialect.name(symbol.name));
    body.total += weight * copies;
    for (let at = frames.length - 1; at >= 0; at--) {
      const position = this.#position(frames[at] as SourceFrame);
      if (position === null) return;
      const inlined = frames[at - 1];
      if (inlined === undefined) {
        const known = positionOf(body, position);
        known.count = Math.max(known.count, runs * copies);
        return;
      }
      body = bodyOf(callsOf(body, position), this.dialect.name(inlined.function.name));
      body.total += weight * copies;
    }
  }

  /** Only where the calling function has samples itself: a function all of zeros would be taken for one that never runs. */
  #addTarget({ symbol, frames }: CodeLocation, callee: CodeSymbol, weight: number): void {
    let body = this.#functions.get(this.dialect.name(symbol.name));
    for (let at = frames.length - 1; at >= 0 && body !== undefined; at--) {
      const position = this.#position(frames[at] as SourceFrame);
      if (position === null) return;
      const inlined = frames[at - 1];
      if (inlined === undefined) {
        const { targets } = positionOf(body, position);
        const name = this.dialect.name(callee.name);
        targets.set(name, (targets.get(name) ?? 0) + weight);
      } else {
        body = body.calls.get(position)?.get(this.dialect.name(inlined.function.name));
      }
    }
  }

  /** null where the line is the compiler's own, or where the function begins is not known. */
  #position({ function: { startLine }, line, discriminator }: SourceFrame): number | null {
    if (line === 0 || startLine === 0) return null;
    const { base } = this.dialect.discriminator(discriminator);
    return positionAt(line - startLine, base);
  }
}

/** The body of that name, new where there is none yet. */
export function bodyOf(bodies: Map<string, Body>, name: string): Body {
  const known = bodies.get(name);
  if (known !== undefined) return known;
  const body: Body = { head: 0, total: 0, positions: new Map(), calls: new Map() };
  bodies.set(name, body);
  return body;
}

export function callsOf({ calls }: Body, position: number): Map<string, Body> {
  const known = calls.get(position) ?? new Map<string, Body>();
  calls.set(position, known);
  return known;
}

export function positionOf({ positions }: Body, position: number): Position {
  const known = positions.get(position) ?? { count: 0, targets: new Map<string, number>() };
  positions.set(position, known);
  return known;
}

/** No less than what its lines and inlined calls add up to: LLVM inlines what has a high total. */
function settleTotal(body: Body): number {
  let sum = 0;
  for (const { count } of body.positions.values()) sum += count;
  for (const inlined of body.calls.values())
    for (const called of inlined.values()) sum += settleTotal(called);
  body.total = Math.max(body.total, sum);
  return body.total;
}

function merge(into: Body, from: Body): void {
  into.head += from.head;
  into.total += from.total;
  for (const [position, { count, targets }] of from.positions) {
    const known = positionOf(into, position);
    known.count += count;
    for (const [name, weight] of targets) known.targets.set(name, (known.targets.get(name) ?? 0) + weight);
  }
  for (const [position, calls] of from.calls) {
    for (const [name, body] of calls) merge(bodyOf(callsOf(into, position), name), body);
  }
}

/** Entries of a map by key, so that the same profile gives the same bytes. */
export function sorted<Key extends number | string, Value>(map: ReadonlyMap<Key, Value>): [Key, Value][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
