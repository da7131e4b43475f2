/** A cgroup is captured: who is in it, or below it, for as long as he is. Its own account of CPU time is the measure. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openCollector } from '../../src/capture/collector.js';
import { MeasureError, UsageError } from '../../src/errors.js';
import { shellWords, startProcess } from '../../src/workload/process.js';
import { failure, never, Tag, temporaryFolder } from '../workload/support.js';

const cgroup2 = 0x63677270;
const mount = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find(
  (path) => existsSync(path) && statfsSync(path).type === cgroup2,
);

const request = (path: string, backend: 'bpf' | 'perf' = 'bpf') => ({
  target: { kind: 'cgroup', path } as const,
  out: temporaryFolder(),
  seconds: null,
  event: 'cpu-clock' as const,
  rateHz: 'auto' as const,
  maxDepth: 127,
  backend,
});

/** Runs a shell script that ends by itself. */
async function run(script: string): Promise<void> {
  const running = await startProcess({
    words: shellWords(script),
    cwd: '/',
    environment: new Tag().environment,
  });
  const { code } = await running.exited;
  await running.stop();
  expect(code).toBe(0);
}

const spin = 'i=0; while [ $i -lt 150000 ]; do i=$((i+1)); done';

describe('a cgroup', () => {
  let folder: string;
  let below: string;

  beforeEach(() => {
    expect(mount).toBeDefined();
    folder = mkdtempSync(join(mount as string, 'profbound-test-'));
    below = join(folder, 'below');
    mkdirSync(below);
  });

  afterEach(() => {
    for (const path of [below, folder]) if (existsSync(path)) rmdirSync(path);
  });

  const nanoseconds = () =>
    1000 * Number(/usage_usec (\d+)/.exec(readFileSync(join(folder, 'cpu.stat'), 'utf8'))?.[1]);

  test('has the CPU time that it says it has: of who enters, who is forked in it, and who is below', async () => {
    const collector = await openCollector();
    const capture = await collector.start(request(folder), never);
    // One enters and forks, with some that end at once; one enters below; one is not in it at all.
    // What is left of the time slice in which it enters counts for the cgroup, but is not captured: so it ends there.
    const enters = (path: string) => `${spin}; echo 0 > ${path}/cgroup.procs; sleep 0.01`;
    await run(
      `(${enters(folder)}; ${spin}; (${spin}) & for n in 1 2 3 4 5 6 7 8; do (:) & done; ${spin}; wait) & (${enters(below)}; ${spin}) & ${spin}; wait`,
    );
    const { summary } = await capture.stop();
    const exact = nanoseconds();
    expect(summary.target).toMatchObject({ kind: 'cgroup', pids: [] });
    console.log(`cgroup: ${summary.cpuNanoseconds} ns, cpu.stat ${exact} ns`);
    expect(Math.abs(summary.cpuNanoseconds / exact - 1)).toBeLessThan(0.02);
    expect(summary.tasks).toBeGreaterThanOrEqual(11);
    // While a hypervisor runs something else, CPU time goes on without samples.
    expect(Math.abs(summary.weight / exact - 1)).toBeLessThan(0.2 + 6 / Math.sqrt(summary.samples));
  });

  test('is no longer charged for who leaves it', async () => {
    const collector = await openCollector();
    const capture = await collector.start(request(folder), never);
    await run(
      `(echo 0 > ${folder}/cgroup.procs; sleep 0.01; ${spin}; echo 0 > ${mount}/cgroup.procs; ${spin}; ${spin})`,
    );
    const { summary } = await capture.stop();
    expect(Math.abs(summary.cpuNanoseconds / nanoseconds() - 1)).toBeLessThan(0.05);
  });

  test('that is removed ends the capture', async () => {
    const collector = await openCollector();
    const capture = await collector.start(request(folder), never);
    rmdirSync(below);
    rmdirSync(folder);
    const { summary } = await capture.finished;
    expect(summary.samples).toBe(0);
  });

  test('takes the bpf backend', async () => {
    const collector = await openCollector();
    const error = await failure(MeasureError, () => collector.start(request(folder, 'perf'), never));
    expect(error.message).toContain('a cgroup is captured by the bpf backend only');
  });
});

test('what is no cgroup is a usage error that says so', async () => {
  const collector = await openCollector();
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'cgroup.procs'), '');
  const none = await failure(UsageError, () => collector.start(request(folder), never));
  expect(none.message).toContain('not a cgroup of version 2');
  const missing = await failure(UsageError, () => collector.start(request('no/such/cgroup'), never));
  expect(missing.message).toContain('there is no such cgroup');
});
