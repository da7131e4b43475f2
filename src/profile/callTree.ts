/** Who called whom in many captures: all their stacks in one tree, and what each capture spent at its places. */
import { isCompiling, jitCompiler } from './compiling.js';
import type { Profile } from './model.js';
import { identify, noStack } from './names.js';

/** Stands for callers that found no room in the tree. */
const noRoom = '[no room]';
/** Places of the tree; real services have some 10,000. Stacks beyond it keep only the function they are in. */
const mostPlaces = 2 ** 20;
/** Keys of `children` are a function's number times this, plus its caller's place. */
const placeRange = 2 ** 24;

/** What one capture spent, by place; places may recur. */
export interface PlaceCosts {
  readonly places: Int32Array;
  readonly nanoseconds: Float64Array;
}

/**
 * A place is a function with everything that called it, up to the root of the stack. Recursion is folded: where a function
 * is called again further down, the stack continues at its first call, so that every function is at most once on the way to
 * a place and the depth of a recursion makes no difference. Place 0 is the root and no function.
 */
export class CallTree {
  /** Caller's place of each place; smaller than the place itself. The root's is −1. */
  readonly callers: number[] = [-1];
  /** Number of the function at each place; the root's is −1. */
  readonly functions: number[] = [-1];
  /** Functions' keys (see `identify`) by number. */
  readonly keys: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #children = new Map<number, number>();

  /** @param most places at which the tree is full */
  constructor(private readonly most = mostPlaces) {}

  /**
   * Adds a capture's stacks.
   * @param root absolute folder the profiled side was built in
   */
  add(profile: Profile, root: string): PlaceCosts {
    const numbers = profile.frames.map((frame) => this.number(identify(frame, root).key));
    const [none, compiler] = [this.number(noStack), this.number(jitCompiler)];
    const places = new Int32Array(profile.samples.length);
    const costs = new Float64Array(profile.samples.length);
    const way = new Way(this.keys.length);
    for (const [index, sample] of profile.samples.entries()) {
      const [stack, instead] = isCompiling(sample) ? [[], compiler] : [sample.stack, none];
      way.clear();
      if (stack.length === 0) way.enter(instead);
      for (let at = stack.length - 1; at >= 0; at--) way.enter(numbers[stack[at] as number] as number);
      places[index] = this.place(way.functions);
      costs[index] = sample.nanoseconds;
    }
    return { places, nanoseconds: costs };
  }

  /** The number of a function. */
  number(key: string): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.keys.length);
    return this.keys.push(key) - 1;
  }

  /** The place where these functions lead, outermost caller first. */
  place(functions: readonly number[]): number {
    let place = 0;
    for (const number of functions) {
      const next = this.#child(place, number, this.callers.length < this.most);
      if (next === null) return this.#placeWithoutCallers(functions.at(-1) as number);
      place = next;
    }
    return place;
  }

  #placeWithoutCallers(number: number): number {
    const callers = this.#child(0, this.number(noRoom), true) as number;
    return this.#child(callers, number, true) as number;
  }

  #child(caller: number, number: number, mayGrow: boolean): number | null {
    const key = number * placeRange + caller;
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    if (!mayGrow) return null;
    this.#children.set(key, this.callers.length);
    this.functions.push(number);
    return this.callers.push(caller) - 1;
  }
}

/** The way down a stack, recursion folded. */
class Way {
  readonly functions: number[] = [];
  /** Where on the way each function was entered; holds also for functions that the way has left since. */
  readonly #entered: Int32Array;

  constructor(functions: number) {
    this.#entered = new Int32Array(functions);
  }

  clear(): void {
    this.functions.length = 0;
  }

  enter(number: number): void {
    const before = this.#entered[number] as number;
    if (this.functions[before] === number) {
      this.functions.length = before + 1;
    } else {
      this.#entered[number] = this.functions.length;
      this.functions.push(number);
    }
  }
}
