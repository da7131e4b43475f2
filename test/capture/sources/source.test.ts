/** Taking another profiler's profile of one capture, and the ways in which that fails. */
import { once } from 'node:events';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { CaptureSummary } from '../../../src/bundle/summary.js';
import type { FinishedCapture } from '../../../src/capture/collector.js';
import { finishRuns, outputOfEachRun, startSource } from '../../../src/capture/sources/source.js';
import type { SourcePlan } from '../../../src/config/plan.js';
import { MeasureError } from '../../../src/errors.js';
import { decodeProfile } from '../../../src/profile/codec.js';
import { shellWords, startProcess } from '../../../src/workload/process.js';
import { program, simulate } from '../../verdict/simulate.js';
import { eventually, failure, never, Tag, temporaryFolder } from '../../workload/support.js';

const base = program(3);
const { captures } = simulate({ seed: 1, pairs: 1, base, head: base }).workload;
const summary = captures[0]?.summary as CaptureSummary;

const plan = (more: Partial<SourcePlan>): SourcePlan => ({
  format: 'collapsed',
  from: '${OUTPUT}',
  command: 'printf "main;work 500\\n" > ${OUTPUT}',
  intervalNanoseconds: 1e6,
  ...more,
});

function counted(folder: string, more: Partial<CaptureSummary> = {}): FinishedCapture {
  const empty: CaptureSummary = {
    ...summary,
    event: 'none',
    samples: 0,
    weight: 0,
    cpuNanoseconds: 5e8,
    ...more,
  };
  return { summary: empty, profileFile: join(folder, 'cpu.pb.gz'), offCpuFile: null, output: '' };
}

function begin(source: SourcePlan, tag = new Tag(), signal = never, port = 1) {
  const folder = temporaryFolder();
  const options = {
    what: 'the profile of api (head)',
    seconds: 0.4,
    port,
    pid: 4711,
    cwd: folder,
    launcher: [],
  };
  const environment = tag.environment;
  const running = startSource(source, { ...options, environment, folder: join(folder, 'source') }, signal);
  return { running, folder };
}

describe('a command', () => {
  test('writes the profile, and is told of what', async () => {
    const { running, folder } = begin(
      plan({ command: 'echo "main;pid-${PID};seconds-${SECONDS};$PID 500" > "$OUTPUT"; echo noise' }),
    );
    const { summary: found } = await running.finish(counted(folder));
    expect(found).toMatchObject({
      event: 'samples',
      samples: 500,
      weight: 5e8,
      rateHz: 1000,
      fixedPeriod: true,
      source: { format: 'collapsed', isTimed: true },
    });
    expect(found.limits.at(-1)).toMatch(
      /^Samples are collapsed's: where threads wait is not in them\. Neither are files/,
    );
    const names = decodeProfile(readFileSync(join(folder, 'cpu.pb.gz'))).frames.map(({ name }) => name);
    expect(names).toEqual(['main', 'pid-4711', 'seconds-0.4', '4711']);
  });

  test.each<[string, Partial<SourcePlan>, RegExp]>([
    [
      'that fails',
      { command: 'echo no rights >&2; exit 3' },
      /source\.command failed \(exit code 3\): echo no rights/,
    ],
    [
      'that writes nothing',
      { command: 'true' },
      /output was not written: source\.command has to write it each time$/,
    ],
    ['that leaves an old file', { command: 'true', from: 'old' }, /old is older than the capture: /],
    [
      'that writes something else',
      { command: 'echo hello > ${OUTPUT}' },
      /^the profile of api \(head\) \(collapsed\) cannot be read: it has no collapsed stacks: line 1 is "hello"/,
    ],
    [
      'that sees nothing',
      { command: 'echo "idle 0" > ${OUTPUT}' },
      /has no samples, and the process took 0\.5 s of CPU time: it was taken of another process/,
    ],
  ])('%s is an error that says so', async (_, more, message) => {
    const { running, folder } = begin(plan(more));
    writeFileSync(join(folder, 'old'), 'main 3\n');
    utimesSync(join(folder, 'old'), 1, 1);
    const error = await failure(MeasureError, () => running.finish(counted(folder)));
    expect(error.message).toMatch(message);
    if (more.command?.includes('rights')) expect(error.detail).toContain('no rights');
  });

  test('that never ends is ended with the capture, with all that it started', async () => {
    const tag = new Tag();
    const { running } = begin(plan({ command: 'sleep 300 & sleep 301' }), tag);
    await eventually(() => tag.living().length >= 2);
    await running.stop();
    expect(tag.living()).toEqual([]);
  });
});

describe('a URL', () => {
  test('is asked for whole seconds, and what it answers is the profile', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end('main;work 500\n');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const from = 'http://127.0.0.1:${PORT}/p?seconds=${SECONDS}';
    const { running, folder } = begin(plan({ from, command: null }), new Tag(), never, port);
    expect((await running.finish(counted(folder))).summary.samples).toBe(500);
    expect(asked).toEqual(['/p?seconds=1']);
    server.close();
    const dead = begin(plan({ from, command: null }), new Tag(), never, port);
    expect((await failure(MeasureError, () => dead.running.finish(counted(folder)))).message).toMatch(
      /^the profile of api \(head\): cannot fetch http:.*ECONNREFUSED/,
    );
  });
});

test('each run of a batch program writes a file of its own', async () => {
  const folder = join(temporaryFolder(), "it's");
  const command = outputOfEachRun('echo "main;work 250" > "${OUTPUT}"', folder);
  for (let run = 0; run < 2; run++) {
    const running = await startProcess({
      words: shellWords(command),
      cwd: '/',
      environment: new Tag().environment,
    });
    expect(await running.exited).toEqual({ code: 0, signal: null });
    await running.stop();
  }
  const out = temporaryFolder();
  const found = await finishRuns(plan({ command: null }), counted(out), folder, 'the profile');
  expect(found.summary.samples).toBe(500);
  outputOfEachRun('', folder);
  await expect(finishRuns(plan({ command: null }), counted(out), folder, 'the profile')).rejects.toThrow(
    'the profile: no run wrote ${OUTPUT}: let batch: write its profile there',
  );
});
