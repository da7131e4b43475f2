/** From a bundle to its verdict and trees: pure, so that a bundle gives the same report wherever it is read. */
import { type Bundle, readProfile } from '../bundle/reader.js';
import { type Roots, rootOf } from '../bundle/roots.js';
import type { BundleWorkload, Capture, Side } from '../bundle/schema.js';
import { type FunctionTable, functionTable } from '../profile/functions.js';
import type { Profile } from '../profile/model.js';
import { surroundingsOf } from '../profile/surroundings.js';
import { buildDifferentialTree, type DifferentialTree, type WeightedProfile } from '../profile/tree.js';
import type { ReportModel } from '../report/model.js';
import { judge } from '../verdict/judge.js';

export type CaptureTables = (workload: BundleWorkload, capture: Capture) => FunctionTable;

/**
 * Self cost by function of each capture in a bundle's folder, decoded when first asked for.
 * @param directory the bundle's folder; captures may still be added to it
 */
export function captureTables(directory: string, roots: Roots): CaptureTables {
  const known = new Map<string, FunctionTable>();
  return (_workload, capture) => {
    const found = known.get(capture.cpuProfile);
    if (found) return found;
    const table = functionTable(readProfile(directory, capture.cpuProfile), rootOf(roots, capture));
    known.set(capture.cpuProfile, table);
    return table;
  };
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
      buildDifferentialTree(perUnit(bundle, ofSide('base')), perUnit(bundle, ofSide('head'))),
    );
  }
  const result = judge(manifest, captureTables(directory, manifest), (_workload, capture, keys) =>
    surroundingsOf(bundle.profile(capture), rootOf(manifest, capture), keys),
  );
  return { result, trees };
}

/** Profiles weighted so that a node's cost is the mean of exact CPU nanoseconds per unit; one in memory at a time. */
export function* perUnit(bundle: Bundle, captures: readonly Capture[]): Generator<WeightedProfile> {
  for (const capture of captures) {
    const profile = bundle.profile(capture);
    const sampled = sampledNanoseconds(profile);
    if (sampled === 0) continue;
    const scale = capture.summary.cpuNanoseconds / sampled / capture.units / captures.length;
    yield { profile, root: rootOf(bundle.manifest, capture), scale };
  }
}

/** Nanoseconds all samples of a profile stand for. */
export function sampledNanoseconds(profile: Profile): number {
  return profile.samples.reduce((sum, sample) => sum + sample.nanoseconds, 0);
}
