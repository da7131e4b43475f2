import { describe, expect, test } from '@jest/globals';
import type { ChangedFile, Changes } from '../../src/bundle/changes.js';
import type { Caller, Place, Surroundings } from '../../src/profile/surroundings.js';
import type { SurroundingsOf } from '../../src/verdict/blame/culprit.js';
import { judge } from '../../src/verdict/judge.js';
import { resultSchema } from '../../src/verdict/result.js';
import { manifestOf, program, simulate } from './simulate.js';

/** Functions are f00 to f39, each in a file of its own at line 12; f01 takes half as long again in head. */
const base = program();
const measured = simulate({
  seed: 5,
  pairs: 10,
  noise: 0.2,
  base,
  head: { ...base, f01: (base.f01 as number) * 1.5 },
});

const file = (path: string, change: Partial<ChangedFile> = {}): ChangedFile => ({
  path,
  kind: 'modified',
  tail: 1,
  hunks: [{ base: [20, 1], head: [20, 2], inside: [] }],
  ...change,
});
const inFunction = {
  hunks: [{ base: [14, 1], head: [15, 1], inside: [[12, 12]] }],
} satisfies Partial<ChangedFile>;
const elsewhere = file('src/unrelated.c');

interface Case {
  readonly files?: readonly ChangedFile[];
  readonly prefix?: string;
  readonly filesLeft?: number;
  readonly root?: string;
  readonly around?: Partial<Record<'base' | 'head', Partial<Surroundings>>>;
  readonly changes?: null;
}

/** The culprit of f01 in a change of these files. */
function culpritIn({ files = [], prefix = '', filesLeft = 0, root = '/src', around, changes }: Case) {
  const whole: Changes = { prefix, files: [...files], filesLeft };
  const manifest = manifestOf(measured.workload);
  const refs = { ...manifest.refs, head: { ...manifest.refs.head, root } };
  const surroundingsOf: SurroundingsOf = (_, capture, keys) => {
    expect([...keys]).toEqual(['f01']);
    const nothing = { nanoseconds: 1e9, callers: new Map(), inlined: new Map() };
    return new Map([['f01', { ...nothing, ...around?.[capture.side] }]]);
  };
  const given = { ...manifest, refs, changes: changes === null ? null : whole };
  const result = resultSchema.parse(judge(given, { tableOf: measured.tableOf, surroundingsOf }));
  const slower = result.workloads[0]?.functions.filter((one) => one.class === 'slower') ?? [];
  expect(slower.map(({ name }) => name)).toEqual(['f01']);
  return slower[0]?.culprit;
}

const place = (name: string, path: string, line: number): Place => ({ key: name, name, file: path, line });
const caller = (name: string, distance: number, nanoseconds: number): [string, Caller] => [
  name,
  { ...place(name, `src/${name}.c`, 3), distance, nanoseconds },
];

