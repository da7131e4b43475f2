/** From `pgo:` of workloads to what a run of `profbound pgo` does. */
import { UsageError } from '../errors.js';
import type { PgoFormat } from '../pgo/formats.js';
import { type ConfigFile, positionOf } from './file.js';
import type { PgoConfig } from './pgoSchema.js';
import type { WorkloadPlan } from './plan.js';
import { resolvePlan } from './resolve.js';

/** One profile: how it is captured, built with and validated. */
export interface PgoPlan {
  readonly format: PgoFormat;
  /** Relative to the folder that is measured. */
  readonly binary: string;
  readonly profile: string;
  readonly rebuild: string;
  readonly captures: number;
  readonly seconds: number;
  readonly floor: number;
  /** Part of the CPU time per unit of work without a profile. */
  readonly minGain: number;
  readonly onNoGain: 'keep' | 'fail';
  /** Workloads the captures are taken under. */
  readonly captured: readonly WorkloadPlan[];
  /** The workload under which builds are compared, as their gates judge it. */
  readonly workload: WorkloadPlan;
}

/**
 * The profiles a configuration asks for.
 * @param only names of workloads with `pgo:`; empty: all that have it
 * @throws UsageError naming the line of what cannot be done
 */
export function pgoPlansOf(file: ConfigFile, only: readonly string[]): PgoPlan[] {
  const { workloads } = resolvePlan(file, file);
  const names = Object.keys(file.config.workloads);
  for (const name of only) {
    if (!names.includes(name))
      throw new UsageError(`${file.path} has no workload ${name}; it has ${names.join(', ')}`);
  }
  const wanted = names.filter((name) =>
    only.length > 0 ? only.includes(name) : pgoOf(file, name) !== undefined,
  );
  if (wanted.length === 0) {
    throw new UsageError(
      `${file.path}: no workload has pgo:, so there is no profile to make; see docs/pgo.md, or export captures with --bundle`,
    );
  }
  const plans = wanted.map((name) => planOf(file, name, workloads));
  for (const [index, { profile, workload }] of plans.entries()) {
    const other = plans.slice(0, index).find((earlier) => earlier.profile === profile);
    if (other === undefined) continue;
    throw new UsageError(
      `${at(file, workload.name, 'profile')}: ${other.workload.name} and ${workload.name} both write ${profile}: give one of them pgo.workloads: [${other.workload.name}, ${workload.name}], or each a profile of its own`,
    );
  }
  return plans;
}

function planOf(file: ConfigFile, name: string, workloads: readonly WorkloadPlan[]): PgoPlan {
  const written = pgoOf(file, name);
  if (written === undefined) {
    throw new UsageError(`${positionOf(file, ['workloads', name])}: workload ${name} has no pgo:`);
  }
  const find = (wanted: string): WorkloadPlan => {
    const found = workloads.find((workload) => workload.name === wanted);
    if (found !== undefined) return found;
    const known = workloads.map((workload) => workload.name).join(', ');
    throw new UsageError(
      `${at(file, name, 'workloads')}: there is no workload ${wanted}; there are ${known}`,
    );
  };
  const own = find(name);
  const minGain = written.min_gain ?? 0;
  return {
    format: written.format,
    binary: written.binary,
    profile: written.profile,
    rebuild: written.rebuild ?? buildOf(file, own),
    captures: written.captures ?? 6,
    seconds: written.seconds ?? 10,
    floor: written.floor ?? 5000,
    minGain,
    onNoGain: written.on_no_gain ?? 'keep',
    captured: (written.workloads ?? [name]).map(find),
    workload: judgedByTotal(own, minGain, written.budget ?? own.budgetSeconds),
  };
}

/** Builds in several layouts are several binaries, and a profile is of one. */
function buildOf(file: ConfigFile, { name, layouts, sides }: WorkloadPlan): string {
  const { build } = sides.head;
  if (build !== null && layouts === 1) return build;
  throw new UsageError(
    `${at(file, name)}: pgo needs rebuild: the command that builds with \${PGO_PROFILE}${build === null ? '' : '; build: makes several code layouts'}`,
  );
}

/** Functions whose least share is all of the time: none is tested. */
const noFunctions = { functionMargin: 10, minShare: 1 };

/**
 * A gate of two builds of the same code, of which base has the profile: its total fails where the build without the profile
 * is proven to take more CPU time, by more than the gain that is asked for. A compiler moves time from function to
 * function, so that no function's own time is judged.
 */
function judgedByTotal(workload: WorkloadPlan, minGain: number, budgetSeconds: number): WorkloadPlan {
  return {
    ...workload,
    layouts: 1,
    capture: { ...workload.capture, offCpu: false },
    policy: { ...workload.policy, ...noFunctions, totalMargin: minGain / (1 - minGain) },
    waitPolicy: { mode: 'report', margin: 0.1, idle: [] },
    budgetSeconds,
  };
}

function pgoOf({ config }: ConfigFile, name: string): PgoConfig | undefined {
  return config.workloads[name]?.pgo;
}

function at(file: ConfigFile, name: string, ...keys: readonly string[]): string {
  return positionOf(file, ['workloads', name, 'pgo', ...keys]);
}
