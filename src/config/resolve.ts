/** From the configuration of both sides to the plan: defaults filled in, the gate's policy taken from base. */
import { planLooks, usualPairs } from '../bundle/schedule.js';
import type { Policy, WaitPolicy } from '../bundle/schema.js';
import { UsageError } from '../errors.js';
import { type ConfigFile, positionOf } from './file.js';
import { layoutsOf } from './layouts.js';
import type { LoadPlan, NumberSource, SidePlan, UnitsPlan, WorkloadPlan } from './plan.js';
import { readyOf } from './ready.js';
import type { CaptureConfig, GateConfig, WorkloadConfig } from './schema.js';
import { sourceOf } from './source.js';
import { turnSecondsOf } from './turns.js';

/** Families of claims: a wrong fail is ten times worse than a wrong pass. */
const alpha = { fail: 0.005, pass: 0.05, functions: 0.01 };

export interface Plan {
  readonly workloads: readonly WorkloadPlan[];
  readonly onInconclusive: 'pass' | 'warn' | 'fail';
  /** What the reader of the report must know about how the plan came to be. */
  readonly notes: readonly string[];
}

/**
 * Resolves both sides' configuration files.
 *
 * Each side builds and starts as its own file says, because a changed command is part of the change. Load, units,
 * captures and their source come from head and are the same for both. The gate's policy comes from base.
 * @param only names of the workloads to run; empty for all
 * @throws UsageError for a workload nobody defined, or one that is of another kind on each side
 */
export function resolvePlan(base: ConfigFile, head: ConfigFile, only: readonly string[] = []): Plan {
  const notes: string[] = [];
  const known = Object.keys(head.config.workloads);
  for (const name of only) {
    if (!known.includes(name))
      throw new UsageError(`${head.path} has no workload ${name}; it has ${known.join(', ')}`);
  }
  const gate = base.config.gate ?? {};
  if (JSON.stringify(gate) !== JSON.stringify(head.config.gate ?? {})) {
    notes.push(
      "head changes gate: in its configuration; base's gate was applied, the change takes effect once it is merged",
    );
  }
  const workloads: WorkloadPlan[] = [];
  for (const name of only.length > 0 ? only : known) {
    const ofBase = base.config.workloads[name];
    if (!ofBase) {
      notes.push(`workload ${name} is new in head: there is nothing to compare it with`);
      continue;
    }
    const workload = resolveWorkload(name, ofBase, head, gate);
    notes.push(...layoutNotes(workload, ofBase, head.config.workloads[name] as WorkloadConfig));
    workloads.push(workload);
  }
  for (const name of Object.keys(base.config.workloads)) {
    if (!known.includes(name)) notes.push(`workload ${name} is gone in head: it was not measured`);
  }
  return { workloads, onInconclusive: gate.on_inconclusive ?? 'warn', notes };
}

function resolveWorkload(
  name: string,
  ofBase: WorkloadConfig,
  head: ConfigFile,
  gate: GateConfig,
): WorkloadPlan {
  const ofHead = head.config.workloads[name] as WorkloadConfig;
  if ((ofBase.batch === undefined) !== (ofHead.batch === undefined)) {
    throw new UsageError(
      `${positionOf(head, ['workloads', name])}: workload ${name} is a batch program on one side and a service on the other`,
    );
  }
  const waitPolicy = waitPolicyOf(gate);
  const capture: CaptureConfig = { ...head.config.capture, ...ofHead.capture };
  return {
    name,
    sides: { base: sidePlan(ofBase), head: sidePlan(ofHead) },
    // What one side cannot vary, the comparison cannot average out.
    layouts: Math.min(layoutsOf(ofBase).layouts, layoutsOf(ofHead).layouts),
    environment: ofHead.environment ?? {},
    runtime: ofHead.runtime ?? null,
    port: ofHead.port ?? null,
    readyTimeoutSeconds: ofHead.ready_timeout ?? 30,
    warmupSeconds: ofHead.warmup ?? 1,
    load: loadPlan(ofHead),
    units: unitsPlan(ofHead),
    source: ofHead.source ? sourceOf(ofHead.source) : null,
    errors: ofHead.errors ? numberSource(ofHead.errors) : null,
    capture: {
      seconds: capture.seconds === undefined || capture.seconds === 'auto' ? null : capture.seconds,
      turnSeconds: turnSecondsOf(capture.turns),
      rateHz: capture.rate === undefined || capture.rate === 'auto' ? null : capture.rate,
      event: capture.event ?? 'auto',
      maxDepth: capture.max_depth ?? 128,
      backend: capture.backend ?? 'auto',
      // What base enforces head cannot leave unmeasured. Another profiler's samples say nothing of waits.
      offCpu: ofHead.source === undefined && (waitPolicy.mode === 'enforce' || (capture.off_cpu ?? true)),
      serviceCpus: capture.cpus?.service ?? null,
      loadCpus: capture.cpus?.load ?? null,
    },
    policy: policyOf(gate),
    waitPolicy,
    allPairs: false,
    mostPairs: gate.max_pairs ?? null,
    budgetSeconds: gate.budget ?? 900,
    like: null,
  };
}

