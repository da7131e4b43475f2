/** GCC's profile: what GCC says that it read, and what it makes of it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { consumptionError, readReport, reportFlags } from '../../src/pgo/consumption.js';
import { readProfile } from '../../src/pgo/content.js';
import { gccProfile } from '../../src/pgo/gcc.js';
import { type Body, positionAt } from '../../src/pgo/sourceProfile.js';
import { capture, exported, openWriter, run, source, workFolder } from './support.js';

const folder = workFolder();
const profile = join(folder, 'profile.afdo');
const build = (out: string, ...more: readonly string[]) =>
  run(['g++-12', '-O2', '-g', ...more, '-o', out, source('machine.cpp')], folder);

beforeAll(async () => {
  build('program');
  const writer = openWriter(folder);
  await capture(writer, [join(folder, 'program'), '2']);
  exported(writer, { format: 'gcc', binary: join(folder, 'program'), out: profile });
});

test('is consumed: other code than without it and than with an empty one, and counts on what ran', () => {
  writeFileSync(join(folder, 'empty.afdo'), gccProfile([]));
  build('with', `-fauto-profile=${profile}`, ...reportFlags('gcc', null));
  build('empty', `-fauto-profile=${join(folder, 'empty.afdo')}`);
  expect(codeOf('with')).not.toBe(codeOf('program'));
  expect(codeOf('with')).not.toBe(codeOf('empty'));
  const dump = readdirSync(folder).find((name) => /\.\d+i\.afdo$/.test(name)) as string;
  const report = readReport('gcc', readFileSync(join(folder, dump), 'utf8'));
  expect(report.functions?.some).toBeGreaterThanOrEqual(4);
  expect(report.functions?.all).toBeGreaterThanOrEqual(report.functions?.some as number);
  expect(report.promoted).toEqual([
    expect.objectContaining({ callee: 'mix', place: expect.stringContaining('machine.cpp:64') }),
  ]);
  expect(consumptionError(report)).toBeNull();
  expect(consumptionError(readReport('gcc', ''))).toMatch(/is -fauto-profile=FILE given/);
  run([join(folder, 'with'), '0.1'], folder);
});

test('has calls go straight to what they call often, not to what takes long', async () => {
  const program = join(folder, 'often');
  const compile = (out: string, ...more: readonly string[]) =>
    run(['gcc-12', '-O2', '-g', ...more, '-o', out, source('often.c')], folder);
  compile(program);
  const writer = openWriter(join(folder, 'often-captured'));
  await capture(writer, [program, '2']);
  const out = join(folder, 'often.afdo');
  exported(writer, { format: 'gcc', binary: program, out });
  compile('again', `-fauto-profile=${out}`, ...reportFlags('gcc', null));
  const dump = readdirSync(folder).find((name) => /^again-.*\.afdo$/.test(name)) as string;
  const report = readReport('gcc', readFileSync(join(folder, dump), 'utf8'));
  expect(report.promoted.map(({ callee }) => callee)).toEqual(['brief']);
});

test('counts how often lines ran, not how long they waited', async () => {
  const program = join(folder, 'stalls');
  run(['gcc-12', '-O2', '-g', '-o', program, source('stalls.c')], folder);
  const writer = openWriter(join(folder, 'stalling'));
  await capture(writer, [program, '2']);
  const out = join(folder, 'stalls.afdo');
  exported(writer, { format: 'gcc', binary: program, out });
  const { profile } = readProfile('gcc', readFileSync(out), { name: out, llvmProfdata: null });
  const { positions } = profile.get('visit') as Body;
  const [step, look, mix] = [4, 7, 9].map((line) => positions.get(positionAt(line, 0))?.count as number);
  expect(step).toBeGreaterThan(0);
  expect([look, mix]).toEqual([step, step]);
  // One in sixteen, by few samples; at every sixteenth turn, as a mispredicted jump would wait there.
  const taken = positions.get(positionAt(6, 0))?.count as number;
  expect(taken / (step as number)).toBeLessThan(1 / 4);
});

test('counts cases that run into each other each by itself', async () => {
  const program = join(folder, 'tails');
  run(['gcc-12', '-O2', '-g', '-w', '-o', program, source('tails.c')], folder);
  const writer = openWriter(join(folder, 'tails-captured'));
  await capture(writer, [program, '2']);
  const out = join(folder, 'tails.afdo');
  exported(writer, { format: 'gcc', binary: program, out });
  const { profile } = readProfile('gcc', readFileSync(out), { name: out, llvmProfdata: null });
  const { positions } = profile.get('hash') as Body;
  const [seven, six, one] = [6, 8, 18].map((line) => positions.get(positionAt(line, 0))?.count as number);
  expect(one).toBeGreaterThan(0);
  expect((seven as number) / (one as number)).toBeLessThan(1 / 4);
  expect((six as number) / (one as number)).toBeLessThan(1 / 4);
});

function codeOf(program: string): string {
  run(['objcopy', '-O', 'binary', '--only-section=.text', program, `${program}.text`], folder);
  return readFileSync(join(folder, `${program}.text`), 'latin1');
}
