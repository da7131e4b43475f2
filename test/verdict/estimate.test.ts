/** One function's estimate from tables made by hand. */
import { describe, expect, test } from '@jest/globals';
import { sampleVariance } from 'simple-statistics';
import type { Side } from '../../src/bundle/schema.js';
import type { FunctionTable } from '../../src/profile/functions.js';
import { studentSurvival, studentUpperQuantile } from '../../src/stats/student.js';
import { completePairs } from '../../src/verdict/captures/pairs.js';
import { ofExactTime, type Panel, panelOf, readPanel } from '../../src/verdict/captures/panel.js';
import { estimateFunction, moderated } from '../../src/verdict/functions/estimate.js';
import { logChanges, meanLogChange } from '../../src/verdict/total/total.js';
import { program, simulate } from './simulate.js';

/** A table of whole samples, each of one nanosecond. */
function table(samples: Readonly<Record<string, number>>): FunctionTable {
  const functions = new Map(
    Object.entries(samples).map(([key, count]) => [
      key,
      { key, name: key, file: null, line: null, resolved: true, count, nanoseconds: count },
    ]),
  );
  const count = Object.values(samples).reduce((a, b) => a + b, 0);
  return { functions, count, nanoseconds: count };
}

function rowOf(panel: Panel, key: string) {
  const row = panel.rows.find((each) => each.key === key);
  if (!row) throw new Error(`no row ${key}`);
  return row;
}

describe('standard error', () => {
  test('knows that what a large function spends more moves its share and the total alike', () => {
    const changes = [0.2, -0.1, 0.05, -0.25, 0.1, 0.15, -0.2, 0.05];
    const tables = changes.map(
      (change): Record<Side, FunctionTable> => ({
        base: table({ large: 1e6, rest: 1e6 }),
        head: table({ large: Math.round(1e6 * Math.exp(change)), rest: 1e6 }),
      }),
    );
    const panel = panelOf(tables);
    const total = meanLogChange(
      tables.map(({ base, head }) => Math.log(head.nanoseconds / base.nanoseconds)),
    );
    const { standardError, shareError, dispersion } = estimateFunction(
      panel,
      rowOf(panel, 'large'),
      8,
      total,
    );
    // The function's own change varies by this; half of it shows in the share and half in the total.
    const own = Math.sqrt(sampleVariance(changes) / 8);
    expect(Math.abs(standardError / own - 1)).toBeLessThan(0.15);
    expect(Math.hypot(shareError, total.standardError)).toBeLessThan(0.8 * own);
    expect(dispersion.variance).toBeGreaterThan(1);
  });
});

describe('dispersions shrunk towards each other', () => {
  const base = program(40);
  const estimatesOf = (seed: number, wild: Readonly<Record<string, number>>) => {
    const head = Object.fromEntries(Object.entries(base).map(([name, cost]) => [name, cost * 1.05]));
    const { workload, tableOf } = simulate({ seed, pairs: 10, base, head, bursts: wild });
    const pairs = completePairs(workload.captures);
    const panel = readPanel(workload, pairs, tableOf);
    const total = meanLogChange(logChanges(pairs));
    const own = panel.rows.map((row) => estimateFunction(panel, row, 10, total));
    return { own, shrunk: moderated(own, total) };
  };

  test('prove with ten pairs what ten pairs alone cannot, at no more than the level', () => {
    const level = 0.01;
    const gates = 80;
    let [tests, rejected, reachOwn, reachShrunk] = [0, 0, 0, 0];
    for (let seed = 1; seed <= gates; seed++) {
      const { own, shrunk } = estimatesOf(seed, {});
      for (const [index, { log, standardError, df }] of shrunk.entries()) {
        tests++;
        if (studentSurvival((log - Math.log(1.05)) / standardError, df) <= level) rejected++;
        const alone = own[index];
        if (!alone) throw new Error('as many as before');
        reachOwn += studentUpperQuantile(1e-5, alone.df) * alone.standardError;
        reachShrunk += studentUpperQuantile(1e-5, df) * standardError;
      }
    }
    // Tests of one gate share its total: four standard errors as if they were one.
    expect(rejected / tests).toBeLessThan(level + 4 * Math.sqrt((level * (1 - level)) / gates));
    expect(reachShrunk).toBeLessThan(0.75 * reachOwn);
  });

  test('leave a function that comes in bursts its own', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { own, shrunk } = estimatesOf(seed, { f10: 0.3 });
      const [before, after] = [own, shrunk].map((all) => all.find(({ row }) => row.key === 'f10'));
      expect(before?.dispersion.variance).toBeGreaterThan(20);
      expect(after?.dispersion).toEqual(before?.dispersion);
      for (const { row, dispersion } of shrunk) {
        if (row.key !== 'f10') expect(dispersion.variance).toBeLessThan(10);
      }
    }
  });
});

describe('exact CPU time', () => {
  const { summary } =
    simulate({ seed: 1, pairs: 1, base: { f: 1 }, head: { f: 1 } }).workload.captures[0] ?? {};
  if (!summary) throw new Error('a pair has captures');
  const sampled = table({ f: 80, g: 5 });

  test('is what shares of a clock’s samples are of, unless more was sampled', () => {
    expect(ofExactTime(sampled, { ...summary, cpuNanoseconds: 100 })).toEqual({
      ...sampled,
      nanoseconds: 100,
    });
    expect(ofExactTime(sampled, { ...summary, cpuNanoseconds: 80 }).nanoseconds).toBe(85);
    expect(ofExactTime(sampled, { ...summary, event: 'cycles', cpuNanoseconds: 100 })).toBe(sampled);
  });

  test('is what counts are compared over', () => {
    const whole = ofExactTime(sampled, { ...summary, cpuNanoseconds: 100 });
    const panel = panelOf([{ base: whole, head: sampled }]);
    const { base, head } = estimateFunction(panel, rowOf(panel, 'f'), 1, meanLogChange([0]));
    expect(base).toMatchObject({ share: 0.8, allSamples: 85, exposure: 100 });
    expect(head).toMatchObject({ share: 80 / 85, allSamples: 85, exposure: 85 });
  });
});