function layoutNotes({ name, layouts }: WorkloadPlan, base: WorkloadConfig, head: WorkloadConfig): string[] {
  const [before, after] = [layoutsOf(base).layouts, layoutsOf(head).layouts];
  if (before === after) return [];
  return [
    `head changes build.layouts of ${name} from ${before} to ${after}; ${layouts} a side ${layouts === 1 ? 'was' : 'were'} measured, the change takes effect once it is merged`,
  ];
}

function sidePlan(workload: WorkloadConfig): SidePlan {
  const { command, relink } = layoutsOf(workload);
  return {
    build: command,
    ...(relink !== undefined && { relink }),
    start: workload.start ?? null,
    batch: workload.batch ?? null,
    ready: workload.ready === undefined ? null : readyOf(workload.ready),
  };
}

function loadPlan({ load, batch }: WorkloadConfig): LoadPlan {
  if (batch !== undefined || load === undefined) return { kind: 'batch' };
  if (typeof load === 'string') return { kind: 'command', command: load, rate: null, pausable: false };
  if ('command' in load) {
    return {
      kind: 'command',
      command: load.command,
      rate: load.rate ?? null,
      pausable: load.pausable ?? false,
    };
  }
  return {
    kind: 'http',
    url: load.http,
    method: load.method,
    headers: load.headers,
    body: load.body ?? null,
    connections: load.connections,
    rate: load.rate ?? null,
  };
}

function unitsPlan({ batch, units }: WorkloadConfig): UnitsPlan {
  if (batch !== undefined) return { kind: 'batch' };
  if (units && 'counter' in units) {
    const source: NumberSource =
      units.regex === undefined
        ? { kind: 'json', path: units.json as string }
        : { kind: 'regex', pattern: units.regex };
    return { kind: 'counter', url: units.counter, source };
  }
  // Only the built-in HTTP load may go without: combination.ts.
  return units ? { kind: 'output', source: numberSource(units) } : { kind: 'http' };
}

function numberSource(written: { regex: string } | { json: string }): NumberSource {
  return 'regex' in written
    ? { kind: 'regex', pattern: written.regex }
    : { kind: 'json', path: written.json };
}

/** What the gate tolerates, with defaults filled in. */
export function policyOf(gate: GateConfig): Policy {
  return {
    totalMargin: gate.total?.margin ?? 0.02,
    functionMargin: gate.function?.margin ?? 0.05,
    minShare: gate.function?.min_share ?? 0.005,
    alpha,
    // As long as no pilot has chosen how many.
    looks: planLooks(gate.max_pairs ?? usualPairs),
  };
}

/** What is made of time spent waiting, with defaults filled in. */
export function waitPolicyOf({ off_cpu: written = {} }: GateConfig): WaitPolicy {
  return { mode: written.mode ?? 'report', margin: written.margin ?? 0.1, idle: written.idle ?? [] };
}
