/** Profiles that do not fit the program any more, or never did: each is flagged or refused. Clang, GCC and BOLT; Go's are beside. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { BundleWriter } from '../../src/bundle/writer.js';
import { MeasureError, UsageError } from '../../src/errors.js';
import { type ProfileContent, readProfile } from '../../src/pgo/content.js';
import type { PgoFormat } from '../../src/pgo/formats.js';
import { matchError, matchFindings, matchProfile, type ProfileMatch } from '../../src/pgo/match.js';
import { readProgram } from '../../src/pgo/program.js';
import { failure } from '../workload/support.js';
import { capture, exported, openWriter, run, source, workFolder } from './support.js';

const folder = workFolder();
const text = readFileSync(source('machine.cpp'), 'utf8');

/** Another build of the program: of another text, at another place. */
function build(name: string, compiler: 'clang' | 'gcc', code: string): string {
  writeFileSync(join(folder, 'machine.cpp'), code);
  const out = join(folder, `${name}-${compiler}`);
  const flags =
    compiler === 'gcc'
      ? ['g++-12', '-g']
      : [
          ...['clang++-19', '-fuse-ld=lld', '-gline-tables-only'],
          ...['-fdebug-info-for-profiling', '-funique-internal-linkage-names'],
        ];
  run([...flags, '-O2', '-Wl,--build-id,-q', '-o', out, 'machine.cpp'], folder);
  return out;
}

/** Edits that leave the program doing the same. */
const renamed = text.replaceAll('scan', 'survey');
const shifted = text.replace('\t\toperations[which](s);', '\n\n\t\toperations[which](s);');
const moved = `\n\n\n${text}`;

const compilerOf = { llvm: 'clang', gcc: 'gcc', bolt: 'clang' } as const;
const captures = new Map<string, BundleWriter>();
const profiles = new Map<PgoFormat, ProfileContent>();

const read = (format: PgoFormat, file: string): ProfileContent =>
  readProfile(format, readFileSync(file), { name: file, llvmProfdata: null });

const match = (format: 'llvm' | 'gcc' | 'bolt', program: string): ProfileMatch =>
  matchProfile(profiles.get(format) as ProfileContent, readProgram(program, format), null);

beforeAll(async () => {
  for (const compiler of ['clang', 'gcc'] as const) {
    const writer = openWriter(workFolder());
    await capture(writer, [build('program', compiler, text), '1']);
    captures.set(compiler, writer);
  }
  for (const format of ['llvm', 'gcc', 'bolt'] as const) {
    const compiler = compilerOf[format];
    const out = join(folder, `profile.${format}`);
    exported(captures.get(compiler) as BundleWriter, {
      format,
      binary: join(folder, `program-${compiler}`),
      out,
    });
    profiles.set(format, read(format, out));
  }
});

describe.each(['llvm', 'gcc'] as const)('a profile for %s', (format) => {
  const compiler = compilerOf[format];

  test('finds all of itself in the program that was measured, and after lines were added above', () => {
    for (const program of [join(folder, `program-${compiler}`), build('moved', compiler, moved)]) {
      const found = match(format, program);
      expect({ ...found, missing: found.missing.filter(({ share }) => share > 0.001) }).toMatchObject({
        functions: 1,
        missing: [],
      });
      expect(found.rate).toBeGreaterThan(0.999);
      expect(matchFindings(found)).toEqual([]);
    }
  });

  test('of a function that was renamed: it is named, with its weight', () => {
    const found = match(format, build('renamed', compiler, renamed));
    expect(found.functions).toBeLessThan(0.8);
    expect(found.rate).toBeLessThanOrEqual(found.functions);
    expect(found.missing[0]).toMatchObject({ what: 'function', function: '_Z4scanPKmi' });
    const said = matchFindings(found).join('\n');
    expect(said).toMatch(
      /^the profile is stale: only [\d.]+ % of its weight finds its place in the program\n/,
    );
    expect(said).toMatch(/there is no function _Z4scanPKmi, which has [\d.]+ % of the weight/);
  });

  test('of a line that shifted: the call that is not there any more is named', () => {
    const found = match(format, build('shifted', compiler, shifted));
    expect(found.functions).toBe(1);
    expect(found.calls).toBeLessThan(0.95);
    expect(matchFindings(found).join('\n')).toMatch(
      /_Z3runP5statei does not call \S*mix\S* 6 lines below its first one, which has [\d.]+ % of the calls' weight/,
    );
  });

  test('of another program is refused', () => {
    writeFileSync(join(folder, 'other.cpp'), 'int main(int argc, char **) { return argc - 1; }\n');
    run(['g++', '-g', '-O2', '-o', 'other', 'other.cpp'], folder);
    const found = match(format, join(folder, 'other'));
    expect(found.rate).toBeLessThan(0.1);
    expect(matchError(found)).toMatch(
      /^the profile is of another program, or of one long ago: \S+ % of its weight finds its place, and 50\.0 % is needed; there is no function/,
    );
  });
});

