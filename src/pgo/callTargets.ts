/** Where calls led, by the stacks of samples. */
import type { Annotation, CodeLocation, CodeSymbol } from './annotation.js';
import { type AddressStack, elsewhere } from './samples.js';

export interface CallTarget {
  readonly call: CodeLocation;
  readonly callee: CodeSymbol;
  /** Of what was spent below the call, in the stacks' unit. */
  readonly weight: number;
}

/**
 * A call weighs what was spent below it: where much is, it is to be made direct. Its targets share that
 * by how often each was entered, of which as many came by the call as of the time spent in it and below: of two functions the
 * one that is called more often counts, not the one that takes longer.
 */
export class CallTargets {
  /** By callee, what it is on the stacks with: in all, and by each call. */
  readonly #callees = new Map<CodeSymbol, { all: number; readonly by: Map<CodeLocation, number> }>();

  constructor(private readonly locations: Annotation['locations']) {}

  /** Takes a stack into account. */
  add({ addresses, weight }: AddressStack): void {
    for (const [at, address] of addresses.entries()) {
      const callee = this.locations.get(address)?.symbol;
      if (callee === undefined) continue;
      const known = this.#callees.get(callee) ?? { all: 0, by: new Map<CodeLocation, number>() };
      this.#callees.set(callee, known);
      known.all += weight;
      const call = this.locations.get(addresses[at + 1] ?? elsewhere);
      if (call !== undefined) known.by.set(call, (known.by.get(call) ?? 0) + weight);
    }
  }

  /** @param entries how often functions were entered, in any unit */
  *shared(entries: ReadonlyMap<CodeSymbol, number>): Iterable<CallTarget> {
    const sums = new Map<CodeLocation, { weight: number; entries: number }>();
    const targets = [...this.#callees].flatMap(([callee, { all, by }]) =>
      [...by].map(([call, weight]) => {
        const own = ((entries.get(callee) ?? 0) * weight) / all;
        const known = sums.get(call) ?? { weight: 0, entries: 0 };
        sums.set(call, { weight: known.weight + weight, entries: known.entries + own });
        return { call, callee, entries: own };
      }),
    );
    for (const { call, callee, entries } of targets) {
      const sum = sums.get(call) as { weight: number; entries: number };
      yield { call, callee, weight: (sum.weight * entries) / sum.entries };
    }
  }
}
