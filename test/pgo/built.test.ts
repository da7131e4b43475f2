/** What built programs say of themselves, and builds by profiles that know nothing. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { UsageError } from '../../src/errors.js';
import { readReport, reportFlags } from '../../src/pgo/consumption.js';
import { differingFunctions, readBuilt } from '../../src/pgo/elfFile.js';
import { emptyProfile } from '../../src/pgo/emptyProfile.js';
import { run, workFolder } from './support.js';

const folder = workFolder();
const at = (name: string): string => join(folder, name);
const source = `
static int twice(int value) { return 2 * value; }
int (*volatile through)(int) = twice;
int main(int count, char **words) { (void)words; return through(count) == 2 ? 0 : 1; }
`;
const build = (compiler: string, out: string, ...flags: readonly string[]) =>
  run([compiler, '-g', ...flags, '-o', out, 'main.c'], folder);

beforeAll(() => writeFileSync(at('main.c'), source));

describe('a built program', () => {
  test.each([
    ['gcc', /^GCC: \(.*\) \d+/],
    ['clang-19', /clang version 19/],
  ])('of %s names its compiler, and has the sizes of its functions', (compiler, name) => {
    build(compiler, 'plain', '-O0');
    const plain = readBuilt(at('plain'));
    expect(plain.compiler).toMatch(name);
    expect([...plain.functions.keys()]).toEqual(expect.arrayContaining(['main', 'twice']));
    expect(plain.codeBytes).toBeGreaterThan(50);
    expect(plain.bytes).toBeGreaterThan(plain.codeBytes);
  });

  test('differs in functions, not in where it was built or what texts it has', () => {
    build('gcc', 'one', '-O1', '-DTEXT="a"');
    build('gcc', 'two', '-O1', '-fdebug-prefix-map=/tmp=/somewhere/else', '-Wl,--build-id=none');
    build('gcc', 'three', '-O0');
    const [one, two, three] = ['one', 'two', 'three'].map((name) => readBuilt(at(name)));
    if (!one || !two || !three) throw new Error('three were built');
    expect(differingFunctions(one, two)).toBe(0);
    expect(differingFunctions(one, three)).toBeGreaterThanOrEqual(2);
    expect(differingFunctions(three, one)).toBe(differingFunctions(one, three));
  });

  test('is refused where it is none, or cut off', () => {
    writeFileSync(at('text'), 'no program, though it is longer than the header of one would be: 64 bytes');
    expect(() => readBuilt(at('text'))).toThrow(UsageError);
    expect(() => readBuilt(at('text'))).toThrow(/is no program for 64 bit machines/);
    expect(() => readBuilt(at('nothing'))).toThrow(/cannot read/);
  });
});

describe('an empty profile', () => {
  test.each([
    ['gcc', 'gcc', (file: string) => [`-fauto-profile=${file}`]],
    ['llvm', 'clang-19', (file: string) => [`-fprofile-sample-use=${file}`]],
  ] as const)('for %s is taken by its compiler', (format, compiler, use) => {
    writeFileSync(at(`empty.${format}`), emptyProfile(format));
    build(compiler, 'built', '-O2', ...use(at(`empty.${format}`)));
    run([at('built')], folder);
  });

  test('for BOLT is taken, and says that no function has a profile', () => {
    build('gcc', 'relocatable', '-O2', '-Wl,-q');
    writeFileSync(at('empty.bolt'), emptyProfile('bolt'));
    const words = ['/usr/lib/llvm-19/bin/llvm-bolt', 'relocatable', '-data', 'empty.bolt', '-o', 'bolted'];
    const { stdout, stderr } = run([...words, ...reportFlags('bolt', null)], folder);
    expect(readReport('bolt', stdout + stderr).functions).toMatchObject({ some: 0 });
    run([at('bolted')], folder);
  });
});
