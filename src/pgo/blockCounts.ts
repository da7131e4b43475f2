/** How often each instruction of a function ran, by the samples of its basic blocks and the ways between them. */
import type { CodeBlock, CodeSymbol } from './annotation.js';
import { type FlowBlock, flowThrough } from './flow.js';

export class BlockCounts {
  /** How often each of the symbol's blocks ran. */
  readonly #runs: readonly number[];

  /** @param counts of samples by address, and of one of them, in any unit, which the answers have, too */
  constructor(
    private readonly symbol: CodeSymbol,
    private readonly counts: ReadonlyMap<number, number>,
    private readonly oneSample: number,
  ) {
    this.#runs = flowThrough(this.#sampled());
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
   * Of a block's samples, those of one instruction: what others wait for gets more samples than it ran, its neighbours
   * fewer, and the block runs as one.
   */
  #sampled(): FlowBlock[] {
    const { blocks, locations } = this.symbol;
    const each = new Float64Array(blocks.length);
    for (const { address } of locations) {
      const at = this.#find(address);
      if (at === null) continue;
      each[at] =
        (each[at] as number) + (this.counts.get(address) ?? 0) / (blocks[at] as CodeBlock).instructions;
    }
    const places = new Map(blocks.map(({ address }, at) => [address, at]));
    const isEntered = entered(blocks);
    return blocks.map(({ instructions, exit, successors }, at) => ({
      count: each[at] as number,
      least: this.#half(instructions),
      instructions,
      successors: successors.map((address) => places.get(address) as number),
      isEntered: isEntered[at] as boolean,
      isLeft: exit !== 'none',
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

/**
 * Which blocks code elsewhere may lead to: the first; those that nothing known leads to, as handlers of exceptions; and in
 * a function that jumps by a table also those that the one before does not run into, as the cases of a switch.
 */
function entered(blocks: readonly CodeBlock[]): boolean[] {
  const known = new Set(blocks.flatMap(({ successors }) => successors));
  const hasTable = blocks.some(({ exit }) => exit === 'pointer');
  return blocks.map(({ address }, at) => {
    const before = blocks[at - 1];
    if (before === undefined || !known.has(address)) return true;
    return hasTable && !before.successors.includes(address);
  });
}
