/** One bundle full of hostile text, from its files to everything that is written of it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeReports } from '../../src/jobs/output.js';
import { reevaluate } from '../../src/jobs/report.js';
import { inert } from '../../src/publish/github/log.js';
import { annotationsOf } from '../../src/report/annotations.js';
import { renderCheck, renderMarkdown } from '../../src/report/markdown/markdown.js';
import type { ReportModel } from '../../src/report/model.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { resultSchema, type WorkloadResult } from '../../src/verdict/result.js';
import { writeBundle } from '../bundle/written.js';
import { hostileNames } from '../report/hostile.js';

/** Every name there is, and some that only a runner's log or a table would obey. */
const names = [
  ...hostileNames,
  '::set-output name=verdict::pass',
  '##[add-mask]x',
  '](http://evil.test)',
  '\u2028',
];
/** Profiles are refused where they have no valid UTF-8; a lone surrogate has none. */
const nameOf = (index: number): string => (names[index] as string).replace('\ud800', '\ufffd');
const short = names.filter((name) => name.length < 2000).map((name) => name.slice(0, 300));
const all = short.join(' ').slice(0, 2000);

let folder: string;
let model: ReportModel;
let page: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'profbound-hostile-'));
  const cost = 1000 / names.length;
  const base = Object.fromEntries(names.map((_, index) => [`f${index}`, cost]));
  // Every second one is slower.
  const head = Object.fromEntries(names.map((_, index) => [`f${index}`, index % 2 ? 2 * cost : cost]));
  writeBundle(join(folder, 'bundle'), {
    truth: { base, head, samples: 4000 },
    nameOf: (name) => nameOf(Number(name.slice(1))),
    change: (manifest) => ({
      ...manifest,
      tool: { ...manifest.tool, version: all },
      refs: {
        base: { name: all, commit: null, root: '/src' },
        head: { name: all, commit: null, root: `/src/${all.slice(0, 500)}` },
      },
      config: { path: all, text: names.join('\n') },
      notes: short,
      environment: { ...manifest.environment, kernel: all, cpuModel: all, governor: all, serviceCpus: all },
      workloads: manifest.workloads.map((workload) => ({
        ...workload,
        stop: { reason: 'futile', message: all },
        offCpu: { mode: 'report', margin: 0.1, idle: short.slice(0, 20) },
        waivers: names.map((name) => ({
          at: name.slice(0, 2000),
          time: 'cpu' as const,
          function: { name: name.slice(0, 3000), file: null },
          max: 0.1,
          reason: name.slice(0, 1000),
          expires: '2020-01-01',
        })),
        captures: workload.captures.map((capture) => ({
          ...capture,
          conditions: {
            ...capture.conditions,
            settings: { ...capture.conditions.settings, kernel: all, governor: all, onlineCpus: all },
          },
          summary: {
            ...capture.summary,
            collector: all.slice(0, 100),
            event: 'cpu-clock',
            limits: short.slice(0, 100),
          },
        })),
      })),
    }),
  });
  model = reevaluate(folder);
  writeReports(model, folder);
  page = readFileSync(join(folder, 'report.html'), 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true }));

const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

test('the names got as far as the renderers', () => {
  const functions = model.result.workloads[0]?.functions ?? [];
  expect(functions.length).toBeGreaterThan(names.length / 2);
  const found = functions.map(({ name }) => name).join('\n');
  for (const name of ['</script>', '\x1b[2J', '\u202e', '| cell', '::set-output'])
    expect(found).toContain(name);
  // What is proven is shown before what is not, and cut last.
  expect(functions.filter((one) => one.class !== 'unproven').length).toBeGreaterThan(5);
});

test('result.json is JSON, and keeps every character', () => {
  const text = readFileSync(join(folder, 'result.json'), 'utf8');
  expect(resultSchema.parse(JSON.parse(text))).toEqual(model.result);
});

/** An element's name and attributes without what they are set to. */
const named = (element: string): string => element.replace(/"[^"]*"/g, '""');

