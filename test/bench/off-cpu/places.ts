/** A program that waits at places of its own and knows how long, beside what the collector says of each. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { decodeProfile } from '../../../src/profile/codec.js';

export interface Place {
  /** The function that waits. */
  readonly name: string;
  /** Nanoseconds it was blocked: the time that passed, without what the scheduler says it ran and waited for a CPU. */
  readonly known: number;
  readonly reported: number;
  readonly blocks: number;
}

/**
 * Not told one by one. Two sleep so often that only some of their stacks are taken: of each an estimate, of both the sum. And
 * the kernel computes for most of a flush: what the hypervisor takes of that, the program takes for waiting.
 */
export const estimated = /briefly|flushes/;

/** @param folder for the program and the capture */
export function measurePlaces(collector: string, folder: string): Place[] {
  const program = join(folder, 'waits');
  const source = join('test', 'capture', 'programs', 'waits.c');
  execFileSync('gcc', ['-O2', '-fno-optimize-sibling-calls', '-pthread', '-o', program, source]);
  // /tmp may be in memory.
  const disk = mkdtempSync('/var/tmp/profbound-bench-');
  try {
    const command = [program, join(disk, 'file')];
    const options = ['record', '--backend', 'bpf', '--off-cpu', '--out', folder, '--'];
    const { stderr } = spawnSync(collector, [...options, ...command], { encoding: 'utf8' });
    const line = /^\{"sleeps_long".*$/m.exec(stderr)?.[0];
    if (line === undefined) throw new Error(`waits could not be measured: ${stderr}`);
    const { frames, samples } = decodeProfile(readFileSync(join(folder, 'offcpu.pb.gz')));
    return Object.entries(JSON.parse(line) as Record<string, number>).map(([name, known]) => {
      const through = samples.filter(({ stack }) => stack.some((frame) => frames[frame]?.name === name));
      const sum = (value: (sample: (typeof samples)[number]) => number): number =>
        through.reduce((total, sample) => total + value(sample), 0);
      return {
        name,
        known,
        reported: sum(({ nanoseconds }) => nanoseconds),
        blocks: sum(({ count }) => count),
      };
    });
  } finally {
    rmSync(disk, { recursive: true, force: true });
  }
}