describe('a profile for BOLT', () => {
  test('finds all of itself in the program that was measured', () => {
    const found = match('bolt', join(folder, 'program-clang'));
    expect(found).toMatchObject({ rate: 1, functions: 1, missing: [] });
  });

  test('of another build is refused by its build id, and told by its offsets where that is not known', async () => {
    const other = build('another', 'clang', text.replace('word % 64 == 63', 'word % 61 == 60'));
    const content = profiles.get('bolt') as ProfileContent;
    const error = await failure(UsageError, () => matchProfile(content, readProgram(other, 'bolt'), 'ab12'));
    expect(error.message).toMatch(
      /^the profile is of build ab12, and \S+ is build [0-9a-f]{40}: its offsets/,
    );
    const found = match('bolt', other);
    expect(found.rate).toBeLessThan(0.95);
    expect(matchFindings(found).join('\n')).toMatch(/no instruction of \S+ begins at offset \d+/);
  });

  test('names functions that are gone', () => {
    const found = match('bolt', build('renamed', 'clang', renamed));
    expect(found.functions).toBeLessThan(0.8);
    expect(matchFindings(found).join('\n')).toContain('there is no function _Z4scanPKmi');
  });
});

describe('refused is a profile', () => {
  const formats = ['llvm', 'gcc', 'bolt'] as const;
  const refusal = async (format: PgoFormat, bytes: Uint8Array): Promise<string> => {
    const options = { name: 'FILE', llvmProfdata: null };
    return (await failure(UsageError, () => readProfile(format, bytes, options))).message;
  };

  test.each(formats)('for %s of too few samples: it says how much longer it takes', async (format) => {
    const compiler = compilerOf[format];
    const writer = openWriter(workFolder());
    await capture(writer, [join(folder, `program-${compiler}`), '0.02']);
    const options = { format, out: join(folder, 'thin'), binary: join(folder, `program-${compiler}`) };
    const { message } = await failure(MeasureError, () =>
      exported(writer, { ...options, fewestSamples: 5000 }),
    );
    expect(message).toMatch(
      / samples in the binary in .* of captures, and 5k samples are needed: capture .* more/,
    );
  });

  test.each(formats)('for %s that is empty, or has no samples', async (format) => {
    expect(await refusal(format, new Uint8Array())).toBe('FILE is empty: there is no profile in it');
    const words = [0x67636461, 2, 0, 0xaa000000, 0, 0, 0xac000000, 0, 0, 0xae000000, 0, 0];
    const without = {
      llvm: Buffer.from('main:0:0\n 1: 0\n'),
      gcc: Buffer.from(Uint32Array.from(words).buffer),
      bolt: Buffer.from('no_lbr cycles\n'),
    };
    expect(await refusal(format, without[format])).toBe('FILE is empty: it has no samples in any function');
  });

  test.each(formats)(
    'for %s that is cut off, has bytes that are not its own, or is of another format',
    async (format) => {
      const whole = readFileSync(join(folder, `profile.${format}`));
      expect(await refusal(format, whole.subarray(0, Math.floor(whole.length / 2) - 1))).toMatch(
        /^FILE: .*(cut off|line \d+)/,
      );
      const damaged = Buffer.from(whole);
      damaged.fill(0x07, 20, 24);
      expect(await refusal(format, damaged)).toMatch(/^FILE/);
      for (const other of formats.filter((each) => each !== format)) {
        expect(await refusal(format, readFileSync(join(folder, `profile.${other}`)))).toMatch(/^FILE/);
      }
    },
  );

  test('that BOLT would take for something else', async () => {
    expect(await refusal('bolt', Buffer.from('no_lbr cpu-clock\n1 main 0 5\n'))).toContain(
      'not no_lbr cycles',
    );
    expect(await refusal('bolt', Buffer.from('1 main 0 1 main 4 0 5\n'))).toContain(
      'its first line is not no_lbr',
    );
  });
});

test("LLVM's binary format is read by its own tool, and says the same", () => {
  const file = join(folder, 'profile.llvm');
  run(['llvm-profdata-19', 'merge', '--sample', '--extbinary', file, '-o', 'profile.bin'], folder);
  const binary = readFileSync(join(folder, 'profile.bin'));
  const content = readProfile('llvm', binary, { name: 'FILE', llvmProfdata: 'llvm-profdata-19' });
  expect(content.profile).toEqual(profiles.get('llvm')?.profile);
  const options = { name: 'FILE', llvmProfdata: null };
  expect(() => readProfile('llvm', binary, options)).toThrow('name the llvm-profdata');
  const damaged = Buffer.from(binary).fill(0xff, 8, 200);
  expect(() => readProfile('llvm', damaged, { name: 'FILE', llvmProfdata: 'llvm-profdata-19' })).toThrow(
    'llvm-profdata-19 does not take the profile',
  );
});
