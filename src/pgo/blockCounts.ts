/** How often each instruction of a function ran, by the samples of its basic blocks and the ways between them. */
import type { CodeBlock, CodeSymbol } from './annotation.js';
import { doorsOf } from './doors.js';
import { type FlowBlock, flowThrough } from './flow.js';

/** With more blocks a function's counts are those of the samples: the time it takes to mend them grows by the square. */
const mostBlocks = 10_000;

export class BlockCounts {
  /** How often each of the symbol's blocks ran. */
  readonly #runs: readonly number[];

  /**
   * @param counts of samples by address, and of one of them, in any unit, which the answers have, too
   */
  constructor(
    private readonly symbol: CodeSymbol,
    private readonly counts: ReadonlyMap<number, number>,
    private readonly oneSample: number,
  ) {
    const own = this.#samples();
    // Ways through code that cannot be read to its end are not known.
    const isFlow = isWhole(symbol) && own.length <= mostBlocks;
    this.#runs = isFlow ? flowThrough(this.#withWays(own)) : own;
  }

  /** Where the code could not be read an instruction has its own samples. */
  at(address: number): number {
    const block = this.#find(address);
    return block === null ? (this.counts.get(address) ?? 0) : (this.#runs[block] as number);
  }

  /** What the block at an address ran, if half a sample of it was missed; the instruction, where the code could not be read. */
  leastAt(address: number): number {
    const block = this.#find(address);
    return this.#half(block === null ? 1 : (this.symbol.blocks[block] as CodeBlock).instructions);
  }

  #half(instructions: number): number {
    return this.oneSample / 2 / instructions;
  }

  /**
   * Of each block's samples, those of one instruction: what others wait for gets more samples than it ran, its neighbours
   * fewer, and the block runs as one.
   */
  #samples(): number[] {
    const { blocks, locations } = this.symbol;
    const each = blocks.map(() => 0);
    for (const { address } of locations) {
      const at = this.#find(address);
      if (at === null) continue;
      each[at] =
        (each[at] as number) + (this.counts.get(address) ?? 0) / (blocks[at] as CodeBlock).instructions;
    }
    return each;
  }

  #withWays(counts: readonly number[]): FlowBlock[] {
    const { blocks } = this.symbol;
    const places = new Map(blocks.map(({ address }, at) => [address, at]));
    const ways = blocks.map(({ successors }) => successors.map((address) => places.get(address) as number));
    const doors = doorsOf(blocks, ways, counts);
    return blocks.map(({ instructions, exit }, at) => ({
      ...(doors[at] as (typeof doors)[number]),
      count: counts[at] as number,
      least: this.#half(instructions),
      instructions,
      successors: ways[at] as number[],
      usesTable: exit === 'pointer',
    }));
  }

  /** The block an address lies in. */
  #find(address: number): number | null {
    const { blocks } = this.symbol;
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((blocks[middle] as CodeBlock).address <= address) low = middle + 1;
      else high = middle;
    }
    const found = blocks[low - 1];
    return found !== undefined && address < found.address + found.bytes ? low - 1 : null;
  }
}

function isWhole({ address, size, blocks }: CodeSymbol): boolean {
  const last = blocks.at(-1);
  return last !== undefined && last.address + last.bytes >= address + size;
}
