/** Which of its builds each side is measured in: code layouts in a balanced random design. */
import { randomInt } from 'node:crypto';
import type { Side } from '../bundle/schema.js';
import type { CaptureContext } from './context.js';

/** Layout of each side, from 1. */
export type Layouts = Readonly<Record<Side, number>>;

/** Draws the layouts of the next pair; null where each side has one build. */
export type LayoutDraw = () => Layouts | null;

/**
 * Blocks of as many pairs as there are layouts: in each block every layout of each side has one pair, and over as many
 * blocks every layout of base meets every one of head once (a random Latin square), so that neither side's layouts are
 * confounded with the other's or with time.
 * @param count layouts a side
 * @param below draws a number from 0 to below its parameter; a given sequence makes the draw repeatable
 */
export function layoutDraw(count: number, below: (limit: number) => number = randomInt): LayoutDraw {
  if (count < 2) return () => null;
  const pending: Layouts[] = [];
  return () => {
    if (pending.length === 0) pending.push(...latinSquare(count, below));
    return pending.shift() as Layouts;
  };
}

/** The cyclic square with rows, columns and symbols permuted, row by row in random order. */
function latinSquare(count: number, below: (limit: number) => number): Layouts[] {
  const [blocks, bases, heads] = [shuffled(count, below), shuffled(count, below), shuffled(count, below)];
  return blocks.flatMap((block) =>
    shuffled(count, below).map((position) => ({
      base: 1 + (bases[position] as number),
      head: 1 + (heads[(position + block) % count] as number),
    })),
  );
}

/** 0 … count − 1 in random order (Fisher and Yates). */
function shuffled(count: number, below: (limit: number) => number): number[] {
  const numbers = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const drawn = below(last + 1);
    [numbers[last], numbers[drawn]] = [numbers[drawn] as number, numbers[last] as number];
  }
  return numbers;
}

/** The context of a pair: each side's folder is that of the build that was drawn, ready to run. Nothing else may run there. */
export function inLayouts(context: CaptureContext, layouts: Layouts | null): CaptureContext {
  if (layouts === null) return context;
  const drawn = (side: Side) => {
    const source = context.sides[side];
    const root = source.layouts?.use(layouts[side]);
    if (root === undefined) throw new Error(`${side} has no layouts`);
    return { ...source, root };
  };
  return { ...context, sides: { base: drawn('base'), head: drawn('head') }, layouts };
}
