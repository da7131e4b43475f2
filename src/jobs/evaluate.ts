/** From a bundle to its verdict and trees: pure, so that a bundle gives the same report wherever it is read. */
import type { Bundle } from '../bundle/reader.js';
import { rootOf } from '../bundle/roots.js';
import type { BundleWorkload, Capture, Side } from '../bundle/schema.js';
import type { Profile } from '../profile/model.js';
import { buildDifferentialTree, type DifferentialTree, type WeightedProfile } from '../profile/tree.js';
import type { ReportModel } from '../report/model.js';
import { judge } from '../verdict/judge.js';
import { captureSources } from './sources.js';

/** Verdict and differential trees of a bundle. @throws UsageError when a profile is missing or broken */
export function evaluate(bundle: Bundle): ReportModel {
  const { directory, manifest } = bundle;
  const trees = new Map<string, DifferentialTree>();
  for (const workload of manifest.workloads) {
    const usable = usableCaptures(workload);
    if (usable === null) continue;
    const { base, head } = usable;
    trees.set(
      workload.name,
      buildDifferentialTree(perUnit(bundle, workload, base), perUnit(bundle, workload, head)),
    );
  }
  const result = judge(manifest, captureSources(directory, manifest));
  return { result, trees };
}

/** The captures that did some work and saw some of it; null where a side has none. */
export function usableCaptures({ captures }: BundleWorkload): Record<Side, Capture[]> | null {
  const usable = captures.filter(({ units, summary }) => units > 0 && summary.samples > 0);
  const ofSide = (side: Side) => usable.filter((capture) => capture.side === side);
  const sides = { base: ofSide('base'), head: ofSide('head') };
  return sides.base.length === 0 || sides.head.length === 0 ? null : sides;
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
