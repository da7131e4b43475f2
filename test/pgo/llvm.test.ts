/** LLVM's profile: what LLVM's own tools say of it, and what clang makes of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { BundleWriter } from '../../src/bundle/writer.js';
import { consumptionOf } from '../../src/jobs/pgoRun/findings.js';
import { consumptionError, readReport, reportFlags } from '../../src/pgo/consumption.js';
import { type ProfileContent, readProfile } from '../../src/pgo/content.js';
import { isConsumed } from '../../src/pgo/decision.js';
import { readBuilt } from '../../src/pgo/elfFile.js';
import { emptyProfile } from '../../src/pgo/emptyProfile.js';
import { profileOverlap } from '../../src/pgo/overlap.js';
import { type Body, positionAt } from '../../src/pgo/sourceProfile.js';
import { capture, exported, openWriter, run, source, workFolder } from './support.js';

const folder = workFolder();
const flags = [
  '-O2',
  '-gline-tables-only',
  '-fdebug-info-for-profiling',
  '-funique-internal-linkage-names',
  '-fuse-ld=lld',
  '-Wl,--build-id',
];
const build = (out: string, ...more: readonly string[]) =>
  run(['clang++-19', ...flags, ...more, '-o', out, source('machine.cpp')], folder);

const profile = join(folder, 'profile.txt');
let writer: BundleWriter;

beforeAll(async () => {
  build('program');
  writer = openWriter(folder);
  for (const pair of [1, 2]) await capture(writer, [join(folder, 'program'), '1.5'], { pair });
  exported(writer, { format: 'llvm', binary: join(folder, 'program'), out: profile });
});

describe('a profile for clang', () => {
  test('is what llvm-profdata takes, function by function', () => {
    const { stdout } = run(['llvm-profdata-19', 'show', '--sample', profile], folder);
    expect(stdout).toMatch(/Function: _Z4scanPKmi: \d{6,}/);
    expect(stdout).toMatch(/Function: _Z3run\S*: \d{6,}/);
  });

  test('may have names beyond ASCII: it is text all the same', () => {
    const text = Buffer.from('Äpfel:10:1\n 1: 10\n');
    const { profile: read } = readProfile('llvm', text, { name: 'a.prof', llvmProfdata: null });
    expect([...read.keys()]).toEqual(['Äpfel']);
  });

  test('knows who is called through a pointer, and how often', () => {
    const text = readFileSync(profile, 'utf8');
    const calls = /^ +\d+(?:\.\d+)?: \d+ (_ZN12_GLOBAL__N_1\S*mix\S*:\d+.*)$/m.exec(text)?.[1] ?? '';
    const counts = [...calls.matchAll(/(mix|fold|divide)\S*:(\d+)/g)].map(([, name, count]) => [
      name,
      Number(count),
    ]);
    expect(Object.fromEntries(counts).mix).toBeGreaterThan(0);
  });

  test('says of lines that never were sampled that they never ran', () => {
    expect(readFileSync(profile, 'utf8')).toMatch(/^main:\d+:\d+\n(?: .*\n)* \d+(?:\.\d+)?: 0$/m);
  });

  test('is consumed: other code than without it and than with an empty one, and remarks that say why', () => {
    writeFileSync(join(folder, 'empty.txt'), 'no_such_function:1:1\n 0: 1\n');
    const use = (file: string) => [`-fprofile-sample-use=${file}`, '-mllvm', '-sample-profile-use-profi'];
    const { stderr } = build('with', ...use(profile), ...reportFlags('llvm', null));
    build('empty', ...use(join(folder, 'empty.txt')));
    expect(codeOf('with')).not.toBe(codeOf('program'));
    expect(codeOf('with')).not.toBe(codeOf('empty'));
    const report = readReport('llvm', stderr);
    expect(consumptionError(report)).toBeNull();
    expect(report.promoted.map(({ callee }) => callee).join()).toMatch(/mix/);
    expect(report.inlined.map(({ caller }) => caller)).toContain('_Z4scanPKmi');
    expect(report.dropped).toEqual({ some: 0, all: expect.any(Number) });
    expect(report.dropped?.all).toBeGreaterThan(100_000);
    for (const { some, all } of report.partial) expect(some).toBeLessThan(all);
    expect(
      consumptionError(readReport('llvm', build('without', ...reportFlags('llvm', null)).stderr)),
    ).toMatch(/is -fprofile-sample-use=FILE given/);
    run([join(folder, 'with'), '0.1'], folder);
  });

  test('has calls go straight to what they call often, not to what takes long', async () => {
    const taken = openWriter(workFolder());
    const compile = (out: string, ...more: readonly string[]) =>
      run(['clang-19', ...flags, ...more, '-o', out, source('often.c')], folder);
    compile('often');
    await capture(taken, [join(folder, 'often'), '2']);
    const out = join(folder, 'often.txt');
    exported(taken, { format: 'llvm', binary: join(folder, 'often'), out });
    const { stderr } = compile('again', `-fprofile-sample-use=${out}`, ...reportFlags('llvm', null));
    expect(readReport('llvm', stderr).promoted[0]?.callee).toMatch(/brief/);
  });

  test('counts cases that run into each other each by itself', async () => {
    const taken = openWriter(workFolder());
    run(['clang-19', ...flags, '-w', '-o', 'tails', source('tails.c')], folder);
    await capture(taken, [join(folder, 'tails'), '2']);
    const out = join(folder, 'tails.txt');
    exported(taken, { format: 'llvm', binary: join(folder, 'tails'), out });
    const { profile: read } = readProfile('llvm', readFileSync(out), { name: out, llvmProfdata: null });
    const [, { positions }] = [...read].find(([name]) => name.includes('hash')) as [string, Body];
    const [seven, six, one] = [6, 8, 18].map((line) => positions.get(positionAt(line, 0))?.count as number);
    expect(one).toBeGreaterThan(0);
    expect((seven as number) / (one as number)).toBeLessThan(1 / 4);
    expect((six as number) / (one as number)).toBeLessThan(1 / 4);
  });

  test('of which most is dropped counts as not consumed, whatever else the compiler does by it', async () => {
    const deep = readFileSync(source('deep.c'), 'utf8');
    const compile = (out: string, text: string, ...more: readonly string[]) => {
      writeFileSync(join(folder, 'deep.c'), text);
      return run(['clang-19', ...flags, ...more, '-o', out, 'deep.c'], folder);
    };
    compile('deep', deep);
    const taken = openWriter(workFolder());
    await capture(taken, [join(folder, 'deep'), '0.5']);
    const out = join(folder, 'deep.txt');
    exported(taken, { format: 'llvm', binary: join(folder, 'deep'), out, fewestSamples: 100 });
    const reported = (text: string) => {
      const { stderr } = compile('again', text, `-fprofile-sample-use=${out}`, ...reportFlags('llvm', null));
      return readReport('llvm', stderr);
    };
    expect(consumptionError(reported(deep))).toBeNull();
    const moved = reported(deep.replace('\tdo {\n', '\n\n\tdo {\n'));
    const { some, all } = moved.dropped as { some: number; all: number };
    expect(some / all).toBeGreaterThan(0.5);
    expect(consumptionError(moved)).toMatch(
      /^that it drops [\d.]+ % of the profile's samples, more than half/,
    );
  });

  test('is consumed by a program that is stripped where clang says so, and what it says of an empty one is no proof', () => {
    const built = (out: string, ...more: readonly string[]) => {
      const { stderr } = build(out, ...more, ...reportFlags('llvm', null), '-s');
      return { file: readBuilt(join(folder, out)), output: stderr };
    };
    writeFileSync(join(folder, 'empty.txt'), emptyProfile('llvm'));
    const none = built('none');
    const zero = built('zero', `-fprofile-sample-use=${join(folder, 'empty.txt')}`);
    const next = built('next', `-fprofile-sample-use=${profile}`);
    const asked = { format: 'llvm', rebuild: 'make REPORT="${PGO_REPORT}"' } as const;
    const found = consumptionOf(asked, none, zero, next);
    expect(found).toMatchObject({ functions: 0, differFromNone: 0, report: { isConsumed: true } });
    expect(isConsumed(found, { path: 'a.prof' })).toBe(true);
    // A build that always has some profile says the same by an empty one.
    const always = consumptionOf(asked, none, next, next);
    expect(always.report).toBeNull();
    expect(isConsumed(always, { path: 'a.prof' })).toBe(false);
    const unasked = consumptionOf({ ...asked, rebuild: 'make' }, none, zero, { ...next, output: '' });
    expect(unasked.report).toBeNull();
    expect(isConsumed(unasked, { path: 'a.prof' })).toBe(false);
  });

  test('of independent captures is nearly the same', () => {
    const files = [1, 2].map((pair) => {
      const one = openWriter(workFolder());
      const taken = writer.workload('program').captures.filter((each) => each.pair === pair);
      one.adopt('program', taken, { reason: 'single', message: '' }, (_, path) =>
        readFileSync(join(writer.directory, path)),
      );
      const out = join(folder, `half-${pair}.txt`);
      exported(one, { format: 'llvm', binary: join(folder, 'program'), out, fewestSamples: 1000 });
      return out;
    });
    const { stdout } = run(['llvm-profdata-19', 'overlap', '--sample', ...files], folder);
    const [similarity, overlap] = ['Whole program profile similarity', 'Whole program sample overlap'].map(
      (name) => Number(new RegExp(`${name}: ([\\d.]+)%`).exec(stdout)?.[1]) / 100,
    );
    expect(similarity).toBeGreaterThan(0.7);
    const [first, second] = files.map((file) =>
      readProfile('llvm', readFileSync(file), { name: file, llvmProfdata: null }),
    ) as [ProfileContent, ProfileContent];
    const ours = profileOverlap(first, second);
    expect(ours.similarity).toBeCloseTo(similarity as number, 4);
    expect(ours.overlap).toBeCloseTo(overlap as number, 4);
    expect(profileOverlap(second, first)).toEqual({
      ...ours,
      similarity: expect.closeTo(ours.similarity, 9),
    });
  });

  test('is converted by llvm-profdata where that is asked for', () => {
    const out = join(folder, 'profile.bin');
    const binary = join(folder, 'program');
    const { bytes } = exported(writer, { format: 'llvm', binary, out, llvmProfdata: 'llvm-profdata-19' });
    expect(bytes).toBeLessThan(readFileSync(profile).length);
    const show = (file: string) => run(['llvm-profdata-19', 'show', '--sample', file], folder).stdout;
    expect(show(out)).toBe(show(profile));
  });

  test('is the same, byte for byte, of the same captures', () => {
    const out = join(folder, 'again.txt');
    exported(writer, { format: 'llvm', binary: join(folder, 'program'), out });
    expect(readFileSync(out, 'utf8')).toBe(readFileSync(profile, 'utf8'));
  });
});

/** The machine code alone: a build id and debug information may differ without it. */
function codeOf(program: string): string {
  run(['llvm-objcopy-19', '-O', 'binary', '--only-section=.text', program, `${program}.text`], folder);
  return readFileSync(join(folder, `${program}.text`), 'latin1');
}
