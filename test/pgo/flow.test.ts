/** Counts of basic blocks from samples that are time: what is kept, what is mended, what always holds. */
import { describe, expect, test } from '@jest/globals';
import { type FlowBlock, flowThrough } from '../../src/pgo/flow.js';
import { randomNumbers } from '../profile/random-profile.js';

const inside = { isEntered: 'never', isLeft: false, usesTable: false, isInTable: false } as const;

/** The first is entered, and those that lead nowhere are left. */
function code(
  ...blocks: readonly (readonly [count: number, instructions: number, ...successors: number[]])[]
) {
  return blocks.map(
    ([count, instructions, ...successors], at): FlowBlock => ({
      count,
      least: 0.5,
      instructions,
      successors,
      ...inside,
      isEntered: at === 0 ? 'surely' : 'never',
      isLeft: successors.length === 0,
    }),
  );
}

describe('counts', () => {
  test('that may be true are kept', () => {
    const branch = code([100, 3, 1, 2], [30, 2, 3], [70, 9, 3], [100, 4]);
    expect(flowThrough(branch)).toEqual([100, 30, 70, 100]);
    const loop = code([1, 3, 1], [1000, 5, 2, 3], [999, 2, 1], [1, 1]);
    expect(flowThrough(loop)).toEqual([1, 1000, 999, 1]);
  });

  test('of a block that waits are those of its loop', () => {
    const loop = code([1, 3, 1], [1000, 6, 2], [50_000, 2, 3], [1000, 6, 1, 4], [1, 2]);
    expect(flowThrough(loop)).toEqual([1, 1000, 1000, 1000, 1]);
  });

  test('of a short block that was not sampled are those of what leads to it and from it', () => {
    expect(flowThrough(code([40, 8, 1], [0, 1, 2], [40, 8]))).toEqual([40, 40, 40]);
  });

  test('of what was sampled are not nothing, though what leads there was not', () => {
    const [, , rare] = flowThrough(code([1000, 8, 1, 3], [0, 60, 2], [3, 1, 3], [1000, 8]));
    expect(rare).toBe(0.5);
  });

  test('of code without samples, and of none, are nothing', () => {
    expect(flowThrough(code([0, 3, 1], [0, 2]))).toEqual([0, 0]);
    expect(flowThrough([])).toEqual([]);
  });

  test('of code that is never left are what it can be', () => {
    const five = { ...inside, count: 5, least: 0.5, instructions: 2 };
    expect(flowThrough([{ ...five, successors: [0] }])).toEqual([5]);
    expect(flowThrough([{ ...five, successors: [], isEntered: 'surely' }])).toEqual([0]);
  });

  test('are not made up by entries that hardly happen, unless nothing else explains them', () => {
    // GCC jumps to a loop's condition first; a filler stands before its body.
    const loop = code([1, 3, 3], [0, 1, 2], [50_000, 4, 3], [1000, 9, 2, 4], [1, 2]);
    const filled = loop.map((block, at) => (at === 1 ? { ...block, isEntered: 'hardly' as const } : block));
    expect(flowThrough(filled)).toEqual([1, 0, 999, 1000, 1]);
    const handler = code([0, 3], [0, 1, 2], [700, 8, 3], [700, 8, 4], [700, 8]);
    const thrown = handler.map((block, at) =>
      at === 1 ? { ...block, isEntered: 'hardly' as const } : block,
    );
    expect(flowThrough(thrown)).toEqual([0, 700, 700, 700, 700]);
  });

  test('of the cases of a switch add up to what jumps by its table', () => {
    const [jump, ...cases] = code([1000, 5], [600, 2, 4], [390, 9, 4], [50_000, 1, 4], [1000, 8]);
    const inTable = cases.map((block, at) => ({ ...block, isInTable: at < 3 }));
    const found = flowThrough([{ ...(jump as FlowBlock), isLeft: false, usesTable: true }, ...inTable]);
    expect(found.slice(1, 3)).toEqual([600, 390]);
    expect(found[3]).toBeCloseTo(10);
    expect(found[4]).toBeCloseTo(1000);
  });
});

