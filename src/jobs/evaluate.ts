/** A bundle read as reports need it. */
import { type Bundle, readProfile } from '../bundle/reader.js';
import { rootOf } from '../bundle/roots.js';
import type { BundleWorkload, Capture, Side } from '../bundle/schema.js';
import type { Profile } from '../profile/model.js';
import { buildDifferentialTrees, type DifferentialTrees, type WeightedProfile } from '../profile/tree.js';
import { placeKeys } from '../profile/waits.js';
import type { Evidence, Method, ReportModel } from '../report/model.js';
import { ChangeMap } from '../verdict/blame/changeMap.js';
import { completePairs } from '../verdict/captures/pairs.js';
import { judge } from '../verdict/judge.js';
import type { Result, WorkloadResult } from '../verdict/result.js';
import { idlePlaces } from '../verdict/waits/result.js';
import { captureSources, withChangedPlaces } from './sources.js';

/** Places below this share of the whole are merged: a fifth of a pixel of a drawing as wide as a page. */
export const leastDrawnShare = 0.0002;

/** Verdict and what lies behind it. @throws UsageError when a profile is missing or broken */
export function evaluate(bundle: Bundle): ReportModel {
  const { directory, manifest } = bundle;
  const result = judge(manifest, captureSources(directory, manifest));
  const evidence = new Map(
    manifest.workloads.map((workload, index) => [
      workload.name,
      evidenceOf(bundle, workload, result, result.workloads[index] as WorkloadResult),
    ]),
  );
  return { result, evidence };
}

function evidenceOf(
  bundle: Bundle,
  workload: BundleWorkload,
  { refs }: Result,
  { functions, offCpu }: WorkloadResult,
): Evidence {
  const { changes } = bundle.manifest;
  const map = changes === null ? null : new ChangeMap(changes, refs.head);
  const changed = functions.filter((one) => map !== null && map.ownChange(one) !== null);
  const usable = usableCaptures(workload);
  const idle = offCpu === null ? null : idlePlaces(offCpu);
  return {
    cpu: treesOf(usable, (captures) => perUnit(bundle, workload, captures)),
    waits: idle && treesOf(usable, (captures) => waitsPerUnit(bundle, workload, captures, idle)),
    changed: map && new Set(changed.map(({ key }) => key)),
    method: methodOf(bundle, workload),
  };
}

function treesOf(
  usable: Readonly<Record<Side, readonly Capture[]>> | null,
  profiles: (captures: readonly Capture[]) => Iterable<WeightedProfile>,
): DifferentialTrees | null {
  if (usable === null) return null;
  return buildDifferentialTrees(profiles(usable.base), profiles(usable.head), { minShare: leastDrawnShare });
}

function methodOf(
  { manifest }: Bundle,
  { captureSeconds, turnSeconds, policy, stop, captures }: BundleWorkload,
): Method {
  const launches = new Set(
    captures.flatMap(({ side, launch }) => (side === 'head' && launch !== undefined ? [launch] : [])),
  );
  return {
    // A side's own file is named as that side's.
    configPath: manifest.config.path.replace(/^(base|head):/, ''),
    folder: manifest.changes?.prefix ?? '',
    captureSeconds,
    turnSeconds: turnSeconds ?? null,
    policy,
    stop,
    launches: launches.size > 0 ? launches.size : null,
    firstPair: firstPairOf(captures),
  };
}

function firstPairOf(captures: readonly Capture[]): Method['firstPair'] {
  const [first] = completePairs(captures);
  if (!first) return null;
  const [base, head] = [first.parts.base[0] as Capture, first.parts.head[0] as Capture];
  const isWaited = base.offCpuProfile !== undefined && head.offCpuProfile !== undefined;
  return {
    number: first.number,
    cpu: { base: base.cpuProfile, head: head.cpuProfile },
    waits: isWaited ? { base: base.offCpuProfile as string, head: head.offCpuProfile as string } : null,
  };
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
    const profile = withChangedPlaces(bundle.profile(capture), bundle.manifest, workload, capture);
    const sampled = sampledNanoseconds(profile);
    if (sampled === 0) continue;
    const scale = capture.summary.cpuNanoseconds / sampled / capture.units / captures.length;
    yield { profile, root: rootOf(bundle.manifest, workload, capture), scale };
  }
}

/** The same of waits, but for those at idle places: they are as long as the load leaves them. */
function* waitsPerUnit(
  bundle: Bundle,
  workload: BundleWorkload,
  captures: readonly Capture[],
  idle: ReadonlySet<string>,
): Generator<WeightedProfile> {
  for (const { offCpuProfile, units, ...capture } of captures) {
    if (offCpuProfile === undefined) continue;
    const whole = { ...capture, units };
    const read = readProfile(bundle.directory, offCpuProfile);
    const profile = withChangedPlaces(read, bundle.manifest, workload, whole);
    const root = rootOf(bundle.manifest, workload, whole);
    const placeOf = placeKeys(profile, root);
    yield {
      profile,
      root,
      scale: 1 / units / captures.length,
      omits: (sample) => {
        const place = placeOf(sample);
        return place === null || idle.has(place);
      },
    };
  }
}

/** Nanoseconds all samples of a profile stand for. */
export function sampledNanoseconds(profile: Profile): number {
  return profile.samples.reduce((sum, sample) => sum + sample.nanoseconds, 0);
}
