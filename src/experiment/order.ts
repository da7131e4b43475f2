/** Which side goes first in a pair. */
import { randomInt } from 'node:crypto';
import type { Side } from '../bundle/schema.js';

/** Draws the order of the next pair. */
export type Order = () => readonly [Side, Side];

/**
 * Permuted blocks of two pairs: a fair coin decides the first pair of a block, the second one goes the other way. Neither
 * drift of the machine (heat, neighbours) nor an effect of going second can then favour a side, not even in a short run.
 * @param coin draws 0 or 1; a given sequence makes the order repeatable
 */
export function randomOrder(coin: () => number = () => randomInt(2)): Order {
  let owed: readonly [Side, Side] | null = null;
  return () => {
    if (owed !== null) {
      const order = owed;
      owed = null;
      return order;
    }
    const order: readonly [Side, Side] = coin() === 0 ? ['base', 'head'] : ['head', 'base'];
    owed = [order[1], order[0]];
    return order;
  };
}

/**
 * Whose turn it is while both sides' services are loaded in turns: blocks of one turn each, in permuted blocks of two as
 * above, so that a disturbance that comes and goes at the pace of the turns favours nobody.
 * @param first the pair's own order
 * @param each  turns of a side
 */
export function drawTurns(first: readonly [Side, Side], each: number, coin?: () => number): Side[] {
  const draw = randomOrder(coin);
  const turns = [...first, first[1], first[0]];
  while (turns.length < 2 * each) turns.push(...draw());
  return turns.slice(0, 2 * each);
}
