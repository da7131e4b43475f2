/** Profiles of Go that do not fit the program any more, or never did, and what Go's compiler says to them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { UsageError } from '../../src/errors.js';
import { consumptionError, readReport, reportFlags } from '../../src/pgo/consumption.js';
import { type ProfileContent, readProfile } from '../../src/pgo/content.js';
import { matchError, matchFindings, matchProfile, type ProfileMatch } from '../../src/pgo/match.js';
import { profileOverlap } from '../../src/pgo/overlap.js';
import { readProgram } from '../../src/pgo/program.js';
import { readMessage, writeMessage } from '../../src/profile/wire.js';
import { goObstacle } from '../go.js';
import { failure } from '../workload/support.js';
import { capture, exported, openWriter, run, source, workFolder } from './support.js';

const folder = workFolder();
const module = join(folder, 'module');
const profile = join(folder, 'profile.pgo');
const obstacle = goObstacle(23);

/** @returns what the compiler says */
function build(out: string, code: string, ...more: readonly string[]): string {
  writeFileSync(join(module, 'main.go'), code);
  const flags = ['-ldflags=-B=gobuildid', `-gcflags=${reportFlags('go', null).join(' ')}`];
  const words = ['go', 'build', ...flags, '-o', join(folder, out), ...more, '.'];
  return run(words, module, { GOFLAGS: '-mod=mod' }).stderr;
}

const text = readFileSync(source('shapes.go'), 'utf8');
const renamed = text.replaceAll('digest', 'summary');
const shifted = text.replace(
  '\tfor at, value := range values {',
  '\t// Added.\n\n\tfor at, value := range values {',
);

/** What the compiler said, by build. */
const said: Record<string, string> = {};
const inlined = (program: string): string[] =>
  readReport('go', said[program] as string).inlined.map(({ caller, callee }) => `${caller} ${callee}`);

const read = (bytes: Uint8Array): ProfileContent =>
  readProfile('go', bytes, { name: 'FILE', llvmProfdata: null });
const match = (program: string): ProfileMatch =>
  matchProfile(read(readFileSync(profile)), readProgram(join(folder, program), 'go'), null);

describe('a profile for Go', () => {
  if (obstacle !== null) {
    test(`nothing was run: ${obstacle}`, () => expect(obstacle).toMatch(/^Go /));
    return;
  }

  beforeAll(async () => {
    mkdirSync(module);
    writeFileSync(join(module, 'go.mod'), 'module example.org/shapes\n\ngo 1.21\n');
    said.program = build('program', text, '-pgo=off');
    const writer = openWriter(folder);
    await capture(writer, [join(folder, 'program'), '1']);
    exported(writer, { format: 'go', binary: join(folder, 'program'), out: profile });
    for (const [name, code] of Object.entries({ with: text, renamed, shifted })) {
      said[name] = build(name, code, `-pgo=${profile}`);
    }
  });

  test('finds nearly all of itself in the program that was measured, and as much in one compiled with it', () => {
    for (const program of ['program', 'with']) {
      const found = match(program);
      expect(found.functions).toBe(1);
      expect(found.rate).toBeGreaterThan(0.98);
      expect(found.lines).toBeNull();
      expect(matchFindings(found)).toEqual([]);
    }
  });

  test('of a function that was renamed: it is named, and the compiler does not inline it', () => {
    const found = match('renamed');
    expect(found.functions).toBeLessThan(0.9);
    expect(found.missing[0]).toMatchObject({ what: 'function', function: 'main.digest' });
    expect(matchFindings(found).join('\n')).toMatch(
      /there is no function main\.digest, which has [\d.]+ % of the weight/,
    );
    expect(inlined('renamed').join()).not.toContain('main.summary');
  });

  test('of a line that shifted: the call is named, and the compiler does not find it, either', () => {
    const call = 'main.number[go.shape.uint64] main.digest';
    expect(inlined('with')).toContain(call);
    expect(inlined('shifted')).not.toContain(call);
    const found = match('shifted');
    expect(found.functions).toBe(1);
    expect(found.rate).toBeLessThan(0.95);
    expect(matchFindings(found).join('\n')).toMatch(
      /main\.number\[go\.shape\.uint64\] does not call main\.digest 2 lines below its first one/,
    );
  });

  test('of another program is refused', () => {
    writeFileSync(join(folder, 'other.c'), 'int main(int argc, char **argv) { return argc - 1; }\n');
    run(['gcc', '-g', '-o', 'other', 'other.c'], folder);
    const found = match('other');
    expect(matchError(found)).toMatch(/^the profile is of another program, or of one long ago/);
    expect(matchError(match('program'))).toBeNull();
  });

  test('of which the compiler sees nothing is said to be unused', () => {
    expect(consumptionError(readReport('go', said.program as string))).toMatch(
      /^nothing that it did by the profile: is -pgo=FILE given/,
    );
  });

  test('that is empty, cut off, of no CPU time or without first lines is refused', async () => {
    const whole = readFileSync(profile);
    const message = readMessage(whole);
    const edited = (change: Parameters<typeof writeMessage>[0]): Uint8Array =>
      writeMessage({ ...message, ...change });
    const attempts: [Uint8Array, RegExp][] = [
      [new Uint8Array(), /^FILE is empty: there is no profile in it$/],
      [whole.subarray(0, whole.length / 2), /^FILE: the gzip data is broken/],
      [Buffer.from('main.go\n'), /^FILE: not a pprof profile/],
      [edited({ sample: [] }), /^FILE is empty: it has no samples in any function$/],
      [edited({ sampleType: [{ type: 1, unit: 1 }] }), /^FILE: Go reads samples\/count or cpu\/nanoseconds/],
      [
        edited({ function: message.function.map((each) => ({ ...each, startLine: 0 })) }),
        /^FILE: the profile does not say in which line any function begins, so Go refuses it$/,
      ],
    ];
    for (const [bytes, says] of attempts) {
      const error = await failure(UsageError, () => read(bytes));
      expect(error.message).toMatch(says);
    }
  });

  test('without the first lines of some functions: their weight is told, which Go would look for elsewhere', () => {
    const message = readMessage(readFileSync(profile));
    const { stringTable } = message;
    const some = message.function.map((each) =>
      stringTable[Number(each.name)] === 'main.main' ? { ...each, startLine: 0 } : each,
    );
    const content = read(writeMessage({ ...message, function: some }));
    const found = matchProfile(content, readProgram(join(folder, 'program'), 'go'), null);
    expect(found.startless).toBeGreaterThan(0.05);
    expect(matchFindings(found).join('\n')).toMatch(
      /% of the profile's weight is in functions without their first line/,
    );
  });

  test('overlaps with itself alone', () => {
    const content = read(readFileSync(profile));
    expect(profileOverlap(content, content)).toEqual({
      similarity: expect.closeTo(1),
      overlap: 1,
      functions: 1,
    });
    const [first] = content.profile;
    const one = { ...content, profile: new Map([first as [string, never]]) };
    expect(profileOverlap(content, one).similarity).toBeLessThan(0.9);
  });
});
