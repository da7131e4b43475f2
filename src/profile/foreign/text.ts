/** What readers of other profilers' texts have in common. */
import type { Profile } from '../model.js';

/** Characters of a frame as written up to which it is remembered, and by 50 how many are. */
const mostWritten = 1000;

/** What a text says of CPU time. */
export interface TextProfile {
  readonly profile: Profile;
  /** What was sampled, e.g. `cpu-clock`. */
  readonly event: string;
  /** Nanoseconds of CPU time between two samples; null when the text does not say. */
  readonly periodNanoseconds: number | null;
  readonly samples: number;
  /** Samples whose outermost callers are not there. */
  readonly truncated: number;
  /** Samples of which the text says that they were lost. */
  readonly lost: number;
  /** Lines that are no part of the format. */
  readonly unreadable: number;
}

/** Reads a text line by line; lines may be cut. */
export interface TextReader {
  /** @throws Error when there is more than any program has */
  line(text: string): void;
  /** @throws Error when it was no such text */
  end(): TextProfile;
}

/** Numbers of frames as a text writes them, which are the same thousands of times; only the first and the usual ones. */
export class WrittenFrames<Value> {
  readonly #known = new Map<string, Value>();

  constructor(private readonly read: (written: string) => Value) {}

  get(written: string): Value {
    const known = this.#known.get(written);
    if (known !== undefined) return known;
    const value = this.read(written);
    if (written.length < mostWritten && this.#known.size < mostWritten * 50) {
      this.#known.set(copied(written), value);
    }
    return value;
  }
}

/** The same text: engines let a part of one keep the whole of it in memory. */
export function copied(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** Lines that cannot be read, with the first of them for a message. */
export class Unreadable {
  lines = 0;
  #first = '';
  #number = 0;

  add(number: number, text: string): void {
    if (this.lines++ > 0) return;
    this.#first = text.slice(0, 80);
    this.#number = number;
  }

  /** @throws Error when nothing of the text could be read, or most of it could not */
  check(readable: number, what: string, expected: string): void {
    if (this.lines <= readable && readable > 0) return;
    const where = this.lines > 0 ? `: line ${this.#number} is ${JSON.stringify(this.#first)}` : '';
    const problem = readable === 0 ? 'it has no' : 'most of it is no';
    throw new Error(`${problem} ${what}${where}; expected ${expected}`);
  }
}
