/** What a calibration measures: the same code on both sides, and then head with a slowdown planted around it. */
import type { WorkloadPlan } from '../config/plan.js';
import type { Plan } from '../config/resolve.js';

export interface CalibrationOptions {
  /** Most seconds spent on measuring a workload. */
  readonly budgetSeconds: number;
  /** Most pairs of the recording. */
  readonly pairs: number;
  /** Slowdown that is planted, e.g. 0.05. */
  readonly plant: number;
  /** Gates with it. */
  readonly plantedGates: number;
}

/** Part of the budget that the recording gets when there are planted gates. */
const recordingPart = 0.7;
const longestName = 64;

/**
 * Each workload as its recording, of a fixed number of pairs and never decided before, and as gates as configured whose
 * head burns CPU time besides. They are workloads of one run, so that both sides are built once.
 * @param collector the native collector's path: it plants
 */
export function calibrationPlan(plan: Plan, collector: string, options: CalibrationOptions): Plan {
  const { budgetSeconds, pairs, plant, plantedGates } = options;
  const forRecording = plantedGates > 0 ? recordingPart * budgetSeconds : budgetSeconds;
  const forGate = (budgetSeconds - forRecording) / Math.max(1, plantedGates);
  const notes = [
    `a calibration: the same code on both sides; where a workload's name ends in ${plantedSuffix(plant, 1)} and the like, head burns ${plant * 100} % of its CPU time besides`,
  ];
  const workloads = plan.workloads.map(likeItself).flatMap((workload) => [
    {
      ...workload,
      mostPairs: pairs,
      allPairs: true,
      budgetSeconds: forRecording,
    },
    ...Array.from({ length: plantedGates }, (_, index) => ({
      ...slowedDown(workload, collector, plant),
      name: plantedName(workload.name, plant, index + 1),
      budgetSeconds: Math.min(workload.budgetSeconds, forGate),
    })),
  ]);
  return { ...plan, workloads, notes: [...plan.notes, ...notes] };
}

/** Captures and launches as the gate has them, whatever the calibration's own budget is. */
function likeItself(workload: WorkloadPlan): WorkloadPlan {
  const { mostPairs, budgetSeconds } = workload;
  return { ...workload, like: { mostPairs, budgetSeconds } };
}

function slowedDown(workload: WorkloadPlan, collector: string, plant: number): WorkloadPlan {
  const { base, head } = workload.sides;
  const slower = (command: string | null): string | null =>
    command && `exec ${quoted(collector)} plant --percent ${plant * 100} -- sh -c ${quoted(command)}`;
  return {
    ...workload,
    sides: { base, head: { ...head, start: slower(head.start), batch: slower(head.batch) } },
  };
}

/** One word for the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function plantedName(workload: string, plant: number, gate: number): string {
  const suffix = plantedSuffix(plant, gate);
  return `${workload.slice(0, longestName - suffix.length)}${suffix}`;
}

/** `-plus5-1`: the first gate with 5 % planted. */
function plantedSuffix(plant: number, gate: number): string {
  return `-plus${`${Number((plant * 100).toPrecision(4))}`.replace('.', '_')}-${gate}`;
}

/** How much was planted in a measured workload that is one of `workload`'s planted gates; null when it is none. */
export function plantedIn(name: string, workload: string): number | null {
  const found = /^(.*)-plus(\d+(?:_\d+)?)-\d+$/.exec(name);
  if (!found || (found[1] as string).length === 0) return null;
  const [, own, percent] = found as unknown as [string, string, string];
  const isOurs = own === workload || (name.length === longestName && workload.startsWith(own));
  return isOurs ? Number(percent.replace('_', '.')) / 100 : null;
}