describe('the culprit', () => {
  test('is the function itself where a changed line lies in it', () => {
    expect(culpritIn({ files: [elsewhere, file('src/f01.c', inFunction)] })).toEqual({
      kind: 'changed',
      message: 'changed in this pull request (src/f01.c:15)',
      function: null,
      file: 'src/f01.c',
      line: 15,
      hunk: { base: [14, 1], head: [15, 1] },
    });
  });

  test('is the function where its first line was changed', () => {
    const files = [file('src/f01.c', { hunks: [{ base: [10, 2], head: [10, 5], inside: [] }] })];
    expect(culpritIn({ files })?.kind).toBe('changed');
  });

  test.each([
    ['below the root of a subfolder', 'svc/src/f01.c', 'svc/', 1, 'changed'],
    ['of the same name elsewhere', 'lib/f01.c', '', 1, 'untouched'],
    ['that ends alike', 'svc/src/f01.c', '', 1, 'changed'],
    ['that ends alike, as another does', 'svc/src/f01.c', '', 3, 'untouched'],
    ['that ends alike in one part only', 'f01.c', '', 1, 'untouched'],
  ])('finds the file %s', (_, path, prefix, tail, kind) => {
    expect(culpritIn({ files: [file(path, { ...inFunction, tail })], prefix })?.kind).toBe(kind);
  });

  test('is a changed caller below which it grew, the nearest first', () => {
    const files = ['far', 'near', 'idle'].map((name) =>
      file(`src/${name}.c`, { hunks: [{ base: [3, 1], head: [3, 1], inside: [] }] }),
    );
    const callers = new Map([caller('idle', 1, 2e8), caller('far', 5, 1.5e9), caller('near', 2, 1.3e9)]);
    const before = new Map([caller('idle', 1, 2e8), caller('far', 5, 1e9), caller('near', 2, 8e8)]);
    const around = { base: { callers: before }, head: { nanoseconds: 1.5e9, callers } };
    expect(culpritIn({ files, around })).toMatchObject({
      kind: 'called_from_changed',
      message: 'called below near, changed in this pull request (src/near.c:3)',
      function: 'near',
    });
    const direct = new Map([caller('near', 1, 1.5e9)]);
    expect(culpritIn({ files, around: { head: { nanoseconds: 1.5e9, callers: direct } } })?.message).toBe(
      'called from near, changed in this pull request (src/near.c:3)',
    );
  });

  test('is a changed function that is inlined into it', () => {
    const inlined = new Map([['step', place('step', 'src/step.h', 12)]]);
    const files = [file('src/step.h', inFunction)];
    expect(culpritIn({ files, around: { head: { inlined } } })).toMatchObject({
      kind: 'inlines_changed',
      message: 'inlines step, changed in this pull request (src/step.h:15)',
    });
  });

  test.each([
    ['elsewhere in its file', file('src/f01.c'), 'its file is changed in this pull request (src/f01.c:20)'],
    [
      'at unknown lines of its file',
      file('src/f01.c', { hunks: null }),
      'its file is changed in this pull request (src/f01.c)',
    ],
    ['in a header', file('src/f01.h'), 'src/f01.h, beside its file, is changed in this pull request'],
    [
      'in the source of a built file',
      file('gen/f01.y'),
      'gen/f01.y, which its file seems to be built from, is changed in this pull request',
    ],
  ])('is near: %s', (_, changed, message) => {
    expect(culpritIn({ files: [changed] })).toMatchObject({ kind: 'file_changed', message });
  });

  test.each([
    ['a lock file', ['config.yml', 'package.json', 'web/package-lock.json'], 'web/package-lock.json'],
    ['flags', ['README.md', 'config.yml', 'Makefile'], 'Makefile'],
    ['configuration', ['docs/a.md', 'deploy/api.toml'], 'deploy/api.toml'],
    ['a vendored folder', ['vendor/x/y.go'], 'vendor/x/y.go'],
  ])('may be inherited from %s', (_, paths, heir) => {
    const { kind, message, file: named } = culpritIn({ files: paths.map((path) => file(path)) }) ?? {};
    expect({ kind, message, named }).toEqual({
      kind: 'untouched',
      message: `not touched: may inherit from ${heir}, changed in this pull request`,
      named: heir,
    });
  });

  test.each([
    ['nothing differs', {}, 'untouched', 'not touched: the sources of both sides are the same'],
    ['other code differs', { files: [elsewhere] }, 'untouched', 'not touched by this pull request'],
    [
      'not all files are listed',
      { files: [elsewhere], filesLeft: 7 },
      'unknown',
      'this pull request changes 7 more files than a bundle lists: whether this function is in one of them is not known',
    ],
    ['nothing is known', { changes: null }, 'unknown', 'what this pull request changes is not known'],
  ])('when %s', (_, given, kind, message) => {
    expect(culpritIn(given as Case)).toMatchObject({ kind, message });
  });
});