describe('the page', () => {
  test('has no element, attribute or script that a name brought', () => {
    const data = [...page.matchAll(/<script type="application\/json">([\s\S]*?)<\/script>/g)];
    expect(data.length).toBeGreaterThan(0);
    for (const [, json = ''] of data) expect(JSON.parse(json)).toBeDefined();
    const body = page.replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, '');
    expect(page.match(/<script/g)).toHaveLength(1 + data.length);
    expect(page.match(/<style/g)).toHaveLength(1);
    const tags = new Set([...body.matchAll(/<([a-z!][a-z0-9-]*)/gi)].map(([, tag]) => tag?.toLowerCase()));
    for (const tag of ['img', 'b', 'iframe', 'script', 'object']) expect(tags).not.toContain(tag);
    for (const [element] of body.matchAll(/<[a-z][^>]*>/gi)) {
      expect(named(element)).not.toMatch(/\son\w+\s*=|.</i);
    }
    expect(page).not.toMatch(/(?:href|src)="(?!#)/);
  });

  test('shows what cannot be seen', () => {
    expect(page.replaceAll('\n', '').replaceAll('\u00a0', ' ')).not.toMatch(unseen);
    expect(page).toContain('\\u{202e}');
  });

  test('stays small', () => {
    expect(Buffer.byteLength(page)).toBeLessThan(2_000_000);
  });
});

test('the flame graph is one image, of elements that draw', () => {
  const image = readFileSync(join(folder, 'flamegraph-api.svg'), 'utf8');
  expect(image.replaceAll('\n', '').replaceAll('\u00a0', ' ')).not.toMatch(unseen);
  const body = image.replace(/<style>[\s\S]*?<\/style>/, '');
  const tags = new Set([...body.matchAll(/<([a-z!?][a-z0-9-]*)/gi)].map(([, tag]) => tag));
  for (const tag of tags) expect(['?xml', 'svg', 'title', 'rect', 'g', 'text']).toContain(tag);
  for (const [element] of body.matchAll(/<[a-z][^>]*>/gi)) {
    expect(named(element)).not.toMatch(/\s(?:on\w+|href|xlink:href|style)\s*=|.</i);
  }
});

describe('Markdown of summary and comment', () => {
  test.each([1500, 8000, 65_536, 1_000_000])('in %d characters keeps its structure', (maxCharacters) => {
    const text = renderMarkdown(model.result, { maxCharacters });
    expect(text.length).toBeLessThanOrEqual(maxCharacters);
    expect(text.replaceAll('\n', '')).not.toMatch(unseen);
    const outsideCode = text.replace(/`[^`\n]*`/g, '');
    const allowed = [
      '<code>',
      '</code>',
      '<br>',
      '<details>',
      '</details>',
      '<summary>',
      '</summary>',
      '<!-- -->',
    ];
    for (const [tag] of outsideCode.matchAll(/<[^>]*>/g)) expect(allowed).toContain(tag);
    expect(outsideCode).not.toMatch(/@(?!<!--)|\]\((?:http|javascript)|^#+ (?!`|<code>)|^```/m);
    for (const row of text.split('\n').filter((line) => line.startsWith('|')))
      expect(row.endsWith('|')).toBe(true);
  });
});

describe('check run', () => {
  test('its title is one visible line, its texts keep their structure', () => {
    const { title, summary, text } = renderCheck(model.result, { maxCharacters: 65_535 });
    expect(title).not.toMatch(unseen);
    for (const markdown of [summary, text ?? '']) {
      expect(markdown.replaceAll('\n', '')).not.toMatch(unseen);
      expect(markdown.replace(/`[^`\n]*`/g, '')).not.toMatch(/@(?!<!--)|<(?:script|img|svg|b|h1)\b/);
    }
  });

  test('annotations are plain text', () => {
    const workload = model.result.workloads[0] as WorkloadResult;
    const annotations = annotationsOf(
      workload.functions.map((one) => ({ path: 'src/a.c', line: 1, workload, function: one })),
    );
    expect(annotations.list.length).toBeGreaterThan(names.length / 2);
    for (const { title, message } of annotations.list) {
      expect(title).not.toMatch(unseen);
      expect(title.length).toBeLessThan(255);
      expect(message.replaceAll('\n', '')).not.toMatch(unseen);
    }
  });
});

test('the terminal is not steered, and the log of a runner obeys nothing', () => {
  const text = renderTerminal(model.result, { color: false, width: 100 });
  expect(text.replaceAll('\n', '')).not.toMatch(unseen);
  for (const line of inert(text).split('\n')) {
    expect(line).not.toMatch(/^\s*::/);
    expect(line).not.toContain('##[');
  }
});
