/**
 * GCC's AutoFDO profile, version 2 (gcc/auto-profile.cc), which `-fauto-profile` of GCC 12 reads: words of 32 bits,
 * counts of two of them, the lower first; texts with their length in bytes and a NUL.
 */
import {
  type Body,
  type Dialect,
  lineOf,
  type Position,
  type SampledBinary,
  type SourceProfile,
  sorted,
  sourceProfile,
} from './sourceProfile.js';

export const magic = 0x67636461;
export const version = 2;
export const tags = { names: 0xaa000000, functions: 0xac000000, modules: 0xae000000 };
/** Of a histogram of called functions; read, and not looked at. */
const callHistogram = 7;

/** As GCC 12 names functions in profiles. */
export const gccDialect: Dialect = {
  // As GCC cuts names before it compares them: what follows a dot numbers copies and parts of a function.
  name: (linkageName) => linkageName.replace(/(?<=.)\..*$/s, ''),
  // GCC 12 has none, and takes code with any for code that never runs.
  discriminator: () => ({ base: 0, copies: 1 }),
};

/** @returns the profile; the same samples give the same bytes */
export function gccProfile(binaries: readonly SampledBinary[]): Uint8Array {
  const profile = sourceProfile(binaries, gccDialect);
  const names = namesOf(profile);
  const numbers = new Map(names.map((name, number) => [name, number]));
  const functions = new Words();
  functions.word(profile.size);
  for (const [name, body] of sorted(profile)) {
    functions.count(body.head);
    addBody(functions, numbers, name, body);
  }
  const texts = new Words();
  texts.word(names.length);
  for (const name of names) texts.text(name);

  const whole = new Words();
  whole.words(magic, version, 0);
  whole.section(tags.names, texts);
  whole.section(tags.functions, functions);
  whole.words(tags.modules, 0, 0);
  return whole.bytes;
}

/** Every name in the profile; number 0 is none. */
function namesOf(profile: SourceProfile): string[] {
  const names = new Set<string>();
  const visit = (name: string, { positions, calls }: Body): void => {
    names.add(name);
    for (const { targets } of positions.values()) for (const target of targets.keys()) names.add(target);
    for (const inlined of calls.values()) for (const [called, body] of inlined) visit(called, body);
  };
  for (const [name, body] of profile) visit(name, body);
  return ['', ...[...names].sort()];
}

function addBody(
  words: Words,
  numbers: ReadonlyMap<string, number>,
  name: string,
  { positions, calls }: Body,
): void {
  const inlined = sorted(calls).flatMap(([position, bodies]) =>
    sorted(bodies).map(([called, body]) => ({ position, called, body })),
  );
  words.words(numbers.get(name) as number, positions.size, inlined.length);
  for (const [position, sampled] of sorted(positions)) addPosition(words, numbers, position, sampled);
  for (const { position, called, body } of inlined) {
    words.word(placeOf(position));
    addBody(words, numbers, called, body);
  }
}

function addPosition(
  words: Words,
  numbers: ReadonlyMap<string, number>,
  position: number,
  { count, targets }: Position,
): void {
  words.words(placeOf(position), targets.size);
  words.count(count);
  for (const [target, calls] of sorted(targets)) {
    words.word(callHistogram);
    words.count(numbers.get(target) as number);
    words.count(calls);
  }
}

function placeOf(position: number): number {
  return lineOf(position) * 2 ** 16;
}

/** A growing sequence of little-endian words, as x86-64's own are. */
class Words {
  readonly #parts: Buffer[] = [];

  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  word(value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    this.#parts.push(bytes);
  }

  words(...values: readonly number[]): void {
    for (const value of values) this.word(value);
  }

  count(value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(Math.round(value)));
    this.#parts.push(bytes);
  }

  text(value: string): void {
    const bytes = Buffer.from(`${value}\0`);
    this.word(bytes.length);
    this.#parts.push(bytes);
  }

  section(tag: number, content: Words): void {
    const { bytes } = content;
    this.words(tag, bytes.length);
    this.#parts.push(bytes);
  }
}
