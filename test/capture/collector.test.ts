import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type CaptureRequest, openCollector } from '../../src/capture/collector.js';
import { readDoctor } from '../../src/capture/doctor.js';
import { InterruptedError, MeasureError, UsageError } from '../../src/errors.js';
import { shellWords, startProcess } from '../../src/workload/process.js';
import { eventually, failure, never, Tag, temporaryFolder } from '../workload/support.js';

const busy = 'while :; do :; done';
const isGzip = (file: string): boolean =>
  readFileSync(file)
    .subarray(0, 2)
    .equals(Buffer.from([0x1f, 0x8b]));

const request = (more: Pick<CaptureRequest, 'target'> & Partial<CaptureRequest>): CaptureRequest => ({
  out: join(temporaryFolder(), 'deep', 'capture'),
  seconds: null,
  event: 'auto',
  rateHz: 499,
  maxDepth: 127,
  backend: 'auto',
  ...more,
});

const command = (text: string, tag: Tag, repeatSeconds: number | null = null) =>
  ({
    kind: 'command',
    command: shellWords(text),
    cwd: '/',
    environment: tag.environment,
    cpus: '0',
    repeatSeconds,
  }) as const;

test.each(['bpf', 'perf'] as const)('CPU time is counted without sampling, by %s', async (backend) => {
  const tag = new Tag();
  const collector = await openCollector();
  const target = command('i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done', tag);
  const capture = await collector.start(request({ target, event: 'none', backend }), never);
  const { summary } = await capture.finished;
  expect(summary).toMatchObject({
    backend,
    event: 'none',
    samples: 0,
    weight: 0,
    unresolved: {},
    limits: [],
  });
  expect(summary.cpuNanoseconds).toBeGreaterThan(10e6);
  expect(summary.overhead.sampleRunCount).toBe(0);
});

describe('a capture of a process tree', () => {
  test('begins when it is armed and ends when it is stopped; the processes go on', async () => {
    const tag = new Tag();
    const collector = await openCollector();
    const words = shellWords(`${busy} & ${busy}`, collector.launcher('0'));
    const running = await startProcess({ words, cwd: '/', environment: tag.environment });
    try {
      const target = { kind: 'pids', pids: [running.pid] } as const;
      const capture = await collector.start(request({ target }), never);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const { summary, profileFile } = await capture.stop();
      expect(summary.backend).toBe(capture.backend);
      expect(summary.cpuNanoseconds).toBeGreaterThan(0);
      // Two busy loops share one CPU.
      expect(summary.cpuNanoseconds).toBeLessThan(1.5 * summary.wallNanoseconds);
      expect(summary.perCpu.filter(({ samples }) => samples > 0).map(({ cpu }) => cpu)).toEqual([0]);
      expect(isGzip(profileFile)).toBe(true);
      expect(running.exit).toBeNull();
    } finally {
      await running.stop();
    }
    expect(tag.living()).toEqual([]);
  });

  test('that is not there is an error that says so', async () => {
    const collector = await openCollector();
    const gone = 2 ** 22 - 1;
    const asked = request({ target: { kind: 'pids', pids: [gone] } });
    const error = await failure(MeasureError, () => collector.start(asked, never));
    expect(error.message).toContain(`${gone}`);
  });
});

