/** What of waiting is not told apart, or is too much to be, is summed to the nanosecond and said. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { captureSummarySchema } from '../../src/bundle/summary.js';
import { shippedBinary } from '../../src/capture/binary.js';
import { decodeProfile } from '../../src/profile/codec.js';
import { temporaryFolder } from '../workload/support.js';

/** Captures where a program waits; returns the account, the time by stacks' functions, and what the program printed. */
function capture(
  source: string,
  words: readonly string[],
  options: readonly string[],
  launcher: string[] = [],
) {
  const folder = temporaryFolder();
  const program = join(folder, 'program');
  execFileSync('gcc', ['-O2', '-fno-optimize-sibling-calls', '-pthread', '-o', program, source]);
  const command = [...launcher, program, ...words.map((word) => word.replace('FOLDER', folder))];
  const { stderr, status } = spawnSync(
    shippedBinary(),
    ['record', '--backend', 'bpf', '--off-cpu', ...options, '--out', join(folder, 'out'), '--', ...command],
    { encoding: 'utf8' },
  );
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  const read = (name: string) => readFileSync(join(folder, 'out', name));
  const summary = captureSummarySchema.parse(JSON.parse(read('capture.json').toString()));
  const { offCpu } = summary;
  if (!offCpu) throw new Error('where threads wait was not captured');
  const { frames, samples } = decodeProfile(read('offcpu.pb.gz'));
  const through = (name: string | null): number =>
    samples
      .filter(({ stack }) => name === null || stack.some((frame) => frames[frame]?.name === name))
      .reduce((sum, { nanoseconds }) => sum + nanoseconds, 0);
  const { runningNanoseconds, runnableNanoseconds, blockedNanoseconds, threadNanoseconds } = offCpu;
  expect(runningNanoseconds + runnableNanoseconds + blockedNanoseconds).toBe(threadNanoseconds);
  expect(through(null)).toBe(blockedNanoseconds);
  return { summary, offCpu, through, stderr };
}

const crowd = join('test', 'capture', 'stacks', 'crowd.c');

test('blocks below --off-cpu-min have no place, and are in the sum', () => {
  const source = join('test', 'capture', 'programs', 'waits.c');
  const { offCpu, through, stderr } = capture(source, ['FOLDER/file'], ['--off-cpu-min', '10000']);
  const truth = JSON.parse(/^\{"sleeps_long".*$/m.exec(stderr)?.[0] ?? '{}') as Record<string, number>;
  const { sleeps_long: long = 0, sleeps_short: short = 0, sleeps_briefly: briefly = 0 } = truth;
  expect(long).toBeGreaterThan(0);
  expect(Math.abs(through('sleeps_long') / long - 1)).toBeLessThan(0.02);
  expect(through('sleeps_briefly')).toBe(0);
  expect(offCpu.withoutStackNanoseconds.short).toBeGreaterThan(0.9 * (short + briefly));
  expect(through('[blocked for less than --off-cpu-min]')).toBe(offCpu.withoutStackNanoseconds.short);
}, 60_000);

test('stacks that do not fit the buffer are counted, and lose nothing of the sums', () => {
  const source = join('test', 'bench', 'off-cpu', 'switches.c');
  const { offCpu } = capture(source, ['futex', '1'], ['--buffer', '4']);
  expect(offCpu.lost.ring_full).toBeGreaterThan(0);
  expect(offCpu.blocks).toBeGreaterThan(1000);
});

test('more places to wait than are told apart are counted, and lose nothing of the sums', () => {
  const { offCpu, through } = capture(crowd, ['places', '68000'], []);
  expect(offCpu.blocks).toBeGreaterThan(66_000);
  expect(offCpu.withoutStackNanoseconds.too_many_places).toBeGreaterThan(0);
  expect(through('[too many places to wait]')).toBe(offCpu.withoutStackNanoseconds.too_many_places);
}, 60_000);

test('waiting for a CPU is told from waiting for anything else', () => {
  const both = ['taskset', '-c', '0', 'sh', '-c', '"$0" spin & "$0" spin; wait'];
  const { summary, offCpu } = capture(crowd, [], [], both);
  // Each of two that never block runs half of the second for which both are there.
  expect(offCpu.runnableNanoseconds).toBeGreaterThan(0.8e9);
  expect(summary.cpuNanoseconds).toBeLessThan(1.1 * summary.wallNanoseconds);
  // What is blocked is the shell, which waits for both.
  expect(offCpu.blockedNanoseconds).toBeLessThan(1.2 * summary.wallNanoseconds);
});
