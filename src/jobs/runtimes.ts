/** Makes the stacks of all workloads readable, before they are started for the first time. */
import type { RuntimeName, Runtimes, SideRuntime } from '../bundle/runtimes.js';
import { type Side, sides } from '../bundle/schema.js';
import { shippedJavaAgent } from '../capture/binary.js';
import type { SidePlan, WorkloadPlan } from '../config/plan.js';
import { programEnvironment } from '../workload/environment.js';
import { detectRuntime } from '../workload/runtimes/detection.js';
import { makeReadable } from '../workload/runtimes/setUp.js';
import type { Builds } from './builds.js';

export interface ReadableWorkloads {
  /** With what their sides' starts take. */
  readonly workloads: readonly WorkloadPlan[];
  /** By workload name. */
  readonly runtimes: ReadonlyMap<string, Runtimes>;
  /** What could not be added, and why. */
  readonly notes: readonly string[];
}

/** @throws MeasureError when a runtime cannot even be asked, the signal's reason when it is aborted */
export async function makeWorkloadsReadable(
  workloads: readonly WorkloadPlan[],
  builds: Builds,
  signal: AbortSignal,
): Promise<ReadableWorkloads> {
  const readable: WorkloadPlan[] = [];
  const runtimes = new Map<string, Runtimes>();
  const notes: string[] = [];
  for (const workload of workloads) {
    const base = await readableSide('base', workload, builds, signal);
    const head = await readableSide('head', workload, builds, signal);
    readable.push({ ...workload, sides: { base: base.plan, head: head.plan } });
    runtimes.set(workload.name, { base: base.runtime, head: head.runtime });
    notes.push(...notesOf(workload.name, { base: base.note, head: head.note }));
  }
  return { workloads: readable, runtimes, notes };
}

interface ReadableSide {
  readonly plan: SidePlan;
  readonly runtime: SideRuntime;
  readonly note: string | null;
}

async function readableSide(
  side: Side,
  workload: WorkloadPlan,
  builds: Builds,
  signal: AbortSignal,
): Promise<ReadableSide> {
  const plan = workload.sides[side];
  const key = plan.start === null ? 'batch' : 'start';
  const start = {
    command: commandOf(plan),
    cwd: builds.sourcesOf(workload)[side].root,
    environment: programEnvironment(workload.environment),
    runtime: workload.runtime ?? runtimeOf(workload, side),
  };
  const { command, environment, runtime, note } = await makeReadable(start, shippedJavaAgent, signal);
  return { plan: { ...plan, [key]: command, environment }, runtime, note };
}

/** What one side's command does not give away, as when something is put around it, the other's may. */
function runtimeOf({ sides: { base, head } }: WorkloadPlan, side: Side): RuntimeName | null {
  const [own, other] = side === 'base' ? [base, head] : [head, base];
  const runtime = (plan: SidePlan) => detectRuntime(commandOf(plan), null).runtime;
  return runtime(own) ?? runtime(other);
}

function commandOf({ start, batch }: SidePlan): string {
  return (start ?? batch) as string;
}

/** What holds for both sides is said once. */
function notesOf(name: string, notes: Readonly<Record<Side, string | null>>): string[] {
  if (notes.base !== null && notes.base === notes.head) return [`${name}: ${notes.base}`];
  return sides.flatMap((side) => (notes[side] === null ? [] : [`${name} (${side}): ${notes[side]}`]));
}
