/** Programs that are built, captured and built again by what was captured. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from '@jest/globals';
import type { Capture } from '../../src/bundle/schema.js';
import { BundleWriter, cpuProfilePath } from '../../src/bundle/writer.js';
import { openCollector } from '../../src/capture/collector.js';
import { readEnvironment } from '../../src/experiment/environment.js';
import { exportPgo, type PgoOptions, type PgoSummary } from '../../src/jobs/pgo.js';
import { programEnvironment } from '../../src/workload/environment.js';
import { quiet } from '../verdict/simulate.js';
import { never, RecordedProgress } from '../workload/support.js';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that is gone after the file's tests. */
export function workFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'profbound-test-')));
  folders.push(folder);
  return folder;
}

export const source = (name: string): string => resolve('test/pgo/programs', name);

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end; fails with what it said when that is not a good one. */
export function run(words: readonly string[], cwd: string, environment: Record<string, string> = {}): Output {
  const [command, ...parameters] = words as [string, ...string[]];
  const env = { ...programEnvironment(environment), HOME: process.env.HOME ?? cwd };
  const { status, stdout, stderr, error } = spawnSync(command, parameters, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env,
  });
  if (status !== 0) throw new Error(`${words.join(' ')}: ${error?.message ?? `${stdout}\n${stderr}`}`);
  return { stdout, stderr };
}

/** An empty bundle of one workload. */
export function openWriter(folder: string): BundleWriter {
  const ref = { name: 'dir:.', commit: null, root: folder };
  const environment = readEnvironment('0', '0');
  return new BundleWriter(join(folder, 'bundle'), {
    schema: 'profbound/bundle@1',
    tool: { name: 'profbound', version: '0.0.0' },
    startedAt: '2026-01-01T00:00:00Z',
    refs: { base: { ...ref, commit: 'ba5e'.repeat(10) }, head: { ...ref, commit: 'feed'.repeat(10) } },
    config: { path: '.profbound.yml', text: '' },
    onInconclusive: 'warn',
    notes: [],
    changes: null,
    environment,
    workloads: [
      {
        name: 'program',
        policy: {
          totalMargin: 0.02,
          functionMargin: 0.05,
          minShare: 0.005,
          alpha: { fail: 0.01, pass: 0.05, functions: 0.05 },
          looks: [4],
        },
        load: { kind: 'batch', loop: 'unknown', rate: null },
        captureSeconds: 1,
        waivers: [],
        captures: [],
        stop: null,
      },
    ],
  });
}

/** Captures a command into a bundle, as either side of a pair. */
export async function capture(
  writer: BundleWriter,
  command: readonly string[],
  { side = 'head', pair = 1 }: Partial<Pick<Capture, 'side' | 'pair'>> = {},
): Promise<void> {
  const collector = await openCollector();
  const running = await collector.start(
    {
      target: {
        kind: 'command',
        command,
        cwd: '/',
        environment: programEnvironment(),
        cpus: null,
        repeatSeconds: null,
      },
      out: join(writer.directory, '..', 'capture'),
      seconds: null,
      event: 'cpu-clock',
      rateHz: 4999,
      maxDepth: 127,
      backend: 'auto',
    },
    never,
  );
  const { summary, profileFile } = await running.finished;
  const entry: Capture = {
    side,
    pair,
    position: 0,
    units: 1,
    errors: 0,
    conditions: quiet,
    cpuProfile: cpuProfilePath('program', pair, side),
    summary,
  };
  await writer.add('program', entry, profileFile);
}

/** Exports what is in a bundle. */
export function exported(
  writer: BundleWriter,
  options: Pick<PgoOptions, 'format' | 'out'> & Partial<PgoOptions> & { readonly binary: string },
): PgoSummary & { readonly said: RecordedProgress } {
  const said = new RecordedProgress();
  const { binary, ...rest } = options;
  const summary = exportPgo({
    bundles: [writer.directory],
    binaries: [binary],
    workload: null,
    fewestSamples: 1000,
    llvmProfdata: null,
    log: said,
    ...rest,
  });
  return { ...summary, said };
}
