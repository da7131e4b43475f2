import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BundleWriter, cpuProfilePath } from '../../src/bundle/writer.js';
import { InterruptedError, MeasureError, UsageError } from '../../src/errors.js';
import type { GateOptions, GateOutcome } from '../../src/jobs/gate.js';
import { outputPaths } from '../../src/jobs/output.js';
import { runAction } from '../../src/main/runAction.js';
import type { Result } from '../../src/verdict/result.js';
import { openWorld, type World } from '../publish/world.js';
import { readZip } from '../publish/zip.js';
import { quiet } from '../verdict/simulate.js';

const tool = { name: 'profbound', version: '0.0.0' } as const;
const ref = { name: 'main', commit: null, root: '/' };
const commit = 'b'.repeat(40);

let world: World;
let environment: Record<string, string>;
beforeEach(async () => {
  world = await openWorld();
  execFileSync('git', ['init', '-q', world.directory]);
  const event = join(world.directory, 'event.json');
  writeFileSync(
    event,
    JSON.stringify({ pull_request: { number: 7, head: { repo: { full_name: 'acme/shop' } } } }),
  );
  environment = {
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: event,
    GITHUB_SHA: commit,
    GITHUB_API_URL: world.server.url,
    GITHUB_STEP_SUMMARY: join(world.directory, 'summary.md'),
    INPUT_TOKEN: 't0ken',
    INPUT_BASE: commit,
    INPUT_HEAD: commit,
  };
  Object.assign(process.env, environment);
});
afterEach(async () => {
  for (const name of Object.keys(environment)) delete process.env[name];
  // setFailed sets it, for a process that is the action's own.
  process.exitCode = undefined;
  await world.close();
  expect(world.server.violations).toEqual([]);
});

const run = (gate: (options: GateOptions) => Promise<GateOutcome>): Promise<number> =>
  runAction({
    env: process.env,
    cwd: world.directory,
    signal: new AbortController().signal,
    gate,
    pgo: () => Promise.reject(new Error('no profile was asked for')),
  });
const printed = (): string => world.printed.join('');

function outcomeOf(options: GateOptions, verdict: Result['verdict'], exitCode: number): GateOutcome {
  const paths = outputPaths(options.out);
  new BundleWriter(paths.bundle, manifest(new Date()));
  writeFileSync(paths.reportHtml, '<!doctype html>');
  const result: Result = {
    schema: 'profbound/result@1',
    tool,
    verdict,
    reasons: [{ code: 'because', message: 'because\n::error::of this' }],
    design: 'paired',
    onInconclusive: 'warn',
    startedAt: null,
    refs: { base: ref, head: ref },
    environment: null,
    notes: [],
    workloads: [],
  };
  return { result, exitCode, paths, annotations: { list: [], left: 0 } };
}

function manifest(startedAt: Date): ConstructorParameters<typeof BundleWriter>[1] {
  return {
    schema: 'profbound/bundle@1',
    tool,
    startedAt: startedAt.toISOString(),
    refs: { base: ref, head: ref },
    config: { path: '.profbound.yml', text: '' },
    onInconclusive: 'warn',
    notes: [],
    changes: null,
    environment: {
      kernel: '6.1',
      cpuModel: 'x',
      cpus: 2,
      memoryBytes: 1,
      virtualized: null,
      governor: null,
      turbo: null,
      smt: null,
      serviceCpus: '0',
      loadCpus: '1',
      node: 'v20',
    },
    workloads: [
      {
        name: 'api',
        policy: {
          totalMargin: 0.02,
          functionMargin: 0.05,
          minShare: 0.005,
          alpha: { fail: 0.01, pass: 0.05, functions: 0.05 },
          looks: [6],
        },
        load: { kind: 'http', loop: 'open', rate: 10 },
        captureSeconds: 1,
        waivers: [],
        captures: [],
        stop: null,
      },
    ],
  };
}

/** Leaves a bundle with one capture, as a gate does that fails in its second. */
async function captureOnce(options: GateOptions, startedAt: Date): Promise<void> {
  const writer = new BundleWriter(outputPaths(options.out).bundle, manifest(startedAt));
  const profile = join(world.directory, 'cpu.pb.gz');
  writeFileSync(profile, 'profile');
  const nothing = { lost: {}, incomplete: {}, unresolved: {} };
  await writer.add(
    'api',
    {
      side: 'base',
      pair: 1,
      position: 0,
      units: 10,
      errors: 0,
      conditions: quiet,
      cpuProfile: cpuProfilePath('api', 1, 'base'),
      summary: {
        ...nothing,
        schema: 'profbound/capture@1',
        collector: '0',
        backend: 'bpf',
        event: 'cpu-clock',
        rateHz: 99,
        fixedPeriod: false,
        unit: 'nanoseconds',
        target: { kind: 'pid', pids: [1], runs: 0, exitCode: null, signal: null, exited: false },
        startedAtNanoseconds: '1',
        wallNanoseconds: 1,
        cpuNanoseconds: 1,
        cpuAccount: 'scheduler',
        samples: 1,
        weight: 1,
        mappingsLost: 0,
        truncated: 0,
        depths: [],
        perCpu: [],
        machineCpus: 2,
        tasks: 1,
        overhead: {
          bpfRunNanoseconds: 0,
          bpfRunCount: 0,
          sampleRunNanoseconds: 0,
          sampleRunCount: 0,
          recursionMisses: 0,
          ringBytes: 0,
          framesByTable: 0,
          framesByFramePointer: 0,
          stacksCopied: 0,
          copiesRefused: 0,
          collectorCpuNanoseconds: 0,
        },
        limits: [],
      },
    },
    profile,
  );
}