describe('a capture of a command', () => {
  test('ends with it and tells how it ended and what it printed', async () => {
    const collector = await openCollector();
    const tag = new Tag();
    const capture = await collector.start(request({ target: command('echo bye; exit 5', tag) }), never);
    const { summary, output } = await capture.finished;
    expect(summary.target).toMatchObject({ kind: 'command', exited: true, exitCode: 5 });
    expect(output).toContain('bye');
    expect(tag.living()).toEqual([]);
  });

  test('may repeat it', async () => {
    const collector = await openCollector();
    const target = command('sleep 0.05', new Tag(), 0.3);
    const { summary } = await (await collector.start(request({ target }), never)).finished;
    expect(summary.target.runs).toBeGreaterThan(1);
    expect(summary.target.exitCode).toBe(0);
  });

  test('leaves what it read of programs to the next, in a folder for this user alone', async () => {
    const tag = new Tag();
    const collector = await openCollector();
    const cache = join(temporaryFolder(), 'run', 'cache');
    const kept: string[][] = [];
    for (let run = 0; run < 2; run++) {
      const target = command(`timeout 0.3 bash -c '${busy}'`, tag);
      const { finished } = await collector.start(request({ target, cache }), never);
      const { summary } = await finished;
      const incomplete = Object.values(summary.incomplete).reduce((sum, samples) => sum + samples, 0);
      expect(incomplete).toBeLessThanOrEqual(summary.samples / 2);
      kept.push(readdirSync(cache).sort());
    }
    expect(kept[0]?.length).toBeGreaterThanOrEqual(2);
    expect(kept[1]).toEqual(kept[0]);
    expect(statSync(cache).mode & 0o777).toBe(0o700);
    chmodSync(cache, 0o777);
    const refused = request({ target: command('true', tag), cache });
    const { message } = await failure(UsageError, () => collector.start(refused, never));
    expect(message).toContain('--cache');
    expect(tag.living()).toEqual([]);
  });

  test('ends after its seconds, and the command with it', async () => {
    const collector = await openCollector();
    const tag = new Tag();
    const capture = await collector.start(request({ target: command(busy, tag), seconds: 0.2 }), never);
    const { summary } = await capture.finished;
    expect(summary.target.exited).toBe(false);
    expect(tag.living()).toEqual([]);
  });

  test('that is disposed of leaves nothing running', async () => {
    const collector = await openCollector();
    const tag = new Tag();
    const capture = await collector.start(
      request({ target: command(`setsid sleep 300 & ${busy}`, tag) }),
      never,
    );
    await eventually(() => tag.living().some((line) => line.startsWith('sleep')));
    await capture.dispose();
    expect(tag.living()).toEqual([]);
  });

  test('on CPUs that are not there is a usage error', async () => {
    const collector = await openCollector();
    const target = { ...command('true', new Tag()), cpus: '900' };
    const error = await failure(UsageError, () => collector.start(request({ target }), never));
    expect(error.message).toContain('--cpus 900');
  });

  test('that is interrupted before it begins does not begin', async () => {
    const collector = await openCollector();
    const tag = new Tag();
    const signal = AbortSignal.abort(new InterruptedError('SIGINT'));
    await failure(InterruptedError, () => collector.start(request({ target: command(busy, tag) }), signal));
    expect(tag.living()).toEqual([]);
  });
});

test('a collector that does not get ready is an error, and is ended', async () => {
  const folder = temporaryFolder();
  const binary = join(folder, 'profbound-collect');
  const text = '#!/bin/sh\nexec sleep 300\n';
  writeFileSync(binary, text, { mode: 0o755 });
  const sum = createHash('sha256').update(text).digest('hex');
  writeFileSync(join(folder, 'SHA256SUMS'), `${sum}  profbound-collect\n`);
  const collector = await openCollector(binary, 0.2);
  const tag = new Tag();
  const error = await failure(MeasureError, () =>
    collector.start(request({ target: command(busy, tag) }), never),
  );
  expect(error.message).toBe('the collector was not ready within 0.2 s');
  expect(tag.living()).toEqual([]);
});

describe('the binary', () => {
  /** A binary that leaves a trace when it is executed. */
  function strange(sums: (name: string) => string): { binary: string; trace: string } {
    const folder = temporaryFolder();
    const binary = join(folder, 'profbound-collect');
    const trace = join(folder, 'executed');
    writeFileSync(binary, `#!/bin/sh\ntouch ${trace}\n`, { mode: 0o755 });
    writeFileSync(join(folder, 'SHA256SUMS'), sums('profbound-collect'));
    return { binary, trace };
  }

  test('is not executed when it is not the one that was delivered', async () => {
    const { binary, trace } = strange((name) => `${'0'.repeat(64)}  ${name}\n`);
    const error = await failure(MeasureError, () => openCollector(binary));
    expect(error.message).toContain(`${binary} was changed: its SHA-256 is `);
    expect(existsSync(trace)).toBe(false);
  });

  test('must have a checksum', async () => {
    const { binary } = strange(() => `${'0'.repeat(64)}  another\n`);
    const error = await failure(MeasureError, () => openCollector(binary));
    expect(error.message).toContain('SHA256SUMS has no checksum of profbound-collect');
  });

  test('must be there', async () => {
    const error = await failure(MeasureError, () => openCollector('/nowhere/profbound-collect'));
    expect(error.message).toContain('cannot read /nowhere/SHA256SUMS');
  });
});

test('the doctor says what works here', async () => {
  const report = await readDoctor(await openCollector());
  expect(report.schema).toBe('profbound/doctor@1');
  expect(new Set(report.checks.map(({ group }) => group))).toEqual(new Set(['capture', 'sight', 'quiet']));
});
