/** Reads GCC's AutoFDO profile, version 2: see ../gcc.ts. */
import { magic, tags, version } from '../gcc.js';
import { type Body, bodyOf, callsOf, positionAt, positionOf, type SourceProfile } from '../sourceProfile.js';

const what = "profile in GCC's AutoFDO format";
/** Inlined calls within one another. */
const deepest = 128;

/**
 * @returns empty when there is nothing in it
 * @throws Error saying what is wrong
 */
export function readGcc(bytes: Uint8Array): SourceProfile {
  const words = new Words(bytes);
  if (bytes.length === 0 || words.next() !== magic)
    throw new Error(`no ${what}: it begins with something else`);
  const written = words.next();
  if (written !== version)
    throw new Error(`a ${what} of version ${written}; GCC 12 reads version ${version}`);
  words.next();
  words.expect(tags.names, 'names');
  const names = Array.from({ length: words.count(4) }, () => words.text());
  words.expect(tags.functions, 'functions');
  const profile = new Map<string, Body>();
  for (let rest = words.count(12); rest > 0; rest--) {
    const head = words.long();
    readBody(words, names, profile, 0).head += head;
  }
  return profile;
}

function readBody(words: Words, names: readonly string[], into: Map<string, Body>, depth: number): Body {
  if (depth > deepest)
    throw new Error(`no ${what}: it has more than ${deepest} inlined calls within one another`);
  const body = bodyOf(into, nameOf(names, words.next()));
  const positions = words.count(16);
  const calls = words.count(12);
  const before = sumOf(body);
  for (let rest = positions; rest > 0; rest--) {
    const position = words.place();
    const targets = words.count(20);
    const sampled = positionOf(body, position);
    sampled.count += words.long();
    for (let each = targets; each > 0; each--) {
      words.next();
      const name = nameOf(names, words.long());
      sampled.targets.set(name, (sampled.targets.get(name) ?? 0) + words.long());
    }
  }
  for (let rest = calls; rest > 0; rest--) {
    readBody(words, names, callsOf(body, words.place()), depth + 1);
  }
  // The format has no totals.
  body.total += sumOf(body) - before;
  return body;
}

function sumOf({ positions, calls }: Body): number {
  let sum = 0;
  for (const { count } of positions.values()) sum += count;
  for (const bodies of calls.values()) for (const { total } of bodies.values()) sum += total;
  return sum;
}

function nameOf(names: readonly string[], number: number): string {
  const name = names[number];
  if (name === undefined) throw new Error(`no ${what}: it refers to name ${number} of ${names.length}`);
  return name;
}

/** Words of 32 bits, one after the other. */
class Words {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  next(): number {
    return this.#take(4).readUInt32LE();
  }

  long(): number {
    const low = this.next();
    return this.next() * 2 ** 32 + low;
  }

  /** How many things follow, of at least so many bytes each. */
  count(bytes: number): number {
    const count = this.next();
    if (count * bytes > this.#bytes.length - this.#at) throw cutOff();
    return count;
  }

  place(): number {
    const place = this.next();
    return positionAt(place >>> 16, place & 0xffff);
  }

  text(): string {
    return this.#take(this.next()).toString('utf8').replace(/\0$/, '');
  }

  expect(tag: number, section: string): void {
    if (this.next() !== tag) throw new Error(`no ${what}: its ${section} are not where they should be`);
    this.next();
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw cutOff();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

function cutOff(): Error {
  return new Error(`the ${what} is cut off`);
}
