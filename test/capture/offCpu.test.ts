import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FinishedCapture, openCollector } from '../../src/capture/collector.js';
import { decodeProfile } from '../../src/profile/codec.js';
import type { Profile } from '../../src/profile/model.js';
import { never, Tag } from '../workload/support.js';

const waiting = 'test/capture/programs/waits.c';
const switching = 'test/bench/off-cpu/switches.c';
// The files of a capture outlive the test it was taken for.
const folder = mkdtempSync(join(tmpdir(), 'profbound-test-'));
// /tmp may be in memory.
const disk = mkdtempSync('/var/tmp/profbound-test-');
afterAll(() => {
  for (const each of [folder, disk]) rmSync(each, { recursive: true, force: true });
});

function compile(source: string, name: string): string {
  const binary = join(folder, name);
  execFileSync('gcc', [
    '-O2',
    '-fomit-frame-pointer',
    '-fno-optimize-sibling-calls',
    '-pthread',
    '-Wall',
    '-Werror',
    '-o',
    binary,
    source,
  ]);
  return binary;
}

async function capture(
  command: readonly string[],
  backend: 'bpf' | 'perf' = 'bpf',
): Promise<FinishedCapture> {
  const collector = await openCollector();
  const tag = new Tag();
  const running = await collector.start(
    {
      target: {
        kind: 'command',
        command,
        cwd: '/',
        environment: tag.environment,
        cpus: null,
        repeatSeconds: null,
      },
      out: mkdtempSync(join(folder, 'capture-')),
      seconds: null,
      event: 'auto',
      rateHz: 99,
      maxDepth: 127,
      backend,
      offCpu: true,
    },
    never,
  );
  try {
    return await running.finished;
  } finally {
    await running.dispose();
  }
}

const waitsOf = ({ offCpuFile }: FinishedCapture): Profile =>
  decodeProfile(readFileSync(offCpuFile as string));

/** Blocked nanoseconds and blocks of the stacks that go through a function; of all without one. */
function waitsIn({ frames, samples }: Profile, name?: string): { nanoseconds: number; blocks: number } {
  const through = samples.filter(
    ({ stack }) => name === undefined || stack.some((frame) => frames[frame]?.name === name),
  );
  return {
    nanoseconds: through.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0),
    blocks: through.reduce((sum, { count }) => sum + count, 0),
  };
}

type OffCpu = NonNullable<FinishedCapture['summary']['offCpu']>;

/** What must hold of every account, whatever was captured. */
function expectWhole(finished: FinishedCapture): OffCpu {
  const { offCpu } = finished.summary;
  if (!offCpu) throw new Error('where threads wait was not captured');
  const { threadNanoseconds, runningNanoseconds, runnableNanoseconds, blockedNanoseconds } = offCpu;
  // Every nanosecond of every thread's life is in exactly one of the three.
  expect(runningNanoseconds + runnableNanoseconds + blockedNanoseconds).toBe(threadNanoseconds);
  expect(waitsIn(waitsOf(finished))).toEqual({ nanoseconds: blockedNanoseconds, blocks: offCpu.blocks });
  expect(Object.values(offCpu.lost).every((count) => count === 0)).toBe(true);
  return offCpu;
}

