import { describe, expect, test } from '@jest/globals';
import { course, outliers, thirds } from '../../src/report/drift.js';
import { pairsPlot, pairsText } from '../../src/report/pairs.js';
import { aWorkload } from './results.js';

const even = [0.01, 0.012, 0.009, 0.011, 0.01, 0.008, 0.012, 0.01, 0.011];

describe('pairs one after the other', () => {
  test('a pair far from all others is an outlier, and moves neither course nor others', () => {
    const changes = even.with(4, 0.4);
    expect([...outliers(changes)]).toEqual([4]);
    expect(course(changes)).toHaveLength(9);
    expect(Math.max(...course(changes))).toBeLessThan(0.013);
    expect([...outliers(even)]).toEqual([]);
  });

  test('a drift is told by the first and the last third', () => {
    const drifting = even.map((one, index) => one + index * 0.01);
    expect(thirds(drifting)?.first).toBeCloseTo(0.022, 6);
    expect(thirds(drifting)?.last).toBeCloseTo(0.08, 6);
    expect(pairsText(drifting)).toBe('median of the first third +2.2 %, of the last +8.0 %; no outlier');
  });

  test('too few pairs tell nothing, pairs that are all the same have no outlier', () => {
    expect(course([0, 1, 2])).toEqual([]);
    expect(thirds([0, 1, 2])).toBeNull();
    expect(outliers(Array(12).fill(0.01)).size).toBe(0);
  });

  test('the drawing has a line through the medians, and outliers hollow and named', () => {
    const svg = pairsPlot(aWorkload('api', { pairChanges: even.with(4, 0.02) })).text;
    expect(svg.split('class="course"')[1]?.split('</g>')[0]?.match(/<line/g)).toHaveLength(8);
    expect(svg).toMatch(/class="pair far"[^>]*><title>pair 5: \+2\.0.%, an outlier/);
    expect(svg).toContain('; 1 outlier"');
  });
});
