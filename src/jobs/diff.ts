/** Compares two profiles that were not measured in pairs: bounds hold within the two runs only. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openBundle, readProfile } from '../bundle/reader.js';
import type { BundleWorkload, Policy, Ref, Side } from '../bundle/schema.js';
import { type CaptureSummary, captureSummarySchema } from '../bundle/summary.js';
import { formatOf } from '../capture/sources/format.js';
import { readText } from '../capture/sources/profile.js';
import { policyOf } from '../config/resolve.js';
import { UsageError } from '../errors.js';
import { functionTable } from '../profile/functions.js';
import type { Profile } from '../profile/model.js';
import { buildDifferentialTrees, type WeightedProfile } from '../profile/tree.js';
import type { ReportModel } from '../report/model.js';
import { poolSummaries, poolTables } from '../verdict/captures/pooling.js';
import { compareUnpaired, type UnpairedSide } from '../verdict/unpaired.js';
import { leastDrawnShare, perUnit, sampledNanoseconds } from './evaluate.js';
import { bundleFolder } from './report.js';
import { captureSources } from './sources.js';

export interface DiffOptions {
  /** Each a bundle (or a gate's output folder), a capture's folder, or a file: pprof, collapsed stacks, perf script, perf.data. */
  readonly base: string;
  readonly head: string;
  /** Files in profiles are named relative to this folder where they lie below it; bundles know their own. */
  readonly root: string;
  /** The side of a bundle that is compared. Its head by default: what the bundle was measured for. */
  readonly side: Side;
  /** The workload of a bundle; null: its only one. */
  readonly workload: string | null;
}

/** One thing to compare: what the verdict needs, and its profiles for the flame graph. */
interface Source {
  readonly side: UnpairedSide;
  readonly policy: Policy | null;
  /** Profiles with the weight that makes costs nanoseconds per unit, or per run where units are unknown. */
  profiles(): Iterable<WeightedProfile>;
}

/** @throws UsageError when a path is none of what can be compared, or is broken */
export async function diff(options: DiffOptions): Promise<ReportModel> {
  const base = await openSource(options.base, options);
  const head = await openSource(options.head, options);
  const result = compareUnpaired(base.side, head.side, base.policy ?? head.policy ?? policyOf({}));
  const cpu = buildDifferentialTrees(base.profiles(), head.profiles(), { minShare: leastDrawnShare });
  const evidence = { cpu, waits: null, changed: null, method: null };
  return { result, evidence: new Map(result.workloads.map(({ name }) => [name, evidence])) };
}

async function openSource(path: string, options: DiffOptions): Promise<Source> {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) throw new UsageError(`there is no ${path}`);
  if (!status.isDirectory()) return openFile(path, options.root);
  if (existsSync(join(bundleFolder(path), 'bundle.json'))) return openBundleSide(bundleFolder(path), options);
  if (existsSync(join(path, 'cpu.pb.gz'))) return openCapture(path, options.root);
  throw new UsageError(`${path} is neither a bundle (bundle.json) nor a capture (cpu.pb.gz)`);
}

async function openFile(path: string, root: string): Promise<Source> {
  return single({ name: path, commit: null, root }, await readAnyProfile(path), null);
}

/** A profile of any format that a workload's source may have. */
async function readAnyProfile(path: string): Promise<Profile> {
  const format = formatOf(path);
  if (format === 'pprof') return readProfile(dirname(path), basename(path));
  try {
    return (await readText(format, [path], null)).profile;
  } catch (error) {
    throw new UsageError(`${path} cannot be read as ${format}: ${(error as Error).message}`);
  }
}

function openCapture(path: string, root: string): Source {
  const summary = readSummary(join(path, 'capture.json'));
  if (summary?.unit === 'count') {
    throw new UsageError(
      `${path} has samples of ${summary.event}, and a comparison is of CPU time: compare captures of cycles or cpu-clock`,
    );
  }
  return single({ name: path, commit: null, root }, readProfile(path, 'cpu.pb.gz'), summary);
}

function single(ref: Ref, profile: Profile, summary: CaptureSummary | null): Source {
  const table = functionTable(profile, ref.root);
  const units = summary !== null && summary.target.runs > 0 ? summary.target.runs : null;
  const sampled = sampledNanoseconds(profile);
  const scale = summary === null || sampled === 0 ? 1 : summary.cpuNanoseconds / sampled / (units ?? 1);
  return {
    side: { ref, table, summary, units },
    policy: null,
    profiles: () => [{ profile, root: ref.root, scale }],
  };
}

function readSummary(file: string): CaptureSummary | null {
  if (!existsSync(file)) return null;
  try {
    return captureSummarySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new UsageError(`${file} is not a capture's summary: ${(error as Error).message}`);
  }
}

function openBundleSide(directory: string, { side, workload: name }: DiffOptions): Source {
  const opened = openBundle(directory);
  // Lines of one bundle's head say nothing of another's.
  const manifest = { ...opened.manifest, changes: null };
  const bundle = { ...opened, manifest };
  const workload = pickWorkload(directory, manifest.workloads, name);
  const captures = workload.captures.filter((capture) => capture.side === side && capture.units > 0);
  const [first, ...rest] = captures.map(({ summary }) => summary);
  if (!first) throw new UsageError(`${directory}: workload ${workload.name} has no capture of ${side}`);
  const ref = manifest.refs[side];
  const { tableOf } = captureSources(directory, manifest);
  const units = captures.reduce((sum, capture) => sum + capture.units, 0);
  return {
    side: {
      ref,
      table: poolTables(captures.map((capture) => tableOf(workload, capture))),
      summary: poolSummaries([first, ...rest]),
      units,
    },
    policy: workload.policy,
    profiles: () => perUnit(bundle, workload, captures),
  };
}

function pickWorkload(
  directory: string,
  workloads: readonly BundleWorkload[],
  name: string | null,
): BundleWorkload {
  const known = workloads.map((workload) => workload.name).join(', ');
  const found =
    name === null && workloads.length === 1 ? workloads[0] : workloads.find((one) => one.name === name);
  if (found) return found;
  throw new UsageError(
    name === null
      ? `${directory} has several workloads; name one with --workload: ${known}`
      : `${directory} has no workload ${name}; it has ${known}`,
  );
}