/** A program drawn at random with how often its blocks ran, and what holds of those numbers: one sum is another. */
class Program {
  readonly blocks: FlowBlock[] = [];
  readonly truth: number[] = [];
  readonly equations: (readonly [readonly number[], readonly number[]])[] = [];

  constructor(readonly random: () => number) {
    const first = this.#block(100);
    const last = this.#block(100);
    this.#part(first, last, 100, 4);
    this.blocks[0] = { ...(this.blocks[0] as FlowBlock), isEntered: 'surely' };
    this.blocks[last] = { ...(this.blocks[last] as FlowBlock), isLeft: true };
    this.equations.push([[first], [last]]);
  }

  #block(runs: number): number {
    this.truth.push(runs);
    const instructions = 1 + Math.floor(12 * this.random());
    return (
      this.blocks.push({
        count: runs,
        least: 0.5,
        instructions,
        successors: [],
        ...inside,
      }) - 1
    );
  }

  #lead(from: number, ...to: readonly number[]): void {
    const block = this.blocks[from] as FlowBlock;
    this.blocks[from] = { ...block, successors: [...block.successors, ...to] };
  }

  /** What runs between two blocks, so many times. */
  #part(from: number, to: number, runs: number, depth: number): void {
    const kind = depth === 0 ? 0 : Math.floor(4 * this.random());
    if (kind === 0) {
      this.#lead(from, to);
    } else if (kind === 1) {
      const middle = this.#block(runs);
      this.equations.push([[from], [middle]]);
      this.#part(from, middle, runs, depth - 1);
      this.#part(middle, to, runs, depth - 1);
    } else if (kind === 2) {
      const some = Math.floor(runs * this.random());
      const [one, other] = [this.#block(some), this.#block(runs - some)];
      this.#lead(from, one, other);
      this.equations.push([[from], [one, other]]);
      this.#part(one, to, some, depth - 1);
      this.#part(other, to, runs - some, depth - 1);
    } else {
      const turns = runs * Math.floor(20 * this.random());
      const head = this.#block(runs + turns);
      const body = this.#block(turns);
      const end = this.#block(turns);
      this.#lead(from, head);
      this.#lead(head, body, to);
      this.#lead(end, head);
      this.equations.push([[head], [from, end]], [[body], [end]]);
      this.#part(body, end, turns, depth - 1);
    }
  }
}

describe.each(Array.from({ length: 40 }, (_, seed) => seed))('a program drawn at random, %i', (seed) => {
  const random = randomNumbers(seed);
  const { blocks, truth, equations } = new Program(random);
  const sum = (runs: readonly number[], places: readonly number[]): number =>
    places.reduce((total, place) => total + (runs[place] as number), 0);

  test('keeps what may be true', () => {
    for (const [at, runs] of flowThrough(blocks).entries()) expect(runs).toBeCloseTo(truth[at] as number, 3);
  });

  test('is entered as often as left, whatever was sampled, and nearer to that than the truth is', () => {
    const sampled = blocks.map((block) => ({
      ...block,
      count: random() < 0.3 ? 0 : block.count * Math.exp(3 * random() - 1),
    }));
    const found = flowThrough(sampled);
    expect(Math.min(...found)).toBeGreaterThanOrEqual(0);
    for (const [some, others] of equations) expect(sum(found, some)).toBeCloseTo(sum(found, others), 3);
    expect(distance(sampled, found)).toBeLessThanOrEqual(distance(sampled, truth) * (1 + 1e-6) + 1e-3);
  });
});

/** By at most eight instructions a block; the least of what was sampled counts 16 times. */
function distance(blocks: readonly FlowBlock[], runs: readonly number[]): number {
  return blocks.reduce((total, { count, least, instructions }, at) => {
    const ran = runs[at] as number;
    const given = Math.max(0, Math.min(count, least) - ran);
    return total + Math.min(8, instructions) * (Math.abs(ran - count) + 15 * given);
  }, 0);
}
