/** Maps of generated code are found where the process sees them, and only its own are believed. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type FinishedCapture, openCollector } from '../../src/capture/collector.js';
import { decodeProfile } from '../../src/profile/codec.js';
import { never, Tag, temporaryFolder } from '../workload/support.js';

/**
 * Captures the rewriter as pid 1 of namespaces of its own, with an empty /tmp.
 * @param prepare what the shell does in it before
 */
async function capture(kind: 'map' | 'jitdump' | 'silent', prepare = ':'): Promise<FinishedCapture> {
  const folder = temporaryFolder();
  execFileSync('gcc', ['-O1', '-o', join(folder, 'rewriter'), 'test/capture/stacks/rewriter.c']);
  const script = `mount -t tmpfs tmpfs /tmp && ${prepare} && exec ./rewriter ${kind} /tmp ${phases.length} 250`;
  const collector = await openCollector();
  const running = await collector.start(
    {
      target: {
        kind: 'command',
        command: ['unshare', '-p', '-m', '--fork', 'sh', '-c', script],
        cwd: folder,
        environment: new Tag().environment,
        cpus: '0',
        repeatSeconds: null,
      },
      out: join(folder, 'capture'),
      seconds: null,
      event: 'cpu-clock',
      rateHz: 997,
      maxDepth: 127,
      backend: 'auto',
    },
    never,
  );
  const finished = await running.finished;
  expect(finished.summary.target.exitCode).toBe(0);
  return finished;
}

const phases = ['phase_0', 'phase_1', 'phase_2', 'phase_3'];

/** Which part of the samples has its leaf in each function. */
function shares({ profileFile }: FinishedCapture, functions: readonly string[]): number[] {
  const { frames, samples } = decodeProfile(readFileSync(profileFile));
  const total = samples.reduce((sum, { count }) => sum + count, 0);
  return functions.map(
    (name) =>
      samples.reduce(
        (sum, { stack, count }) => sum + (frames[stack[0] ?? -1]?.name === name ? count : 0),
        0,
      ) / total,
  );
}

test.each(['map', 'jitdump'] as const)(
  'code of a process in pid and mount namespaces of its own is named by its %s',
  async (kind) => {
    const finished = await capture(kind);
    // Each took a quarter of the CPU time.
    for (const share of shares(finished, phases)) expect(share).toBeGreaterThan(0.1);
    expect(finished.summary.unresolved).toMatchObject({ map_stale: 0 });
  },
);

test.each([
  ['a perf map that is older', 'touch -d 2001-01-01 /tmp/perf-1.map'],
  ["another user's perf map", 'touch /tmp/perf-1.map && chown 4242 /tmp/perf-1.map'],
  ['a jitdump file that is older', 'touch -d 2001-01-01 /tmp/jit-1.dump'],
])('code of a process that finds %s has no names, and it is said why', async (_, prepare) => {
  const { summary } = await capture('silent', prepare);
  expect(summary.unresolved.map_stale).toBeGreaterThan(100);
  expect(summary.unresolved.anonymous_memory).toBe(0);
});

test("code of a process that ended is not named by this machine's map of its pid", async () => {
  // Pid 1 here is the machine's own, which writes none.
  const foreign = '/tmp/perf-1.map';
  writeFileSync(foreign, '0 7fffffffffff foreign\n', { flag: 'wx' });
  utimesSync(foreign, Date.now() / 1000 + 60, Date.now() / 1000 + 60);
  try {
    const finished = await capture('silent');
    expect(shares(finished, ['foreign'])).toEqual([0]);
    expect(finished.summary.unresolved.anonymous_memory).toBeGreaterThan(100);
  } finally {
    rmSync(foreign);
  }
});

test('lines of a map that are none are counted and said', async () => {
  const { summary } = await capture(
    'silent',
    'printf "nonsense\\n\\n0 ffffffffffff all\\n-\\n" > /tmp/perf-1.map',
  );
  expect(summary.limits).toEqual([
    expect.stringMatching(
      /^2 lines of perf maps are not of their form \(START SIZE NAME\): what they were to name/,
    ),
  ]);
  expect(summary.unresolved).toMatchObject({ map_stale: 0, anonymous_memory: 0 });
});
