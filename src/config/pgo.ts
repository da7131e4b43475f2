/** From `pgo:` of workloads to what a run of `profbound pgo` does. */
import { normalize } from 'node:path';
import { UsageError } from '../errors.js';
import type { PgoFormat } from '../pgo/formats.js';
import { type ConfigFile, positionOf } from './file.js';
import { layoutBuildError, layoutsOf, strayedSeedError, usesSeed } from './layouts.js';
import { type PgoConfig, usualProfileLayouts } from './pgoSchema.js';
import type { WorkloadPlan } from './plan.js';
import { resolvePlan } from './resolve.js';
import type { WorkloadConfig } from './schema.js';

/** One profile: how it is captured, built with and validated. */
export interface PgoPlan {
  readonly format: PgoFormat;
  /** Relative to the folder that is measured. */
  readonly binary: string;
  readonly profile: string;
  readonly rebuild: string;
  /** Run for each code layout after `rebuild`, which is then run once; null: `rebuild` is run for each. */
  readonly relink: string | null;
  /** Writes and reads LLVM's binary format; null: text. */
  readonly llvmProfdata: string | null;
  /** Where the profile is taken from; null: it is captured. */
  readonly source: { readonly pprof: string; readonly headers: Readonly<Record<string, string>> } | null;
  readonly captures: number;
  readonly seconds: number;
  readonly floor: number;
  /** Part of the CPU time per unit of work without a profile. */
  readonly minGain: number;
  readonly onNoGain: 'keep' | 'fail';
  /** Workloads the captures are taken under; none with a source. */
  readonly captured: readonly WorkloadPlan[];
  /** The workload under which builds are compared, as their gates judge it, in as many layouts as they are built in. */
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
    const other = plans.slice(0, index).find((earlier) => normalize(earlier.profile) === normalize(profile));
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
  if (written.llvm_profdata !== undefined && written.format !== 'llvm') {
    throw new UsageError(`${at(file, name, 'llvm_profdata')}: llvm_profdata belongs to format: llvm`);
  }
  const own = find(name);
  const minGain = written.min_gain ?? 0;
  const { layouts, ...commands } = buildsOf(file, name, written);
  return {
    format: written.format,
    binary: written.binary,
    profile: written.profile,
    ...commands,
    llvmProfdata: written.llvm_profdata ?? null,
    source: sourceOf(file, name, written),
    captures: written.captures ?? 6,
    seconds: written.seconds ?? 10,
    floor: written.floor ?? 5000,
    minGain,
    onNoGain: written.on_no_gain ?? 'keep',
    captured: written.source === undefined ? (written.workloads ?? [name]).map(find) : [],
    workload: judgedByTotal({ ...own, layouts }, minGain, written.budget ?? own.budgetSeconds),
  };
}

function sourceOf(file: ConfigFile, name: string, written: PgoConfig): PgoPlan['source'] {
  if (written.source === undefined) return null;
  const { pprof, headers = {} } = written.source;
  const stray = (['captures', 'seconds', 'workloads'] as const).find((key) => written[key] !== undefined);
  if (stray !== undefined) {
    throw new UsageError(
      `${at(file, name, stray)}: pgo.${stray} is of captures, and with source: none are taken: leave one of the two out`,
    );
  }
  if (Object.keys(headers).length > 0 && !/^https?:/.test(pprof)) {
    throw new UsageError(`${at(file, name, 'source', 'headers')}: headers belong to a URL`);
  }
  return { pprof, headers };
}

/** How the builds that are compared are made, and in how many code layouts each: as the workload's build is, unless told. */
function buildsOf(
  file: ConfigFile,
  name: string,
  written: PgoConfig,
): Pick<PgoPlan, 'rebuild' | 'relink'> & { readonly layouts: number } {
  const build = layoutsOf(file.config.workloads[name] as WorkloadConfig);
  const rebuild = written.rebuild ?? build.command;
  if (rebuild === null) {
    throw new UsageError(
      `${at(file, name)}: pgo needs rebuild: the command that builds with \${PGO_PROFILE}`,
    );
  }
  const isOfOneBuild = written.format === 'bolt';
  const layouts = written.layouts ?? (isOfOneBuild ? 1 : Math.min(build.layouts, usualProfileLayouts));
  const refusal = (key: keyof PgoConfig, message: string) =>
    new UsageError(`${at(file, name, key)}: pgo.${key} ${message}`);
  if (layouts === 1) {
    if (written.relink !== undefined)
      throw refusal('relink', 'is for several layouts: say how many by layouts');
    if (strayedSeedError(rebuild) === null) return { rebuild, relink: null, layouts };
    throw refusal('rebuild', 'uses ${LAYOUT_SEED} and has no layouts: say how many by layouts');
  }
  if (isOfOneBuild) throw refusal('layouts', 'is 1 for bolt, whose profiles are of one build: leave it out');
  const relink = written.relink ?? (usesSeed(rebuild) ? undefined : build.relink);
  const error = layoutBuildError({ command: rebuild, relink });
  if (error === null) return { rebuild, relink: relink ?? null, layouts };
  throw refusal(
    error.key === 'command' ? 'rebuild' : error.key,
    `${error.message}; layouts: 1 compares one build a side`,
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
