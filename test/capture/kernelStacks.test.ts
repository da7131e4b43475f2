/** Stacks of the kernel are walked by its own table where its format is known: frame by frame as the kernel does. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { shippedBinary } from '../../src/capture/binary.js';
import { temporaryFolder } from '../workload/support.js';

const source = join(import.meta.dirname, 'stacks', 'kernel.c');

/** Since Linux 6.4 the kernel says what format its table has; kernels may be built without one. */
function hasTable(): boolean {
  const [major, minor] = release().split('.').map(Number) as [number, number];
  return major * 100 + minor >= 604 && /__start_orc_header$/m.test(readFileSync('/proc/kallsyms', 'utf8'));
}

test('the walk by the table finds what the kernel finds, in nearly all stacks', () => {
  const folder = temporaryFolder();
  const program = join(folder, 'kernel');
  execFileSync('gcc', ['-O1', '-pthread', '-o', program, source]);
  const options = ['--rate', '4000', '--compare-kernel-stacks', '--out', join(folder, 'out')];
  execFileSync(shippedBinary(), ['record', ...options, '--', program], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { overhead } = JSON.parse(readFileSync(join(folder, 'out', 'capture.json'), 'utf8'));
  expect(overhead.kernelStacksDifferent).toBe(0);
  expect(overhead.kernelStacksCompared + overhead.kernelStacksAsked).toBeGreaterThan(100);
  expect(overhead.kernelStacksCompared > 9 * overhead.kernelStacksAsked).toBe(hasTable());
});
