import { describe, expect, test } from '@jest/globals';
import type { DifferentialNode } from '../../src/profile/tree.js';
import { flameCells } from '../../src/report/flame/drawing.js';
import { type FlameCell, layoutFlame as layOut } from '../../src/report/flame/layout.js';
import { cpuMarks } from '../../src/report/flame/marks.js';
import { forestPlot, interval } from '../../src/report/forest.js';
import { pairsPlot } from '../../src/report/pairs.js';
import { scaleBetween, scaleOver, ticks } from '../../src/report/scale.js';
import type { WorkloadResult } from '../../src/verdict/result.js';
import { aFunction, aNode, aTree, aWorkload, failing, figure } from './results.js';

const layoutFlame = ({ root }: { root: DifferentialNode }, cells: number) =>
  layOut({ root, leftOut: 0 }, { cells, width: 0 }).cells;
const flameGraph = (cells: readonly FlameCell[], workload: WorkloadResult) =>
  flameCells(cells, { unit: 'request', marks: cpuMarks(workload) });

const cellOf = (cells: readonly FlameCell[], name: string): FlameCell => {
  const found = cells.find((cell) => cell.node.name === name);
  if (found === undefined) throw new Error(`no cell ${name}`);
  return found;
};

describe('layout of the flame graph', () => {
  test('children stand side by side within their parent', () => {
    const cells = layoutFlame(aTree(), 1000);
    const [root] = cells;
    expect(root).toMatchObject({ depth: 0, x: 0, width: 1 });
    for (const parent of cells) {
      const children = parent.node.children.map((child) => cells.find((cell) => cell.node === child));
      let left = parent.x;
      for (const child of children.sort((a, b) => (a?.x ?? 0) - (b?.x ?? 0))) {
        expect(child?.depth).toBe(parent.depth + 1);
        expect(child?.x).toBeCloseTo(left, 10);
        left += child?.width ?? 0;
      }
      expect(left).toBeLessThanOrEqual(parent.x + parent.width + 1e-9);
    }
  });

  test('a width is the larger of both sides, and adds up', () => {
    const tree = {
      root: aNode('all', [0, 0], [aNode('gone', [60, 0]), aNode('came', [0, 30]), aNode('same', [10, 10])]),
    };
    const cells = layoutFlame(tree, 10);
    expect(cellOf(cells, 'gone').width).toBeCloseTo(0.6);
    expect(cellOf(cells, 'came').width).toBeCloseTo(0.3);
    expect(cellOf(cells, 'same').width).toBeCloseTo(0.1);
  });

  test('too many cells: the widest stay, none without its caller', () => {
    const wide = Array.from({ length: 500 }, (_, index) =>
      aNode(`f${index}`, [index, 1], [aNode(`g${index}`, [index, 1])]),
    );
    const cells = layoutFlame({ root: aNode('all', [0, 0], wide) }, 100);
    expect(cells).toHaveLength(100);
    const kept = new Set(cells.map((cell) => cell.node.name));
    expect(kept.has('f499')).toBe(true);
    expect(kept.has('f1')).toBe(false);
    for (const name of kept) if (name.startsWith('g')) expect(kept.has(name.replace('g', 'f'))).toBe(true);
  });

  test('nothing to draw', () => {
    expect(layoutFlame({ root: aNode('all', [0, 0]) }, 10)).toEqual([]);
    expect(flameGraph([], failing()).text).toBe('');
  });

  test('recursion is drawn down to a depth', () => {
    let node = aNode('f', [1, 1]);
    for (let depth = 0; depth < 900; depth++) node = aNode('f', [1, 1], [node]);
    const cells = layoutFlame({ root: node }, 1000);
    expect(cells).toHaveLength(100);
  });
});

