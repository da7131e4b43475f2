/**
 * What sampling takes within the kernel, of any profiler alike: how long the timer interrupts of the workload last that
 * clocks are sampled in. Ordinary ticks are among them: what they take is known from loads without a profiler.
 */
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { end, nextLine, otherCpus, run, start } from './processes.js';

export interface InterruptMeter {
  /** From now on these processes count, too. */
  add(pids: readonly number[]): void;
  /** Seconds so far of timer interrupts that found one of them running. */
  read(): Promise<number>;
  stop(): void;
}

/** Builds the meter in `folder` and begins to measure. */
export async function meterInterrupts(folder: string): Promise<InterruptMeter> {
  const programs = join('test', 'bench', 'collector', 'programs');
  const [object, loader] = [join(folder, 'interrupts.bpf.o'), join(folder, 'interrupts')];
  const flags = ['-g', '-O2', '-target', 'bpf', '-D__TARGET_ARCH_x86', '-mcpu=v3', '-Inative/bpf'];
  await run(['clang-19', ...flags, '-c', join(programs, 'interrupts.bpf.c'), '-o', object]);
  await run(['gcc', '-O2', join(programs, 'interrupts.c'), '-o', loader, '-lbpf', '-lelf', '-lz']);
  const child = start([loader, object], otherCpus);
  const [asked, answers] = [child.stdin as Writable, child.stdout as Readable];
  await nextLine(answers, /ready/);
  return {
    add: (pids) => {
      for (const pid of pids) asked.write(`+${pid}\n`);
    },
    async read() {
      const answer = nextLine(answers, /^(\d+)$/);
      asked.write('read\n');
      return Number((await answer)[1]) / 1e9;
    },
    stop: () => end(child, 'SIGKILL'),
  };
}
