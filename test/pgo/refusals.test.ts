/** What is not turned into a profile, and what is said then. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { BundleWriter } from '../../src/bundle/writer.js';
import { MeasureError, UsageError } from '../../src/errors.js';
import { floorError } from '../../src/pgo/floor.js';
import { provenanceFile, readBuildId } from '../../src/pgo/provenance.js';
import { writeMessage } from '../../src/profile/wire.js';
import { runCli } from '../integration/project.js';
import { failure } from '../workload/support.js';
import { capture, exported, openWriter, run, workFolder } from './support.js';

const folder = workFolder();
const path = (name: string): string => join(folder, name);
const out = path('profile');
let writer: BundleWriter;

const text = (rounds: number): string => `
unsigned long kept;
__attribute__((noinline)) static void work(unsigned long value)
{
	for (int i = 0; i < ${rounds}; i++)
		value = value * 31 + (value >> 7);
	kept = value;
}
int main(void)
{
	work(3);
	return 0;
}
`;

beforeAll(async () => {
  writeFileSync(path('program.c'), text(300_000_000));
  writeFileSync(path('changed.c'), text(300_000_001));
  const build = (...words: readonly string[]) => run(['gcc', '-O2', ...words], folder);
  build('-g', '-Wl,--build-id', '-o', 'program', 'program.c');
  build('-g', '-Wl,--build-id', '-o', 'changed', 'changed.c');
  build('-g', '-Wl,--build-id=none', '-o', 'nameless', 'program.c');
  run(['strip', '-o', 'stripped', 'program'], folder);
  writer = openWriter(folder);
  await capture(writer, [path('program')]);
  await capture(writer, [path('program')], { side: 'base' });
});

/** The error of an export, and that it left nothing behind. */
async function refusal<E extends Error>(
  kind: new (...parameters: never[]) => E,
  options: Partial<Parameters<typeof exported>[1]>,
): Promise<string> {
  const { message } = await failure(kind, () =>
    exported(writer, { format: 'gcc', binary: path('program'), out, fewestSamples: 1, ...options }),
  );
  expect(existsSync(out)).toBe(false);
  return message;
}

test('where nobody says how long it was sampled, only how many samples are missing is known', () => {
  expect(floorError(8000, 0, 10_000)).toBe(
    '8k samples in the binary, and 10k samples are needed: 2k samples more, under the same load',
  );
  expect(floorError(0, 0, 10_000)).toMatch(/: the load does not exercise it$/);
});

describe('refused is', () => {
  test('a profile of too few samples; it says how much longer it takes', async () => {
    expect(await refusal(MeasureError, { fewestSamples: 1_000_000 })).toMatch(
      /samples in the binary in .* of captures, and 1M samples are needed: capture .* more/,
    );
    // 2,000 samples in 4 s: 3,000 more take 6 s.
    expect(floorError(2000, 4, 5000)).toContain('capture 6 s more');
    expect(floorError(0, 4, 5000)).toContain('the load does not exercise it');
    expect(floorError(5000, 4, 5000)).toBeNull();
  });

  test('another build of the program; it names the one that was captured', async () => {
    const message = await refusal(UsageError, { binary: path('changed') });
    expect(message).toMatch(/no capture is of .*changed with build id [0-9a-f]{40}/);
    run(['cp', 'changed', 'other-program'], folder);
    run(['mkdir', '-p', 'later'], folder);
    run(['cp', 'changed', 'later/program'], folder);
    expect(await refusal(UsageError, { binary: path('later/program') })).toMatch(
      /they are of \S*program with build id [0-9a-f]{40}: name the very binary that was measured/,
    );
  });

  test('a binary that no build id tells from others, and what is no binary', async () => {
    expect(await refusal(UsageError, { binary: path('nameless') })).toContain('link it with -Wl,--build-id');
    expect(await refusal(UsageError, { binary: path('program.c') })).toContain('not an ELF file');
    expect(await refusal(UsageError, { binary: path('missing') })).toContain('No such file');
  });

  test('a binary without what the format rests on; it says how to build it', async () => {
    expect(await refusal(UsageError, { binary: path('stripped'), format: 'llvm' })).toContain(
      '-fdebug-info-for-profiling',
    );
    expect(await refusal(UsageError, { binary: path('stripped'), format: 'bolt' })).toContain('is stripped');
    expect(await refusal(UsageError, { format: 'go' })).toContain('no Go program');
    expect(
      await refusal(UsageError, { format: 'bolt', binaries: [path('program'), path('program')] }),
    ).toContain('BOLT rewrites one binary');
  });

  test('a profile that is broken, and one that is empty', async () => {
    const file = join(writer.directory, writer.workload('program').captures[0]?.cpuProfile as string);
    const whole = readFileSync(file);
    const attempts: [Uint8Array, string][] = [
      [whole.subarray(0, whole.length / 2), 'gzip'],
      [new Uint8Array(0), 'empty'],
      [writeMessage({ stringTable: [''], location: [], sample: [{ locationId: [7] }] }), 'sample types'],
    ];
    for (const [bytes, says] of attempts) {
      writeFileSync(file, bytes);
      const message = await refusal(UsageError, {});
      expect(message).toContain(file);
      expect(message).toContain(says);
    }
    writeFileSync(file, whole);
  });

  test('what counts different events', async () => {
    const mixed = openWriter(workFolder());
    const captures = writer.workload('program').captures.map((each, index) => ({
      ...each,
      summary: { ...each.summary, event: ['cpu-clock', 'cycles'][index] as string },
    }));
    mixed.adopt('program', captures, { reason: 'single', message: '' }, (_, name) =>
      readFileSync(join(writer.directory, name)),
    );
    expect(await refusal(UsageError, { bundles: [mixed.directory] })).toContain('different events');
  });
});