describe('the flame graph', () => {
  const svg = flameGraph(layoutFlame(aTree(), 1000), failing()).text;
  const cell = (name: string): string =>
    svg
      .split('\n<svg')
      .join('<svg')
      .split('<svg')
      .find((part) => part.includes(`<title>${name}\n`)) ?? '';

  test('colours only what is proven, and signs it', () => {
    expect(cell('tokenize')).toMatch(/class="slower".*▲ tokenize/s);
    expect(cell('parseHeaders')).toMatch(/class="faster".*▼ parseHeaders/s);
    expect(svg.match(/class="slower"/g)).toHaveLength(1);
    expect(svg.match(/class="faster"/g)).toHaveLength(1);
    expect(cell('normalizeUnicode')).toMatch(
      /class="new".*class="edge" width="100%" height="3".*\+ normalizeUnicode/s,
    );
    expect(svg.match(/class="edge"/g)).toHaveLength(3);
  });

  test('a large difference that is not proven stays grey', () => {
    const tree = { root: aNode('all', [0, 0], [aNode('render', [100, 900])]) };
    const unproven = flameGraph(layoutFlame(tree, 10), failing()).text;
    expect(unproven).toContain('class="unproven"');
    expect(unproven).not.toMatch(/class="(slower|faster)"/);
  });

  test('tooltips carry base, head, change and the proof', () => {
    expect(cell('tokenize')).toContain(
      '<title>tokenize\nsrc/search.js:12\n42.4 µs → 53.9 µs per request (+27.0\u00a0%)\nproven slower, own time +34.1\u00a0% (+26.2\u00a0% … +42.5\u00a0%) over all callers</title>',
    );
    expect(cell('normalizeUnicode')).toContain(
      '0 ns → 2.10 µs per request (only in head)\nnew: not seen in base, adds +1.2\u00a0% (+0.9\u00a0% … +1.4\u00a0%) to the total',
    );
  });
});

describe('forest plot', () => {
  const row = (name: string, one = figure(0.03, 0.01, 0.05)) => ({
    label: name,
    kind: 'fail',
    figure: one,
    margin: 0.02,
  });
  const position = (svg: string, pattern: RegExp): number => Number(pattern.exec(svg)?.[1]);

  test('places estimate, bounds and margin in order', () => {
    const svg = forestPlot([row('api')], 'Change of CPU time per unit of work').text;
    const limit = position(svg, /class="margin" x1="([\d.]+)%"/);
    const from = position(svg, /class="bounds" x1="([\d.]+)%"/);
    const to = position(svg, /class="bounds" x1="[\d.]+%" x2="([\d.]+)%"/);
    const dot = position(svg, /class="estimate" cx="([\d.]+)%"/);
    expect([from, limit, dot, to]).toEqual([from, limit, dot, to].sort((a, b) => a - b));
    expect(svg).toContain(
      'aria-label="Change of CPU time per unit of work. api: +3.0\u00a0% (+1.0\u00a0% … +5.0\u00a0%), margin 2\u00a0%"',
    );
  });

  test('a missing bound is an arrow at the edge', () => {
    const svg = forestPlot(
      [row('api', figure(0.03, null, null))],
      'Change of CPU time per unit of work',
    ).text;
    expect(svg).toMatch(/class="bounds" x1="0%" x2="100%"/);
    expect(svg.match(/<path/g)).toHaveLength(2);
    expect(svg).toContain('no bounds yet');
  });

  test('a bound beyond the scale is an arrow too, not a bound at the edge', () => {
    const inside = interval(figure(0.1, 0.05, 0.2), 10, scaleBetween(-1, 1), 4).text;
    const beyond = interval(figure(0.1, 0.05, 3), 10, scaleBetween(-1, 1), 4).text;
    expect(inside).not.toContain('<path');
    expect(beyond.match(/<path/g)).toHaveLength(1);
  });

  test('a change many times the others is an arrow, and the others keep their bounds apart', () => {
    const svg = forestPlot(
      [
        row('huge', figure(405, 224, 732)),
        row('wide', figure(195, 0.13, 2721)),
        row('usual', figure(0.64, 0.25, 1.16)),
      ],
      'Own CPU time',
    ).text;
    const [huge, wide, usual] = svg.split('<g class="row').slice(1) as [string, string, string];
    expect(huge).toMatch(/<path class="bounds" fill="none" d="M[^"]+ M[^"]+"/);
    expect(huge).not.toContain('class="estimate"');
    expect(wide).toMatch(/class="bounds" x1="[\d.]+%" x2="100%"/);
    const from = position(usual, /class="bounds" x1="([\d.]+)%"/);
    const to = position(usual, /class="bounds" x1="[\d.]+%" x2="([\d.]+)%"/);
    expect(to - from).toBeGreaterThan(5);
    expect(usual).not.toContain('<path');
  });

  test('a total that fails is drawn in full beside totals that hardly changed', () => {
    const svg = forestPlot(
      [row('same', figure(0.001, -0.004, 0.006)), row('fails', figure(0.3, 0.25, 0.35))],
      'Change',
    ).text;
    expect(svg).not.toContain('<path');
  });

  test('a row without a figure takes a line; figures that leave no room for a name are marked', () => {
    const empty = { ...row('came'), figure: null, value: 'new, adds +1.2 % (+0.9 % … +1.4 %) to the total' };
    const svg = forestPlot([empty, row('api')], 'Change').text;
    expect(svg).toMatch(/^<svg class="plot forest" width="100%" height="114"/);
    const [came, api] = svg.split('<g class="row').slice(1) as [string, string];
    expect(came).toContain('class="value long"');
    expect(api).toContain('class="value"');
    expect(api).toContain('class="label" x="0" y="48"');
  });

  test('no rows, no drawing', () =>
    expect(forestPlot([], 'Change of CPU time per unit of work').text).toBe(''));
});

