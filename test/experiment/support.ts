/** A workload, two sides and a bundle for tests that measure for real. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { BundleWorkload, Side } from '../../src/bundle/schema.js';
import { BundleWriter } from '../../src/bundle/writer.js';
import { openCollector } from '../../src/capture/collector.js';
import type { WorkloadPlan } from '../../src/config/plan.js';
import type { CaptureContext } from '../../src/experiment/context.js';
import { readEnvironment } from '../../src/experiment/environment.js';
import { type ExperimentHooks, runExperiment } from '../../src/experiment/run.js';
import { placeCpus } from '../../src/workload/placement.js';
import {
  childProcesses,
  never,
  RecordedProgress,
  serviceSource,
  Tag,
  temporaryFolder,
} from '../workload/support.js';

/** Whether a collector started here is at work. */
export const isCapturing = (): boolean =>
  childProcesses().some(({ command }) => command.includes('profbound-collect record'));

/** The /proc status of the collector that is at work; empty when there is none. */
export function collectorStatus(): string {
  const collector = childProcesses().find(({ command }) => /^\S*profbound-collect record/.test(command));
  try {
    return collector ? readFileSync(`/proc/${collector.pid}/status`, 'utf8') : '';
  } catch {
    return '';
  }
}

export type PlanChange = Omit<Partial<WorkloadPlan>, 'capture'> & {
  readonly capture?: Partial<WorkloadPlan['capture']>;
};

/** Measures the small service of the tests; everything it starts carries `tag`. */
export class Trial {
  readonly tag = new Tag();
  readonly progress = new RecordedProgress();
  readonly folder = temporaryFolder();
  readonly plan: WorkloadPlan;
  readonly writer: BundleWriter;
  /** How many complete pairs there were whenever it was asked whether to stop. */
  readonly asked: number[] = [];

  constructor(change: PlanChange = {}) {
    writeFileSync(join(this.folder, 'service.mjs'), serviceSource);
    const usual = servicePlan(this.tag);
    this.plan = { ...usual, ...change, capture: { ...usual.capture, ...change.capture } };
    this.writer = new BundleWriter(join(this.folder, 'bundle'), {
      schema: 'profbound/bundle@1',
      tool: { name: 'profbound', version: '0.0.0' },
      startedAt: '2026-01-01T00:00:00Z',
      refs: { base: this.#ref, head: this.#ref },
      config: { path: '.profbound.yml', text: '' },
      onInconclusive: 'warn',
      notes: [],
      changes: null,
      environment: readEnvironment('0', '0'),
      workloads: [
        {
          name: this.plan.name,
          policy: this.plan.policy,
          load: { kind: 'command', loop: 'unknown', rate: null },
          captureSeconds: 1,
          waivers: [],
          captures: [],
          stop: null,
        },
      ],
    });
  }

  get #ref() {
    return { name: 'dir:.', commit: null, root: this.folder };
  }

  /** What is in the bundle. */
  get measured(): BundleWorkload {
    return this.writer.workload(this.plan.name);
  }

  /** Fails when anything is left of the captures: a process, or a file that is not in the bundle. */
  expectNothingLeft(): void {
    expect(this.tag.living()).toEqual([]);
    expect(isCapturing()).toBe(false);
    expect(readdirSync(this.folder).sort()).toEqual(['bundle', 'service.mjs']);
  }

  /** What captures share, on these ports. */
  async context(ports: CaptureContext['ports']): Promise<CaptureContext> {
    const sides = { base: { root: this.folder }, head: { root: this.folder } };
    const common = { plan: this.plan, sides, collector: await openCollector(), ports };
    const scratch = `${this.writer.directory}.capture`;
    return {
      ...common,
      placement: placeCpus(null, null),
      seconds: 0.2,
      rateHz: 997,
      turnSeconds: null,
      layouts: null,
      scratch,
      signal: never,
    };
  }

  async run(hooks: Partial<ExperimentHooks> = {}) {
    const sides = { base: { root: this.folder }, head: { root: this.folder } };
    return runExperiment(this.plan, sides, await openCollector(), this.writer, {
      progress: this.progress,
      signal: never,
      decide: (workload) => {
        this.asked.push(workload.captures.length / 2);
        return 'open';
      },
      ...hooks,
    });
  }
}

function servicePlan(tag: Tag): WorkloadPlan {
  const side = {
    build: null,
    start: `exec ${process.execPath} service.mjs \${PORT}`,
    batch: null,
    ready: { kind: 'http', url: 'http://127.0.0.1:${PORT}/count' },
  } as const;
  return {
    name: 'api',
    layouts: 1,
    sides: { base: side, head: side } satisfies Record<Side, unknown>,
    environment: tag.added,
    runtime: null,
    port: null,
    readyTimeoutSeconds: 30,
    warmupSeconds: 0.1,
    load: {
      kind: 'http',
      url: 'http://127.0.0.1:${PORT}/',
      method: 'GET',
      headers: {},
      body: null,
      connections: 2,
      rate: 100,
    },
    units: { kind: 'http' },
    errors: null,
    capture: {
      seconds: 0.5,
      turnSeconds: 0,
      rateHz: null,
      event: 'auto',
      maxDepth: 127,
      offCpu: false,
      backend: 'auto',
      serviceCpus: null,
      loadCpus: null,
    },
    source: null,
    waitPolicy: { mode: 'report', margin: 0.1, idle: [] },
    policy: {
      totalMargin: 0.02,
      functionMargin: 0.05,
      minShare: 0.005,
      alpha: { fail: 0.005, pass: 0.05, functions: 0.01 },
      looks: [1],
    },
    allPairs: false,
    mostPairs: 1,
    budgetSeconds: 600,
    like: null,
  };
}
