/** What is too much for the collector is counted and said: never silent, never a crash. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { shippedBinary } from '../../src/capture/binary.js';
import { decodeProfile } from '../../src/profile/codec.js';
import { temporaryFolder } from '../workload/support.js';

const source = join(import.meta.dirname, 'stacks', 'crowd.c');

/** Captures the program doing one thing until it ends; returns capture.json and the decoded profile. */
async function capture(mode: readonly string[], options: readonly string[]) {
  const folder = temporaryFolder();
  const program = join(folder, 'crowd');
  execFileSync('gcc', ['-O1', '-pthread', '-fno-optimize-sibling-calls', '-o', program, source]);
  const words = ['record', ...options, '--out', join(folder, 'out'), '--', program, ...mode];
  const child = spawn(shippedBinary(), words, { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(0);
  const summary = JSON.parse(readFileSync(join(folder, 'out', 'capture.json'), 'utf8'));
  const profile = await decodeProfile(readFileSync(join(folder, 'out', 'cpu.pb.gz')));
  return { summary, profile };
}

test('samples that do not fit the buffer are counted', async () => {
  const { summary, profile } = await capture(['spin'], ['--rate', '10000', '--buffer', '4']);
  expect(summary.lost.ring_full).toBeGreaterThan(summary.samples / 10);
  expect(profile.samples.reduce((sum, { count }) => sum + count, 0)).toBe(summary.samples);
});

test('3,000 threads are all followed', async () => {
  const { summary } = await capture(['threads', '3000'], ['--rate', '997']);
  expect(summary.tasks).toBeGreaterThanOrEqual(3000);
  expect(summary.lost).toMatchObject({ task_storage_full: 0, ring_full: 0 });
  expect(summary.samples).toBeGreaterThan(0);
});

test('a recursion of 10,000 frames is cut, and keeps its weight', async () => {
  const { summary, profile } = await capture(['recursion', '10000'], ['--max-depth', '1024']);
  expect(summary.truncated / summary.samples).toBeGreaterThan(0.9);
  const cut = profile.samples.filter(
    ({ stack }) => profile.frames[stack.at(-1) ?? -1]?.name === '[truncated]',
  );
  expect(cut.reduce((sum, { count }) => sum + count, 0)).toBe(summary.truncated);
  expect(summary.depths.at(-1)).toEqual({ frames: 1024, samples: expect.any(Number) });
  expect(summary.depths.at(-1).samples).toBeGreaterThanOrEqual(summary.truncated);
});

test('1,500 processes at once are all followed', async () => {
  const { summary, profile } = await capture(['processes', '1500'], ['--rate', '997']);
  const incomplete = Object.values(summary.incomplete as Record<string, number>).reduce((a, b) => a + b, 0);
  expect(summary.tasks).toBeGreaterThanOrEqual(1500);
  expect(summary.samples).toBeGreaterThan(100);
  expect(profile.samples.reduce((sum, { count }) => sum + count, 0)).toBe(summary.samples);
  // Processes that begin and end are in the kernel a good part of their lives, without a user stack.
  expect(incomplete / summary.samples).toBeLessThan(0.25);
});