describe('taken are', () => {
  const options = { format: 'llvm', binary: path('program'), fewestSamples: 1 } as const;
  const bundleOf = (side: string): string => {
    const one = openWriter(workFolder());
    const captures = writer.workload('program').captures.filter((each) => each.side === side);
    one.adopt('program', captures, { reason: 'single', message: '' }, (_, name) =>
      readFileSync(join(writer.directory, name)),
    );
    return one.directory;
  };

  test('captures of both sides, and of several bundles: what they weigh is added up', () => {
    const both = exported(writer, { ...options, out: path('both') });
    expect(both.captures).toBe(2);
    expect(both.commits).toEqual(['ba5e'.repeat(10), 'feed'.repeat(10)]);
    const bundles = [bundleOf('head'), bundleOf('base')];
    exported(writer, { ...options, out: path('split'), bundles });
    expect(readFileSync(path('split'), 'utf8')).toBe(readFileSync(path('both'), 'utf8'));
    const parts = bundles.map((bundle) =>
      exported(writer, { ...options, out: path('part'), bundles: [bundle] }),
    );
    expect(parts.reduce((sum, { samples }) => sum + samples, 0)).toBe(both.samples);
  });

  test('for BOLT, with the build beside it that its offsets are of', () => {
    const { file, binaries } = exported(writer, { ...options, format: 'bolt', out: path('by-offset') });
    expect(readBuildId(provenanceFile(file))).toBe(binaries[0]?.buildId);
    expect(existsSync(provenanceFile(path('both')))).toBe(false);
  });

  test('no captures twice', async () => {
    const bundles = [writer.directory, writer.directory];
    expect(await refusal(UsageError, { bundles })).toContain('each run is named once');
  });

  test('several builds, each by its own lines', async () => {
    const changed = openWriter(workFolder());
    await capture(changed, [path('changed')]);
    const bundles = [writer.directory, changed.directory];
    const binaries = [path('program'), path('changed')];
    const merged = exported(writer, { ...options, out: path('merged'), bundles, binaries });
    expect(merged.binaries.map(({ samples }) => samples > 0)).toEqual([true, true]);
    const totals = [
      exported(writer, { ...options, out: path('first') }),
      exported(changed, { ...options, out: path('second'), binary: path('changed') }),
    ].map(({ file }) => totalOf(file));
    // Rounded once instead of twice.
    expect(Math.abs(totalOf(merged.file) - (totals[0] as number) - (totals[1] as number))).toBeLessThan(2);
  });
});

/** What the profile says of `work`. */
function totalOf(file: string): number {
  return Number(/^work:(\d+):/m.exec(readFileSync(file, 'utf8'))?.[1]);
}

describe('the command line', () => {
  const usual = ['pgo', '--bundle', 'bundle', '--binary', 'program', '--format', 'llvm', '--out', 'by-cli'];

  test('writes a profile, and says what it was made of', async () => {
    const { code, stdout, stderr } = await runCli([...usual, '--min-samples', '1', '--json'], {
      cwd: folder,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('llvm profile of') });
    expect(JSON.parse(stdout)).toMatchObject({ format: 'llvm', event: 'cpu-clock', captures: 2 });
    expect(readFileSync(path('by-cli'))).toEqual(readFileSync(path('both')));
  });

  test.each([
    [4, 'are needed', [...usual, '--min-samples', '1000000']],
    [3, 'no capture is of', usual.map((word) => (word === 'program' ? 'changed' : word))],
    [3, 'it is one of go, llvm, gcc, bolt', usual.map((word) => (word === 'llvm' ? 'rust' : word))],
    [3, 'needs --binary FILE', usual.filter((word) => word !== '--binary' && word !== 'program')],
    [
      3,
      'belongs to --format llvm',
      [...usual.map((word) => (word === 'llvm' ? 'gcc' : word)), '--llvm-profdata', 'x'],
    ],
    [3, 'has no workload other; it has program', [...usual, '--workload', 'other']],
  ])('exits %i: %s', async (code, says, words) => {
    const ended = await runCli(words, { cwd: folder });
    expect(ended.stderr).toContain(says);
    expect(ended.code).toBe(code);
  });
});
