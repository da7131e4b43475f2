import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Ref } from '../../src/bundle/schema.js';
import { readConfigs } from '../../src/jobs/configuration.js';

const small = (seconds: number): string =>
  `version: 1\nworkloads: { job: { batch: 'true' } }\ncapture: { seconds: ${seconds} }\n`;

let folder: string;
let refs: { base: Ref; head: Ref };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'profbound-configuration-'));
  const ref = (side: string): Ref => ({ name: `dir:${side}`, commit: null, root: join(folder, side) });
  refs = { base: ref('base'), head: ref('head') };
  for (const { root } of Object.values(refs)) mkdirSync(root);
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(place: string, text: string): void {
  writeFileSync(join(folder, place), text);
}

test('reads the file of each side', () => {
  write('base/.profbound.yml', small(1));
  write('head/.profbound.yml', small(2));
  const { configs, notes } = readConfigs(folder, null, refs);
  expect([configs.base.config.capture?.seconds, configs.head.config.capture?.seconds]).toEqual([1, 2]);
  expect(configs.head.path).toBe('head:.profbound.yml');
  expect(notes).toEqual([]);
});

test('reads a named file of each side', () => {
  write('base/other.yml', small(1));
  write('head/other.yml', small(2));
  write('other.yml', small(3));
  const { configs, notes } = readConfigs(folder, 'other.yml', refs);
  expect([configs.base.config.capture?.seconds, configs.head.config.capture?.seconds]).toEqual([1, 2]);
  expect(notes).toEqual([]);
});

test.each(['other.yml', '../other.yml'])(
  'applies a named file that belongs to no side, %s, to both',
  (named) => {
    mkdirSync(join(folder, 'here'));
    write('here/other.yml', small(3));
    write('other.yml', small(3));
    write('base/.profbound.yml', small(1));
    write('head/.profbound.yml', small(2));
    const { configs, notes } = readConfigs(join(folder, 'here'), named, refs);
    expect(configs.base).toBe(configs.head);
    expect(configs.head.config.capture?.seconds).toBe(3);
    expect(notes).toEqual([`${named} belongs to neither side: it was applied to both, its gate included`]);
  },
);

test("applies head's file to both sides where base has none yet, and says so", () => {
  write('head/.profbound.yml', small(2));
  const { configs, notes } = readConfigs(folder, null, refs);
  expect(configs.base).toBe(configs.head);
  expect(notes).toEqual(["base has no .profbound.yml: head's was applied to both sides, its gate included"]);
});

test('does not let head go without a file: a pull request cannot remove its own gate', () => {
  write('base/.profbound.yml', small(1));
  expect(() => readConfigs(folder, null, refs)).toThrow('there is no .profbound.yml in head (dir:head)');
});

test('names the side, line and column of an error', () => {
  write('base/.profbound.yml', small(1));
  write('head/.profbound.yml', `${small(2)}gat: {}\n`);
  expect(() => readConfigs(folder, null, refs)).toThrow(
    'head:.profbound.yml:4:1: unknown key gat in the file; did you mean gate?',
  );
});

const waivers = (max: string): string =>
  `version: 1\nwaivers: [{ total: true, max: ${max}, reason: r, expires: 2030-01-01 }]\n`;

test("takes base's waivers, and says that head changes them", () => {
  write('base/.profbound.yml', small(1));
  write('head/.profbound.yml', small(1));
  expect(readConfigs(folder, null, refs)).toMatchObject({ waivers: [], notes: [] });
  write('head/.profbound-waivers.yml', waivers('5%'));
  const added = readConfigs(folder, null, refs);
  expect(added.waivers).toEqual([]);
  expect(added.notes).toEqual([
    "head changes .profbound-waivers.yml; base's waivers were applied, the change takes effect once it is merged",
  ]);
  write('base/.profbound-waivers.yml', waivers('4%'));
  const [only] = readConfigs(folder, null, refs).waivers;
  expect(only).toMatchObject({ waiver: { max: 0.04, at: 'base:.profbound-waivers.yml:2:11' } });
});

test('reports what is wrong in the waivers of either side', () => {
  write('base/.profbound.yml', small(1));
  write('head/.profbound.yml', small(1));
  write('head/.profbound-waivers.yml', waivers('5'));
  expect(() => readConfigs(folder, null, refs)).toThrow(
    'head:.profbound-waivers.yml:2:31: waivers.0.max: 5 is not',
  );
});

test('finds waivers beside a named file of both sides, and beside one of neither', () => {
  for (const side of ['base', 'head']) {
    mkdirSync(join(folder, side, 'ci'));
    write(`${side}/ci/gate.yml`, small(1));
    write(`${side}/ci/.profbound-waivers.yml`, waivers('3%'));
  }
  expect(readConfigs(folder, 'ci/gate.yml', refs).waivers).toHaveLength(1);
  write('own.yml', small(1));
  write('.profbound-waivers.yml', waivers('2%'));
  expect(readConfigs(folder, 'own.yml', refs).waivers).toMatchObject([{ waiver: { max: 0.02 } }]);
});
