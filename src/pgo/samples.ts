/** Captures' samples as a compiler's profile needs them: stacks of addresses in one binary. */
import { costReader } from '../profile/values.js';
import { type Integer, type Message, toId, toNumber } from '../profile/wire.js';

/** Stands for frames that lie elsewhere: in the kernel, in a library, in generated code, nowhere. */
export const elsewhere = -1;

export interface AddressStack {
  /** Leaf first: addresses as the binary is linked, of callers one within the call; `elsewhere` for any others between. */
  readonly addresses: readonly number[];
  readonly samples: number;
  /** Nanoseconds of CPU time, or how often the sampled event occurred. */
  readonly weight: number;
}

export interface BinarySamples {
  /** Every distinct stack with an address in the binary, in an order that depends on the stacks alone. */
  readonly stacks: readonly AddressStack[];
  /** Samples that were taken in the binary itself, and what they weigh. */
  readonly samples: number;
  readonly weight: number;
}

/** A file that samples lie in. */
export interface MappedFile {
  readonly path: string;
  readonly buildId: string;
}

/** Adds up the samples of many captures that lie in the binary with one build id. */
export class SampleSum {
  readonly #stacks = new Map<string, { addresses: number[]; samples: number; weight: number }>();
  #samples = 0;
  #weight = 0;

  constructor(readonly buildId: string) {}

  /**
   * @returns how many of the profile's samples were taken in the binary
   * @throws Error naming the record that is wrong; the profile may come from elsewhere
   */
  add(message: Message): number {
    const addressOf = addressReader(message, this.buildId);
    const cost = costReader(message, textReader(message));
    const before = this.#samples;
    for (const { locationId, value } of message.sample) {
      const addresses = withoutOutside((locationId ?? []).map(addressOf));
      if (addresses.length === 0) continue;
      const { count, nanoseconds } = cost((value ?? []).map(toNumber));
      if (![count, nanoseconds].every((value) => Number.isSafeInteger(value) && value >= 0)) {
        throw new Error(`a sample has the values ${count} and ${nanoseconds}; expected 0 to 2^53`);
      }
      if (nanoseconds === 0) continue;
      if (addresses[0] !== elsewhere) {
        this.#samples += count;
        this.#weight += nanoseconds;
      }
      this.#addStack(addresses, count, nanoseconds);
    }
    return this.#samples - before;
  }

  /** Taken in the binary so far. */
  get samples(): number {
    return this.#samples;
  }

  sum(): BinarySamples {
    const sorted = [...this.#stacks].sort(([a], [b]) => (a < b ? -1 : 1));
    return { stacks: sorted.map(([, stack]) => stack), samples: this.#samples, weight: this.#weight };
  }

  #addStack(addresses: number[], samples: number, weight: number): void {
    const key = addresses.map((address) => address.toString(16)).join(' ');
    const known = this.#stacks.get(key);
    if (known === undefined) {
      this.#stacks.set(key, { addresses, samples, weight });
    } else {
      known.samples += samples;
      known.weight += weight;
    }
  }
}

/** The files a profile has samples in, the program first. @throws Error when the profile is broken */
export function mappedFiles(message: Message): MappedFile[] {
  const text = textReader(message);
  return message.mapping.map(({ filename, buildId }) => ({ path: text(filename), buildId: text(buildId) }));
}

type Index = Integer | number | null | undefined;

function textReader({ stringTable }: Message): (index: Index) => string {
  return (index) => {
    const found = stringTable[toNumber(index)];
    if (found === undefined)
      throw new Error(`string ${index} does not exist: the table has ${stringTable.length}`);
    return found;
  };
}

/** The address of a location where it lies in the binary. */
function addressReader(message: Message, buildId: string): (location: Integer) => number {
  const text = textReader(message);
  const ours = new Set(
    message.mapping.filter((mapping) => text(mapping.buildId) === buildId).map(({ id }) => toId(id)),
  );
  const addresses = new Map(
    message.location.map(({ id, mappingId, address }) => [
      toId(id),
      ours.has(toId(mappingId)) ? toNumber(address) : elsewhere,
    ]),
  );
  return (location) => {
    const address = addresses.get(toId(location));
    if (address === undefined)
      throw new Error(`a sample refers to location ${location}, which does not exist`);
    return address;
  };
}

/** Several frames elsewhere are like one; those that called the binary's outermost function say nothing. */
function withoutOutside(addresses: readonly number[]): number[] {
  const kept = addresses.filter((address, at) => address !== elsewhere || addresses[at - 1] !== elsewhere);
  if (kept.at(-1) === elsewhere) kept.pop();
  return kept;
}
