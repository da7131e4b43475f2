/** What is added to the start of a program really makes its stacks readable: captures of each runtime that is here. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { CaptureSummary } from '../../src/bundle/summary.js';
import { shippedJavaAgent } from '../../src/capture/binary.js';
import { openCollector } from '../../src/capture/collector.js';
import { decodeProfile } from '../../src/profile/codec.js';
import { functionTable } from '../../src/profile/functions.js';
import type { Profile } from '../../src/profile/model.js';
import { identify } from '../../src/profile/names.js';
import { waitTable } from '../../src/profile/waits.js';
import { offerHttpLoad } from '../../src/workload/httpLoad.js';
import { removePerfMaps } from '../../src/workload/perfMaps.js';
import { chooseFreePort } from '../../src/workload/port.js';
import { shellWords, startProcess } from '../../src/workload/process.js';
import { makeReadable } from '../../src/workload/runtimes/setUp.js';
import { findNamingPython } from '../python.js';
import { eventually, never, Tag, temporaryFolder } from '../workload/support.js';

interface Captured {
  readonly summary: CaptureSummary;
  readonly cpu: Profile;
  readonly waits: Profile;
  readonly folder: string;
}

/** Starts a program as a gate would, waits for a line it prints, and captures what it does then. */
async function capture(
  command: string,
  folder: string,
  readyLine: RegExp,
  seconds: number,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<Captured> {
  const tag = new Tag();
  const start = { command, cwd: folder, environment: tag.environment, runtime: null };
  const readable = await makeReadable(start, shippedJavaAgent, never);
  expect(readable.runtime.added).not.toEqual([]);
  let isReady = false;
  const began = Date.now();
  const running = await startProcess({
    words: shellWords(`exec ${readable.command}`),
    cwd: folder,
    environment: { ...tag.environment, ...readable.environment },
    onLine: (line) => {
      isReady ||= readyLine.test(line);
    },
  });
  try {
    await eventually(() => isReady);
    const work = meanwhile();
    const collector = await openCollector();
    const started = await collector.start(
      {
        target: { kind: 'pids', pids: [running.pid] },
        out: join(folder, 'capture'),
        seconds,
        event: 'auto',
        rateHz: 499,
        maxDepth: 127,
        backend: 'bpf',
        offCpu: true,
      },
      never,
    );
    const { summary, profileFile, offCpuFile } = await started.finished;
    await work;
    const read = (file: string | null) => decodeProfile(readFileSync(file as string));
    return { summary, cpu: read(profileFile), waits: read(offCpuFile), folder };
  } finally {
    await running.stop();
    removePerfMaps([running.pid], began);
    expect(existsSync(`/tmp/perf-${running.pid}.map`) || existsSync(`/tmp/jit-${running.pid}.dump`)).toBe(
      false,
    );
  }
}

/** Part of a profile's time in stacks that a function is on. */
function shareOf({ cpu, folder }: Captured, name: string): number {
  const meant = cpu.frames.map((frame) => identify(frame, folder).name === name);
  const sum = (samples: Profile['samples']) => samples.reduce((all, { nanoseconds }) => all + nanoseconds, 0);
  return sum(cpu.samples.filter(({ stack }) => stack.some((frame) => meant[frame]))) / sum(cpu.samples);
}

/** Samples without a name or without a root. */
function missingPart({ samples, unresolved, incomplete }: CaptureSummary): number {
  const all = [...Object.values(unresolved), ...Object.values(incomplete)];
  return all.reduce((sum, count) => sum + count, 0) / samples;
}

test('node: JavaScript functions', async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'hot.js'),
    `function spin() { let sum = 0; for (let i = 0; i < 1e5; i++) sum += Math.sqrt(i) % 7; return sum; }
     function round() { const end = Date.now() + 20; while (Date.now() < end) spin(); setImmediate(round); }
     console.log('ready'); round();`,
  );
  const captured = await capture('node hot.js', folder, /ready/, 1);
  expect(shareOf(captured, 'spin')).toBeGreaterThan(0.5);
  expect(missingPart(captured.summary)).toBeLessThan(0.01);
  // Hot for a second: V8's best compiler has had its turn, and it is one function all the same.
  const rows = [...functionTable(captured.cpu, folder).functions.values()];
  const [spin, ...others] = rows.filter(({ name }) => name === 'spin');
  expect(others).toEqual([]);
  expect((spin?.tiers?.TurboFan ?? 0) / (spin?.nanoseconds ?? 0)).toBeGreaterThan(0.5);
});

const python = findNamingPython();
const pythonTest =
  python === null
    ? 'python is not looked at: no Python from 3.12 on is installed'
    : 'python: functions are named';
test(pythonTest, async () => {
  if (python === null) return;
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'hot.py'),
    'def spin():\n    return sum(i * i % 7 for i in range(20000))\n\nprint("ready", flush=True)\nwhile True:\n    spin()\n',
  );
  const captured = await capture(`${python} hot.py`, folder, /ready/, 1);
  // Without the trampolines no function has a name.
  expect(shareOf(captured, 'spin')).toBeGreaterThan(0.02);
});

test('java: compiled, inlined and interpreted methods, and where they wait', async () => {
  const folder = temporaryFolder();
  cpSync('samples/java-service/src', join(folder, 'src'), { recursive: true });
  execFileSync('sh', ['-c', 'javac -d build src/shop/*.java'], { cwd: folder });
  const port = await chooseFreePort();
  const url = `http://127.0.0.1:${port}/search?q=fimo+kavenza+silderpa`;
  const request = { urls: [url], method: 'GET', headers: {}, body: null, connections: 4, rate: null };
  const captured = await capture(
    `java -Xmx256m -Dsun.net.httpserver.nodelay=true -cp build shop.Main ${port}`,
    folder,
    /listening/,
    5,
    () => offerHttpLoad({ ...request, turns: [0], turnSeconds: 5.5 }),
  );
  expect(missingPart(captured.summary)).toBeLessThan(0.01);
  expect(shareOf(captured, 'shop.Spelling.distance')).toBeGreaterThan(0.05);
  expect(shareOf(captured, 'Interpreter')).toBeGreaterThan(0.2);
  // Its own samples lie in it, also where it was inlined.
  const functions = captured.cpu.frames.map((frame) => identify(frame, folder));
  expect(functions).toContainEqual({
    key: 'shop.Spelling.distance (shop/Spelling.java)',
    name: 'shop.Spelling.distance',
    file: 'shop/Spelling.java',
    resolved: true,
  });
  expect(functions.map(({ file }) => file)).toContain('jdk:java/lang/String.java');
  const distance = captured.cpu.frames.find(({ name }) => name === 'shop.Spelling.distance');
  const source = readFileSync('samples/java-service/src/shop/Spelling.java', 'utf8').split('\n');
  // The JVM knows where the first statement is.
  expect(distance?.line).toBe(source.findIndex((line) => line.includes('static int distance')) + 2);
  // The JVM's own functions have names, too.
  expect(captured.cpu.frames.map(({ name }) => name)).toContain('JavaThread::thread_main_inner()');
  const { paths } = waitTable(captured.waits, captured.cpu, folder, 1000);
  const places = paths.map(({ place, forWork }) => `${place.kind} ${place.name} ${forWork}`);
  expect(places).toContain('sleep shop.Warehouse$Line.ask false');
});
