/** Adds up stacks of names out of a text that may hold anything: memory is bounded by what programs have, not by the text. */
import type { Frame, Profile, Sample } from '../model.js';
import { shorten, unknownName } from '../names.js';
import { copied } from './text.js';

/** Bounds of one profile; the largest programs have some 100,000 functions. */
export interface StackLimits {
  readonly frames: number;
  /** Characters of all names together. */
  readonly characters: number;
  readonly stacks: number;
  /** Frames of all distinct stacks together. */
  readonly stackFrames: number;
}

export const usualStackLimits: StackLimits = {
  frames: 1_000_000,
  characters: 64_000_000,
  stacks: 400_000,
  stackFrames: 8_000_000,
};

/** Deeper stacks keep so many of their innermost frames. */
const deepest = 1024;

interface Sum {
  readonly stack: readonly number[];
  count: number;
  nanoseconds: number;
}

export class StackSum {
  readonly #frames: Frame[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #sums = new Map<string, Sum>();
  #characters = 0;
  #stackFrames = 0;
  /** Samples so far, and those of them whose stacks were too deep. */
  samples = 0;
  truncated = 0;

  constructor(private readonly limits: StackLimits = usualStackLimits) {}

  /**
   * The number of a function.
   * @param name    empty when it is not known
   * @param mapping the file its code is in; empty when that is not known
   * @throws Error when there are too many
   */
  frame(name: string, mapping: string): number {
    const shown = copied(shorten(name)) || unknownName(mapping);
    const home = copied(shorten(mapping));
    const identity = `${shown}\n${home}`;
    const known = this.#numbers.get(identity);
    if (known !== undefined) return known;
    this.#characters += identity.length;
    if (this.#frames.length === this.limits.frames || this.#characters > this.limits.characters) {
      throw new Error(
        `it has more than ${this.limits.frames} different functions or ${this.limits.characters} characters of names: no program has`,
      );
    }
    this.#numbers.set(identity, this.#frames.length);
    return this.#frames.push({ name: shown, systemName: shown, file: '', line: 0, mapping: home }) - 1;
  }

  /**
   * @param stack numbers of functions, innermost first
   * @throws Error when there are too many different ones
   */
  add(stack: readonly number[], count: number, nanoseconds: number): void {
    const kept = stack.length > deepest ? [...stack.slice(0, deepest), this.frame('[truncated]', '')] : stack;
    if (kept !== stack) this.truncated += count;
    this.samples += count;
    const identity = kept.join();
    const sum = this.#sums.get(identity);
    if (sum !== undefined) {
      sum.count += count;
      sum.nanoseconds += nanoseconds;
      return;
    }
    this.#stackFrames += kept.length;
    if (this.#sums.size === this.limits.stacks || this.#stackFrames > this.limits.stackFrames) {
      throw new Error(
        `it has more than ${this.limits.stacks} different stacks or ${this.limits.stackFrames} frames in them: profile a shorter time, or fewer processes`,
      );
    }
    this.#sums.set(identity, { stack: [...kept], count, nanoseconds });
  }

  profile(periodNanoseconds: number): Profile {
    return {
      frames: this.#frames,
      samples: [...this.#sums.values()].map((sum): Sample => ({ ...sum, labels: {} })),
      startedAtNanoseconds: 0n,
      durationNanoseconds: 0,
      periodNanoseconds,
    };
  }
}
