/** Each side's profile over all pairs, as files for `go tool pprof`. */
import type { Bundle } from '../bundle/reader.js';
import { encodeProfile } from '../profile/codec.js';
import { mergeProfiles } from '../profile/merge.js';
import type { WeightedProfile } from '../profile/tree.js';
import { perUnit, sampledNanoseconds, usableCaptures } from './evaluate.js';

export interface ProfileFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Both sides of every workload, weighted so that they stand for the same work: as many units as base did, at the exact CPU
 * time each side took for one. So their difference is what the change costs.
 * @throws UsageError when a profile is missing or broken
 */
export function* sideProfiles(bundle: Bundle): Generator<ProfileFile> {
  for (const workload of bundle.manifest.workloads) {
    const captures = usableCaptures(workload);
    if (captures === null) continue;
    const units = captures.base.reduce((sum, capture) => sum + capture.units, 0);
    for (const side of ['base', 'head'] as const) {
      const profile = mergeProfiles(times(units, perUnit(bundle, workload, captures[side])));
      // Beyond what the format holds there is no file: nothing depends on one.
      if (!(sampledNanoseconds(profile) < Number.MAX_SAFE_INTEGER)) continue;
      yield { name: `${workload.name}.${side}.pb.gz`, bytes: encodeProfile(profile) };
    }
  }
}

function* times(units: number, profiles: Iterable<WeightedProfile>): Generator<WeightedProfile> {
  for (const each of profiles) yield { ...each, scale: each.scale * units };
}
