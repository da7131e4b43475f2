/** Which side goes first in a pair. */
import { randomInt } from 'node:crypto';
import type { Side } from '../bundle/schema.js';

/** Draws the order of the next pair. */
export type Order = () => readonly [Side, Side];

/**
 * A fair coin a pair, so that drift of the machine (heat, neighbours) cannot favour a side.
 * @param coin draws 0 or 1; a given sequence makes the order repeatable
 */
export function randomOrder(coin: () => number = () => randomInt(2)): Order {
  return () => (coin() === 0 ? ['base', 'head'] : ['head', 'base']);
}
