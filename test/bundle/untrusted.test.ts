/** A bundle that somebody made who means no good: refused with one sentence, or judged like any other; never anything else. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BundleManifest, BundleWorkload, Capture } from '../../src/bundle/schema.js';
import { UsageError } from '../../src/errors.js';
import { reevaluate } from '../../src/jobs/report.js';
import { renderHtml } from '../../src/report/html/page.js';
import { renderJson } from '../../src/report/json.js';
import { renderMarkdown } from '../../src/report/markdown/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { writeBundle, writeManifest } from './written.js';

let sound: string;
let manifest: BundleManifest;
let folder: string;
beforeAll(() => {
  sound = mkdtempSync(join(tmpdir(), 'profbound-sound-'));
  manifest = writeBundle(sound);
});
afterAll(() => rmSync(sound, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'profbound-untrusted-'));
  spawnSync('cp', ['-r', `${sound}/.`, folder]);
});
afterEach(() => rmSync(folder, { recursive: true }));

const workload = (): BundleWorkload => manifest.workloads[0] as BundleWorkload;
const first = (): Capture => workload().captures[0] as Capture;
const profileOf = (capture: Capture): string => join(folder, capture.cpuProfile);

function refusal(): string {
  try {
    reevaluate(folder);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('it was taken');
}

/** The bundle with its first capture changed. */
function withCapture(change: object): BundleManifest {
  const [, ...others] = workload().captures;
  return {
    ...manifest,
    workloads: [{ ...workload(), captures: [{ ...first(), ...change } as Capture, ...others] }],
  };
}

test('the sound one is judged', () => {
  const { result } = reevaluate(folder);
  expect(result.workloads[0]?.functions.find(({ name }) => name === 'f03')?.class).toBe('slower');
});

