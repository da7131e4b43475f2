/** Where a function may be entered and left, as far as its code says. */
import type { CodeBlock } from './annotation.js';
import type { FlowBlock } from './flow.js';

export type Doors = Pick<FlowBlock, 'isEntered' | 'isLeft' | 'isInTable'>;

/**
 * A function is entered at its first block, and wherever nothing known leads to: handlers of exceptions, the cold part of
 * another function. Where such code has no samples that hardly happens: it may be what fills the gap before a loop. It is left
 * where it returns, or jumps elsewhere, and where no way leads out.
 * @param ways of each block, the places of those that may run next
 */
export function doorsOf(
  blocks: readonly CodeBlock[],
  ways: readonly (readonly number[])[],
  counts: readonly number[],
): Doors[] {
  const inTable = casesOf(blocks);
  const entries = openings(waysByTable(blocks, ways, inTable), blocks.keys());
  const backward = reversed(ways);
  const isExit = blocks.map(({ exit }) => exit !== 'none');
  const sealed = openings(backward, [...blocks.keys()].reverse(), isExit);
  return blocks.map(({ exit }, at) => ({
    isEntered: !entries.has(at) ? 'never' : at === 0 || (counts[at] as number) > 0 ? 'surely' : 'hardly',
    isLeft: exit === 'out' || sealed.has(at),
    isInTable: inTable[at] as boolean,
  }));
}

/**
 * Blocks that a table may lead to, where the function jumps by pointer: those that its tables name. Where none is found, those
 * that the one before does not run into.
 */
function casesOf(blocks: readonly CodeBlock[]): boolean[] {
  const hasTable = blocks.some(({ exit }) => exit === 'pointer');
  if (blocks.some(({ isCase }) => isCase)) return blocks.map(({ isCase }) => isCase);
  return blocks.map(({ address }, at) => hasTable && at > 0 && !blocks[at - 1]?.successors.includes(address));
}

function waysByTable(
  blocks: readonly CodeBlock[],
  ways: readonly (readonly number[])[],
  inTable: readonly boolean[],
): (readonly number[])[] {
  const cases = [...inTable.keys()].filter((at) => inTable[at]);
  return ways.map((own, at) => (blocks[at]?.exit === 'pointer' ? [...own, ...cases] : own));
}

function reversed(ways: readonly (readonly number[])[]): number[][] {
  const backward: number[][] = ways.map(() => []);
  for (const [at, own] of ways.entries()) for (const next of own) (backward[next] as number[]).push(at);
  return backward;
}

/** In the given order, those that no way leads to from any before, or from those that are open anyway. */
function openings(
  ways: readonly (readonly number[])[],
  order: Iterable<number>,
  isOpen: readonly boolean[] = [],
): Set<number> {
  const reached = ways.map(() => false);
  const found = new Set<number>();
  const reach = (from: number): void => {
    const waiting = [from];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (reached[at]) continue;
      reached[at] = true;
      waiting.push(...(ways[at] as readonly number[]));
    }
  };
  for (const [at, open] of isOpen.entries()) if (open) reach(at);
  for (const at of order) {
    if (reached[at]) continue;
    found.add(at);
    reach(at);
  }
  return found;
}
