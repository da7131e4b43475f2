/** The largest results there are, through every surface: all of them within GitHub's limits, and markup whole. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { publish } from '../../src/publish/github/index.js';
import { type Annotations, annotationsOf } from '../../src/report/annotations.js';
import { renderMarkdown } from '../../src/report/markdown/markdown.js';
import type { FunctionResult, Result } from '../../src/verdict/result.js';
import { hostileNames } from '../report/hostile.js';
import { aFunction, aResult, failing, figure } from '../report/results.js';
import { openWorld, type World } from './world.js';

const workloads = 20;
const functions = 5000;

/** In the order in which reports have them, so that the test does not spend its time on sorting. */
function large(nameOf: (index: number) => string): Result {
  const classes = ['slower', 'new', 'faster'] as const;
  const list = Array.from({ length: functions }, (_, index): FunctionResult => {
    const name = nameOf(index);
    return aFunction(name, {
      key: `${index}`,
      file: `src/${name}.c`.slice(0, 5000),
      line: index + 1,
      class: classes[Math.floor((index * classes.length) / functions)] ?? 'faster',
      contribution: figure(1 / (index + 1), 0.5 / (index + 1), 2 / (index + 1)),
    });
  });
  return aResult(
    Array.from({ length: workloads }, (_, index) => ({ ...failing(`workload-${index}`), functions: list })),
  );
}

const plain = large((index) => `shop::cart::${'Inner'.repeat(index % 9)}::total_${index}`);
const wide = large((index) => `買い物かご::合計_${index}_${'寿司'.repeat(index % 40)}`);
const hostile = large((index) => `${hostileNames[index % hostileNames.length]}${index}`);
const everyKind: readonly (readonly [string, Result])[] = [
  ['plain names', plain],
  ['names of wide characters', wide],
  ['hostile names', hostile],
];

const annotations = (result: Result): Annotations =>
  annotationsOf(
    result.workloads.flatMap((workload) =>
      workload.functions.map((one) => ({ workload, function: one, path: 'src/cart.c', line: one.line ?? 1 })),
    ),
  );

/** Nothing is open at the end, and every row of a table has as many cells as its head. */
function expectWhole(text: string): void {
  expect(text.endsWith('\n')).toBe(true);
  const outsideCode = text.replace(/`[^`\n]*`/g, '');
  expect(outsideCode.match(/<details>/g) ?? []).toHaveLength(outsideCode.match(/<\/details>/g)?.length ?? 0);
  expect(outsideCode.match(/<code>/g) ?? []).toHaveLength(outsideCode.match(/<\/code>/g)?.length ?? 0);
  for (const table of text.split('\n\n').filter((block) => block.startsWith('|'))) {
    const cells = new Set(
      table
        .trimEnd()
        .split('\n')
        .map((row) => row.split('|').length),
    );
    expect(cells.size).toBe(1);
  }
  for (const line of text.split('\n')) expect((line.match(/`/g)?.length ?? 0) % 2).toBe(0);
}

describe.each(everyKind.slice(1))('5,000 functions in 20 workloads with %s', (_, result) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    const paths = { ...world.publication.paths, reportHtml: join(world.directory, 'report.html') };
    await publish(
      { result, paths, annotations: annotations(result) },
      world.context,
      world.settings,
      world.log,
    );
  });
  afterAll(() => world.close());

  test('everything arrives', () => {
    // The contract has the limits of comment, check run, annotations and status.
    expect(world.server.violations).toEqual([]);
    expect(world.warnings).toEqual([]);
    expect(world.server.comments.list).toHaveLength(1);
    expect(world.server.checks.runs[0]?.annotations).toHaveLength(200);
  });

  test('the comment uses its room, is whole, and says what it leaves out', () => {
    const body = world.server.comments.list[0]?.body ?? '';
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body.length).toBeGreaterThan(5_000);
    expectWhole(body);
    expect(body).toMatch(/more functions with a proven change in the report\./);
    const measured = result.workloads.filter(({ name }) => body.includes(`**\`${name}\`**: `)).length;
    const leftOut = /How it was measured is in the report\.|more workloads were measured is in the report/;
    expect(leftOut.test(body)).toBe(measured < result.workloads.length);
    // Tables of functions shrink before any workload is left out.
    for (const { name } of result.workloads) expect(body).toContain(`| \`${name}\` |`);
  });

  test('the check run is whole and says what it leaves out', () => {
    const { summary = '', text = '', title = '' } = world.server.checks.runs[0]?.output ?? {};
    expect(title.length).toBeLessThanOrEqual(255);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(65_535);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535);
    expectWhole(summary);
    expectWhole(text);
    expect(summary).toContain('slower functions of changed files have no annotation.');
    expect(summary).toMatch(/more functions with a proven change in the report\./);
  });

  test('the job summary is whole, by bytes', () => {
    const summary = world.summary();
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(1024 * 1024);
    expectWhole(summary);
    expect(summary).toMatch(/more functions with a proven change in the report\./);
  });

  test('the outputs stay small', () => {
    expect(Buffer.byteLength(world.outputs().figures ?? '')).toBeLessThan(500_000);
  });
});

test.each(everyKind)('every room is kept, however small, with %s', (_, result) => {
  for (const maxCharacters of [60, 2_000, 20_000]) {
    const text = renderMarkdown(result, { maxCharacters, reportLink: 'https://example.test/report' });
    expect(text.length).toBeLessThanOrEqual(maxCharacters);
    expect(text).toMatch(/^\*\*(Fail|profbound: fail)/);
    expectWhole(text);
  }
});
