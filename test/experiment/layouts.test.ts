import { describe, expect, test } from '@jest/globals';
import { type Layouts, layoutDraw } from '../../src/experiment/layouts.js';

describe('layouts of pairs', () => {
  const take = (count: number, pairs: number): Layouts[] => {
    const draw = layoutDraw(count);
    return Array.from({ length: pairs }, () => draw() as Layouts);
  };

  test.each([2, 4, 7])('with %d a side: each once a block, each with each once a square', (count) => {
    for (let square = 0; square < 20; square++) {
      const pairs = take(count, count * count);
      for (let block = 0; block < count; block++) {
        const drawn = pairs.slice(block * count, (block + 1) * count);
        for (const side of ['base', 'head'] as const) {
          expect(drawn.map((each) => each[side]).sort()).toEqual(
            Array.from({ length: count }, (_, i) => i + 1),
          );
        }
      }
      expect(new Set(pairs.map(({ base, head }) => `${base} ${head}`)).size).toBe(count * count);
    }
  });

  test('are drawn: no position has one layout, no layout one partner', () => {
    const squares = Array.from({ length: 200 }, () => take(3, 9));
    expect(new Set(squares.map(([first]) => `${first?.base} ${first?.head}`)).size).toBe(9);
    expect(
      new Set(squares.map((pairs) => pairs.map(({ base, head }) => `${base}${head}`).join())).size,
    ).toBeGreaterThan(100);
  });

  test('are none where each side has one build', () => expect(layoutDraw(1)()).toBeNull());
});