describe('bundle.json is refused', () => {
  test.each([
    [
      'of another version',
      { schema: 'profbound/bundle@2' },
      /has schema "profbound\/bundle@2"; this version reads/,
    ],
    ['that is null', null, /has schema undefined/],
    ['that is a list', [], /has schema undefined/],
    ['that is nothing but a schema', { schema: 'profbound/bundle@1' }, /is not a valid bundle:\n.*expected/],
  ])('%s', (_, written, message) => {
    writeManifest(folder, written);
    expect(refusal()).toMatch(message);
  });

  test('that is no JSON, and what it holds does not steer the terminal that shows it', () => {
    writeFileSync(join(folder, 'bundle.json'), '\x1b[2J::error::');
    expect(refusal()).toMatch(/is not JSON/);
  });

  test('that is too large, before it is read', () => {
    truncateSync(join(folder, 'bundle.json'), 65 * 1024 * 1024);
    expect(refusal()).toMatch(/bundle\.json has 68157440 bytes; at most 67108864 are read/);
  });

  test('whose schema is deeper or longer than can be told', () => {
    const depth = 200_000;
    writeFileSync(join(folder, 'bundle.json'), `{"schema":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(refusal()).toMatch(/has schema object; this version reads/);
    writeManifest(folder, { schema: 'x'.repeat(1_000_000) });
    expect(refusal().length).toBeLessThan(500);
  });

  test('of nothing but faults, whose number is not kept', () => {
    // A fault each would take gigabytes.
    const nonsense = '{},'.repeat(2_000_000);
    const summary = { ...first().summary, perCpu: 'HERE' };
    for (const given of [
      { ...manifest, workloads: [{ ...workload(), captures: 'HERE' }] },
      { ...manifest, workloads: 'HERE' },
      withCapture({ summary }),
    ]) {
      writeFileSync(join(folder, 'bundle.json'), JSON.stringify(given).replace('"HERE"', `[${nonsense}0]`));
      expect(refusal()).toMatch(/✖ Too big/);
    }
    const captures = Array.from({ length: 20_000 }, () => ({}));
    writeManifest(folder, { ...manifest, workloads: [{ ...workload(), captures }] });
    expect(refusal()).toMatch(/… and 90 more$/);
    const lost = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`c${index}`, 1]));
    writeManifest(folder, withCapture({ summary: { ...first().summary, lost } }));
    expect(refusal()).toMatch(/Too big: expected at most \d+ names/);
    writeManifest(folder, withCapture({ summary: { ...first().summary, lost: { constructor: 1 } } }));
    expect(refusal()).toMatch(/Invalid key in record\n.*lost\.constructor/);
  });

  const elsewhere = '../../etc/passwd';
  test.each([
    ['a path out of the folder', { cpuProfile: elsewhere }],
    ['a path out of the folder inside a good one', { cpuProfile: `workloads/api/pairs/001/../${elsewhere}` }],
    ['an absolute path', { cpuProfile: '/etc/passwd' }],
    ['the profile of another pair', { cpuProfile: 'workloads/api/pairs/002/base.cpu.pb.gz' }],
    ['the profile of another workload', { cpuProfile: 'workloads/job/pairs/001/base.cpu.pb.gz' }],
    ['the CPU time as its waits', { offCpuProfile: 'workloads/api/pairs/001/base.cpu.pb.gz' }],
    ['a pair that is there twice', { pair: 2, cpuProfile: 'workloads/api/pairs/002/base.cpu.pb.gz' }],
    ['a negative count', { units: -1 }],
    ['a count that is no number', { units: 'many' }],
    ['a pair beyond all numbers', { pair: 1e300 }],
    ['fewer units than can be divided by', { units: 5e-324 }],
    ['more units than can be added up', { units: Number.MAX_VALUE }],
    ['more errors than can be added up', { errors: Number.MAX_VALUE }],
    ['a runner nobody knows', { runner: 0 }],
    ['a code layout nobody built', { layout: 2 }],
  ])('with %s', (_, change) => {
    // Which side comes first was drawn.
    const text = JSON.stringify(withCapture(change)).replaceAll('base.', `${first().side}.`);
    writeFileSync(join(folder, 'bundle.json'), text);
    expect(refusal()).toMatch(/is not a valid bundle:\n/);
  });

  test('with more faults than anybody reads, and names as long as that', () => {
    const captures = workload().captures.map((capture) => ({ ...capture, units: 'many', errors: 'none' }));
    writeManifest(folder, { ...manifest, workloads: [{ ...workload(), captures }] });
    expect(refusal()).toMatch(/(✖.*\n.*\n){10}… and 22 more$/);
    const lost = { ['x'.repeat(100_000)]: 1 };
    writeManifest(folder, withCapture({ summary: { ...first().summary, lost } }));
    expect(refusal().length).toBeLessThan(5000);
  });

  test('with two workloads of one name', () => {
    writeManifest(folder, { ...manifest, workloads: [workload(), workload()] });
    expect(refusal()).toMatch(/workloads have names of their own/);
  });

  test('with more captures, notes or text than anybody reads', () => {
    const captures = Array.from({ length: 20_001 }, () => first());
    for (const change of [
      { workloads: [{ ...workload(), captures }] },
      { notes: Array.from({ length: 101 }, () => 'note') },
      { notes: ['x'.repeat(2001)] },
      { config: { path: 'x', text: 'x'.repeat(1_000_001) } },
    ]) {
      writeManifest(folder, { ...manifest, ...change });
      const message = refusal();
      expect(message).toMatch(/Too big/);
      expect(message.length).toBeLessThan(2000);
    }
  });
});

describe('profiles are refused', () => {
  test('that are missing', () => {
    rmSync(profileOf(first()));
    expect(refusal()).toMatch(/cannot read .*\.cpu\.pb\.gz: ENOENT/);
  });

  test('that are links, wherever they lead, also by a folder', () => {
    const file = profileOf(first());
    copyFileSync(file, join(folder, 'copy'));
    rmSync(file);
    symlinkSync(join(folder, 'copy'), file);
    expect(refusal()).toContain(`${file} is a link; a bundle holds plain files`);
    const pairs = join(folder, 'workloads/api/pairs');
    renameSync(pairs, join(folder, 'moved'));
    symlinkSync('../../moved', pairs);
    expect(refusal()).toMatch(/is a link; a bundle holds plain files/);
  });

  test('that are no files', () => {
    const file = profileOf(first());
    rmSync(file);
    spawnSync('mkfifo', [file]);
    expect(refusal()).toContain(`${file} is not a plain file`);
  });

  test('that unpack to more than fits, of however few bytes', () => {
    // Members of a gzip file follow each other: 300 times a megabyte of zeros.
    const bomb = Buffer.concat(Array<Buffer>(300).fill(gzipSync(Buffer.alloc(2 ** 20))));
    expect(bomb.length).toBeLessThan(400_000);
    writeFileSync(profileOf(first()), bomb);
    expect(refusal()).toMatch(/\.cpu\.pb\.gz: the profile unpacks to more than 256 MB/);
  });

  test('that are cut off or something else', () => {
    writeFileSync(profileOf(first()), gzipSync('not a profile').subarray(0, 12));
    expect(refusal()).toMatch(/\.cpu\.pb\.gz: the gzip data is broken/);
    writeFileSync(profileOf(first()), 'GIF89a');
    expect(refusal()).toMatch(/\.cpu\.pb\.gz: not a pprof profile/);
  });
});

/** Paths of all numbers in a value. */
function numbersIn(
  value: unknown,
  path: readonly (string | number)[] = [],
): (readonly (string | number)[])[] {
  if (typeof value === 'number') return [path];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersIn(inner, [...path, key]));
}

function set(target: unknown, path: readonly (string | number)[], value: number): void {
  let at = target as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path.at(-1) as string] = value;
}

/** Judges and renders what there is. @returns whether it was taken */
function isTaken(): boolean {
  try {
    const model = reevaluate(folder);
    const page = renderHtml(model);
    const text = [
      renderMarkdown(model.result, { maxCharacters: 65_536 }),
      renderTerminal(model.result, { color: false, width: 100 }),
      page.replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, ''),
    ].join('\n');
    expect(text).not.toMatch(/\bNaN\b|undefined|Infinity/);
    expect(JSON.parse(renderJson(model.result))).toEqual(model.result);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

describe('any number may be anything', () => {
  const values = [0, 2 ** 53 - 1, 1e-9, 1e15];

  test('of one capture', () => {
    let taken = 0;
    for (const path of numbersIn(first())) {
      for (const value of values) {
        const changed = structuredClone(manifest);
        set(changed.workloads[0]?.captures[0], path, value);
        writeManifest(folder, changed);
        taken += Number(isTaken());
      }
    }
    expect(taken).toBeGreaterThan(50);
  });

  test("of all of head's captures", () => {
    let taken = 0;
    for (const path of numbersIn(first())) {
      for (const value of values) {
        const changed = structuredClone(manifest);
        for (const capture of changed.workloads[0]?.captures ?? []) {
          if (capture.side === 'head') set(capture, path, value);
        }
        writeManifest(folder, changed);
        taken += Number(isTaken());
      }
    }
    expect(taken).toBeGreaterThan(50);
  });

  test('of the workload and the machine', () => {
    let taken = 0;
    const { captures: _, ...rest } = workload();
    const paths = [
      ...numbersIn(rest).map((path) => ['workloads', 0, ...path]),
      ...numbersIn(manifest.environment).map((path) => ['environment', ...path]),
    ];
    for (const path of paths) {
      for (const value of values) {
        const changed = structuredClone(manifest);
        set(changed, path, value);
        writeManifest(folder, changed);
        taken += Number(isTaken());
      }
    }
    expect(taken).toBeGreaterThan(10);
  });

  test.each([0, 1, 2 ** 53 - 1])('of every sample: %d', (value) => {
    rmSync(folder, { recursive: true });
    writeBundle(folder, { value });
    expect(isTaken()).toBe(true);
  });
});
