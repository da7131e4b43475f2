/** From a bundle to its verdict and trees: pure, so that a bundle gives the same report wherever it is read. */
import { type Bundle, readProfile } from '../bundle/reader.js';
import { type Roots, rootOf } from '../bundle/roots.js';
import type { BundleWorkload, Capture, Side } from '../bundle/schema.js';
import { CallTree, type PlaceCosts } from '../profile/callTree.js';
import { type FunctionTable, functionTable } from '../profile/functions.js';
import type { Profile } from '../profile/model.js';
import { surroundingsOf } from '../profile/surroundings.js';
import { buildDifferentialTree, type DifferentialTree, type WeightedProfile } from '../profile/tree.js';
import { type WaitTable, waitTable } from '../profile/waits.js';
import type { ReportModel } from '../report/model.js';
import type { Calls, CallsOf } from '../verdict/calls.js';
import type { SurroundingsOf } from '../verdict/culprit.js';
import { judge } from '../verdict/judge.js';
import type { WaitsOf } from '../verdict/waitPanel.js';

/** Where threads waited in each capture of a bundle's folder, decoded when first asked for; see `captureTables`. */
export function captureWaits(directory: string, roots: Roots): WaitsOf {
  const known = new Map<string, WaitTable>();
  return (workload, capture) => {
    const { cpuProfile, offCpuProfile, units } = capture;
    if (offCpuProfile === undefined) return null;
    const found = known.get(offCpuProfile);
    if (found) return found;
    const waits = readProfile(directory, offCpuProfile);
    const root = rootOf(roots, workload, capture);
    const table = waitTable(waits, readProfile(directory, cpuProfile), root, units);
    known.set(offCpuProfile, table);
    return table;
  };
}

export type CaptureTables = (workload: BundleWorkload, capture: Capture) => FunctionTable;

/**
 * Self cost by function of each capture in a bundle's folder, decoded when first asked for.
 * @param directory the bundle's folder; captures may still be added to it
 */
export function captureTables(directory: string, roots: Roots): CaptureTables {
  const known = new Map<string, FunctionTable>();
  return (workload, capture) => {
    const found = known.get(capture.cpuProfile);
    if (found) return found;
    const profile = readProfile(directory, capture.cpuProfile);
    const table = functionTable(profile, rootOf(roots, workload, capture));
    known.set(capture.cpuProfile, table);
    return table;
  };
}

/** Stacks of the captures in a bundle's folder, one tree a workload; decoded when first asked for. */
export function captureCalls(directory: string, roots: Roots): CallsOf {
  const known = new Map<string, Calls>();
  return (workload) => {
    const calls = known.get(workload.name) ?? workloadCalls(directory, roots, workload);
    known.set(workload.name, calls);
    return calls;
  };
}

function workloadCalls(directory: string, roots: Roots, workload: BundleWorkload): Calls {
  const tree = new CallTree();
  const known = new Map<string, PlaceCosts>();
  const costsOf = (capture: Capture): PlaceCosts => {
    const { cpuProfile } = capture;
    const found = known.get(cpuProfile);
    if (found) return found;
    const costs = tree.add(readProfile(directory, cpuProfile), rootOf(roots, workload, capture));
    known.set(cpuProfile, costs);
    return costs;
  };
  return { tree, costsOf };
}

/** Verdict and differential trees of a bundle. @throws UsageError when a profile is missing or broken */
export function evaluate(bundle: Bundle): ReportModel {
  const { directory, manifest } = bundle;
  const trees = new Map<string, DifferentialTree>();
  for (const workload of manifest.workloads) {
    const usable = workload.captures.filter(({ units, summary }) => units > 0 && summary.samples > 0);
    const ofSide = (side: Side): Capture[] => usable.filter((capture) => capture.side === side);
    if (ofSide('base').length === 0 || ofSide('head').length === 0) continue;
    trees.set(
      workload.name,
      buildDifferentialTree(
        perUnit(bundle, workload, ofSide('base')),
        perUnit(bundle, workload, ofSide('head')),
      ),
    );
  }
  const surroundings: SurroundingsOf = (workload, capture, keys) =>
    surroundingsOf(bundle.profile(capture), rootOf(manifest, workload, capture), keys);
  const result = judge(
    manifest,
    captureTables(directory, manifest),
    surroundings,
    captureWaits(directory, manifest),
    captureCalls(directory, manifest),
  );
  return { result, trees };
}

/** Profiles weighted so that a node's cost is the mean of exact CPU nanoseconds per unit; one in memory at a time. */
export function* perUnit(
  bundle: Bundle,
  workload: BundleWorkload,
  captures: readonly Capture[],
): Generator<WeightedProfile> {
  for (const capture of captures) {
    const profile = bundle.profile(capture);
    const sampled = sampledNanoseconds(profile);
    if (sampled === 0) continue;
    const scale = capture.summary.cpuNanoseconds / sampled / capture.units / captures.length;
    yield { profile, root: rootOf(bundle.manifest, workload, capture), scale };
  }
}

/** Nanoseconds all samples of a profile stand for. */
export function sampledNanoseconds(profile: Profile): number {
  return profile.samples.reduce((sum, sample) => sum + sample.nanoseconds, 0);
}