describe('where threads wait', () => {
  let finished: FinishedCapture;
  let truth: Record<string, number>;
  beforeAll(async () => {
    finished = await capture([compile(waiting, 'waits'), join(disk, 'file')]);
    truth = JSON.parse(finished.output) as Record<string, number>;
  }, 60_000);

  test.each([
    'sleeps_long',
    'sleeps_short',
    'waits_for_lock',
    'waits_for_condition',
    'reads_pipe',
    'reads_disk',
    'polls',
  ])('is told by stack within 1 %% of what the program knows: %s', (name) => {
    const known = truth[name] as number;
    const { nanoseconds, blocks } = waitsIn(waitsOf(finished), name);
    // The program subtracts its CPU time, which virtual machines count some 20 µs too long after each idle time.
    const tolerance = 0.01 * known + 40_000 * blocks;
    expect(known).toBeGreaterThan(4 * tolerance);
    expect(Math.abs(nanoseconds - known)).toBeLessThan(tolerance);
  });

  test('is told of what the kernel computes most of, too: flushes_file', () => {
    const known = truth.flushes_file as number;
    const { nanoseconds, blocks } = waitsIn(waitsOf(finished), 'flushes_file');
    // Flushing computes much for how little it waits. What a hypervisor takes of that looks like waiting to the program.
    expect(nanoseconds).toBeGreaterThan(0.5 * known);
    expect(nanoseconds).toBeLessThan(1.01 * known + 40_000 * blocks);
  });

  test('is estimated without losing any where stacks are too many to take them all', () => {
    const briefly = waitsIn(waitsOf(finished), 'sleeps_briefly');
    const veryBriefly = waitsIn(waitsOf(finished), 'sleeps_very_briefly');
    const known = (truth.sleeps_briefly as number) + (truth.sleeps_very_briefly as number);
    // A sleep whose time is up before it begins does not block.
    expect(Math.abs(briefly.blocks + veryBriefly.blocks - 4000)).toBeLessThan(40);
    expect(Math.abs(briefly.nanoseconds + veryBriefly.nanoseconds - known)).toBeLessThan(
      0.01 * known + 40_000 * 4000,
    );
    // Of either some 200 stacks were taken: five standard errors.
    const share = briefly.nanoseconds / known;
    expect(Math.abs(share - (truth.sleeps_briefly as number) / known)).toBeLessThan(0.1);
  });

  test('is told by whole stacks, though nothing has frame pointers', () => {
    const { frames, samples } = waitsOf(finished);
    const outermost = new Map<string, number>();
    for (const { stack, nanoseconds } of samples) {
      const name = frames[stack.at(-1) ?? -1]?.name ?? '';
      outermost.set(name, (outermost.get(name) ?? 0) + nanoseconds);
    }
    const part = (...names: readonly string[]) =>
      names.reduce((sum, name) => sum + (outermost.get(name) ?? 0), 0) /
      waitsIn(waitsOf(finished)).nanoseconds;
    // Where the dynamic loader waits it is called by _dl_start_user.
    expect(part('_start', '_dl_start_user', '__clone3', 'clone3')).toBeGreaterThan(0.999);
    expect(part('__clone3', 'clone3')).toBeGreaterThan(0.1);
  });

  test('adds up', () => {
    expectWhole(finished);
    expect(finished.summary.offCpu?.threads).toBe(4);
    expect(waitsOf(finished).samples.map(({ labels }) => Object.keys(labels).sort())).toContainEqual([
      'pid',
      'state',
      'thread',
      'tid',
    ]);
  });

  test('opens in go tool pprof', () => {
    const file = finished.offCpuFile as string;
    const top = execFileSync('go', ['tool', 'pprof', '-top', '-cum', file], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(top).toContain('Type: offcpu');
    expect(top).toMatch(/ sleeps_long$/m);
  });
});

describe('threads that switch as fast as they can', () => {
  test.each(['pipe', 'futex', 'yield'])('lose nothing from the sums: %s', async (kind) => {
    const finished = await capture([compile(switching, 'switches'), kind, '1']);
    const { seconds, switches } = JSON.parse(finished.output) as Record<string, number>;
    const { wallNanoseconds, cpuNanoseconds } = finished.summary;
    const offCpu = expectWhole(finished);
    // They never let a CPU be idle. What interrupts and the hypervisor took is no CPU time to the scheduler.
    expect(offCpu.runningNanoseconds).toBeGreaterThan(0.97 * cpuNanoseconds);
    expect(offCpu.runningNanoseconds).toBeLessThan(1.25 * cpuNanoseconds);
    expect(offCpu.switches).toBeGreaterThan(0.99 * (switches as number));
    expect(offCpu.threadNanoseconds).toBeLessThanOrEqual(offCpu.threads * 1.01 * wallNanoseconds);
    // 200 stacks a second of a thread, and one of each place.
    expect(offCpu.stacks).toBeLessThan(offCpu.threads * (250 * (seconds as number) + 1000));
  });
});

test('the perf backend says that it cannot tell where threads wait', async () => {
  const { summary, offCpuFile } = await capture(['true'], 'perf');
  expect(summary.offCpu).toBeNull();
  expect(offCpuFile).toBeNull();
  expect(summary.limits.join(' ')).toContain('Where threads wait was not captured');
});
