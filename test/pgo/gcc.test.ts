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

/** Builds a program of one file, captures it, and writes its profile. @returns the profile's file */
async function profiled(name: string): Promise<string> {
  const program = join(folder, name);
  compile(name, program);
  const writer = openWriter(join(folder, `${name}-captured`));
  await capture(writer, [program, '2']);
  const out = join(folder, `${name}.afdo`);
  exported(writer, { format: 'gcc', binary: program, out });
  return out;
}

function compile(name: string, out: string, ...more: readonly string[]): void {
  run(['gcc-12', '-O2', '-g', '-w', ...more, '-o', out, source(`${name}.c`)], folder);
}

/** How often lines of a function ran, as counted from its first. */
function countsIn(file: string, name: string, lines: readonly number[]): number[] {
  const { profile } = readProfile('gcc', readFileSync(file), { name: file, llvmProfdata: null });
  const { positions } = profile.get(name) as Body;
  return lines.map((line) => positions.get(positionAt(line, 0))?.count as number);
}

test('has calls go straight to what they call often, not to what takes long', async () => {
  const file = await profiled('often');
  compile('often', 'again', `-fauto-profile=${file}`, ...reportFlags('gcc', null));
  const dump = readdirSync(folder).find((name) => /^again-.*\.afdo$/.test(name)) as string;
  const report = readReport('gcc', readFileSync(join(folder, dump), 'utf8'));
  expect(report.promoted.map(({ callee }) => callee)).toEqual(['brief']);
});

test('counts how often lines ran, not how long they waited', async () => {
  const counts = countsIn(await profiled('stalls'), 'visit', [4, 6, 7, 9]);
  const [step, taken, look, mix] = counts as [number, number, number, number];
  expect(step).toBeGreaterThan(0);
  expect([look, mix]).toEqual([step, step]);
  // One in sixteen, by few samples; at every sixteenth turn, as a mispredicted jump would wait there.
  expect(taken / step).toBeLessThan(1 / 4);
});

test('counts cases that run into each other each by itself', async () => {
  const [seven, six, one] = countsIn(await profiled('tails'), 'hash', [6, 8, 18]) as [number, number, number];
  expect(one).toBeGreaterThan(0);
  expect(seven / one).toBeLessThan(1 / 4);
  expect(six / one).toBeLessThan(1 / 4);
});

function codeOf(program: string): string {
  run(['objcopy', '-O', 'binary', '--only-section=.text', program, `${program}.text`], folder);
  return readFileSync(join(folder, `${program}.text`), 'latin1');
}