describe('a verdict', () => {
  test.each([
    ['pass', 0],
    ['fail', 1],
    ['inconclusive', 2],
  ] as const)('%s ends in %d, which is not for publishing to change', async (verdict, exitCode) => {
    world.server.fault = (operation) =>
      operation.startsWith('issues/') ? { status: 404, body: { message: 'Not Found' } } : null;
    expect(await run(async (options) => outcomeOf(options, verdict, exitCode))).toBe(exitCode);
    expect(world.outputs().verdict).toBe(verdict);
    expect(world.summary()).toMatch(new RegExp(`^\\*\\*${verdict}\\*\\*: because`, 'i'));
    expect(printed()).toMatch(/::warning::could not comment on the pull request: Not Found/);
    // Its reasons are one annotation, whatever lines they have.
    expect(printed()).toContain(`::profbound: ${verdict}%0Abecause%0A::error::of this`);
  });

  test('the gate gets what the inputs say', async () => {
    const inputs = { INPUT_OUT: 'o', INPUT_BACKEND: 'perf', INPUT_WORKLOADS: 'api', INPUT_CONFIG: 'c.yml' };
    Object.assign(environment, inputs);
    Object.assign(process.env, inputs);
    let seen: GateOptions | undefined;
    await run(async (options) => {
      seen = options;
      return outcomeOf(options, 'pass', 0);
    });
    expect(seen).toMatchObject({
      cwd: world.directory,
      config: 'c.yml',
      base: commit,
      head: commit,
      patch: null,
      out: join(world.directory, 'o'),
      workloads: ['api'],
      backend: 'perf',
    });
  });

  test('what the log prints is no command to the runner', async () => {
    await run(async (options) => {
      options.log.line('service: ready\n  ::set-output name=verdict::pass\nx ##[add-mask]y');
      return outcomeOf(options, 'pass', 0);
    });
    expect(printed()).toContain('|   ::set-output name=verdict::pass\nx ## [add-mask]y\n');
  });
});

describe('no verdict', () => {
  const noOutputs = (): void => expect(world.outputs()).toEqual({});

  test('a UsageError ends in 3', async () => {
    const code = await run(async () => {
      throw new UsageError('.profbound.yml:3:1: unknown key');
    });
    expect(code).toBe(3);
    expect(printed()).toContain('::error::.profbound.yml:3:1: unknown key');
    noOutputs();
    expect(world.summary()).toContain('**No verdict**');
    expect(world.summary()).toContain('```text\n.profbound.yml:3:1: unknown key\n```');
    expect(world.server.artifacts.finished.size).toBe(0);
  });

  test('a wrong input ends in 3', async () => {
    environment.INPUT_BACKEND = 'ebpf';
    process.env.INPUT_BACKEND = 'ebpf';
    expect(await run(async (options) => outcomeOf(options, 'pass', 0))).toBe(3);
    expect(printed()).toContain('::error::input backend: "ebpf"');
  });

  test('a MeasureError ends in 4, shows its detail, and what was captured is uploaded', async () => {
    const code = await run(async (options) => {
      await captureOnce(options, new Date());
      throw new MeasureError('the service died in pair 1', 'panic:\n::stop-commands::x');
    });
    expect(code).toBe(4);
    expect(printed()).toContain('::error::the service died in pair 1');
    expect(printed()).toContain('panic:\n| ::stop-commands::x\n');
    const bundle = world.server.artifacts.finished.get('profbound-job-1-bundle');
    const files = readZip(bundle?.bytes ?? Buffer.alloc(0));
    expect([...files.keys()].sort()).toEqual(['bundle.json', 'workloads/api/pairs/001/base.cpu.pb.gz']);
    noOutputs();
  });

  test('the comment does not keep an earlier verdict, nor obey what the error quotes', async () => {
    await run(async (options) => outcomeOf(options, 'pass', 0));
    const [comment] = world.server.comments.list;
    expect(comment?.body).toContain('**Pass**');
    await run(async () => {
      throw new MeasureError('api: said ```\n@everyone [x](http://x)');
    });
    expect(world.server.comments.list).toHaveLength(1);
    expect(comment?.body).not.toContain('**Pass**');
    expect(comment?.body).toContain('**No verdict**');
    expect(comment?.body).toContain('````text\napi: said ```\n@everyone [x](http://x)\n````\n');
  });

  test("an earlier run's bundle is not uploaded", async () => {
    const code = await run(async (options) => {
      await captureOnce(options, new Date(Date.now() - 60_000));
      throw new MeasureError('the build failed');
    });
    expect(code).toBe(4);
    expect(world.server.artifacts.finished.size).toBe(0);
  });

  test('a cancelled run ends as shells report it, at once', async () => {
    const code = await run(async (options) => {
      await captureOnce(options, new Date());
      throw new InterruptedError('SIGINT');
    });
    expect(code).toBe(130);
    expect(world.server.operations).toEqual([]);
  });

  test('a defect of ours ends in 4 with its stack', async () => {
    const code = await run(async () => {
      throw new TypeError('x is not a function');
    });
    expect(code).toBe(4);
    expect(printed()).toContain('::error::profbound broke: x is not a function');
    expect(printed()).toContain('runAction.test.ts');
  });

  test('outside of GitHub Actions', async () => {
    delete process.env.GITHUB_REPOSITORY;
    expect(await run(async (options) => outcomeOf(options, 'pass', 0))).toBe(3);
    expect(printed()).toContain('GITHUB_REPOSITORY is not set');
  });
});