describe('pairs plot', () => {
  test('a dot a pair, an outlier as a triangle with its figure', () => {
    const svg = pairsPlot(failing()).text;
    expect(svg.match(/<circle/g)).toHaveLength(11);
    expect(svg).toMatch(/<path class="pair far"[^>]*><title>pair 7: \+31\.0.%, an outlier<\/title>/);
    expect(svg).toMatch(/<text class="tick"[^>]*>\+31\.0.%</);
  });

  test('every coordinate is a number inside the drawing', () => {
    const odd = [
      aWorkload('one', { pairChanges: [0], total: { ...figure(0, null, null), margin: 0, mde: null } }),
      aWorkload('huge', {
        pairChanges: [9000, -1, 0],
        total: { ...figure(900, -1, 5000), margin: 10, mde: 1 },
      }),
    ];
    for (const workload of odd) {
      const svg = pairsPlot(workload).text;
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      for (const [, y] of svg.matchAll(/ (?:cy|y1|y2)="([-\d.]+)"/g)) {
        expect(Number(y)).toBeGreaterThanOrEqual(0);
        expect(Number(y)).toBeLessThanOrEqual(180);
      }
    }
  });

  test('no pairs, no drawing', () => expect(pairsPlot(aWorkload('a', { pairChanges: [] })).text).toBe(''));
});

describe('scale', () => {
  test('holds all values and zero, with round ticks', () => {
    const scale = scaleOver([0.012, 0.047]);
    expect(scale.low).toBeLessThan(0);
    expect(scale.high).toBeGreaterThan(0.047);
    expect(ticks(scale, 6)).toEqual([0, 0.01, 0.02, 0.03, 0.04]);
    expect(scale.at(1)).toBe('100%');
  });

  test('values that are all the same still have a scale', () => {
    expect(scaleOver([0, 0]).at(0)).toBe('50%');
  });
});

test('functions of another key do not lend their colour', () => {
  const tree = { root: aNode('all', [0, 0], [{ ...aNode('tokenize', [1, 2]), key: 'other tokenize' }]) };
  expect(
    flameGraph(layoutFlame(tree, 10), { ...failing(), functions: [aFunction('x'), ...failing().functions] })
      .text,
  ).not.toContain('class="slower"');
});
