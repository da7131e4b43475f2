/** Many profiles of one side as one. */
import type { Frame, Profile, Sample } from './model.js';
import { identify } from './names.js';
import type { WeightedProfile } from './tree.js';

interface Sum {
  readonly stack: readonly number[];
  count: number;
  nanoseconds: number;
}

/**
 * Adds profiles up, stack by stack. Functions are named as reports name them and files are relative to each profile's root,
 * so that profiles of two sides, built in two folders, can be subtracted from each other by `go tool pprof -diff_base`.
 * Labels are left out. The same profiles in the same order give the same profile.
 */
export function mergeProfiles(profiles: Iterable<WeightedProfile>): Profile {
  const frames: Frame[] = [];
  const numbers = new Map<string, number>();
  const sums = new Map<string, Sum>();
  let first: Profile | null = null;
  let durationNanoseconds = 0;
  for (const { profile, root, scale } of profiles) {
    first ??= profile;
    durationNanoseconds += profile.durationNanoseconds;
    const numberOf = profile.frames.map((frame) => {
      const shown = relative(frame, root);
      const identity = JSON.stringify(Object.values(shown));
      const known = numbers.get(identity);
      if (known !== undefined) return known;
      numbers.set(identity, frames.length);
      return frames.push(shown) - 1;
    });
    for (const { stack, count, nanoseconds } of profile.samples) {
      const renumbered = stack.map((frame) => numberOf[frame] as number);
      const identity = renumbered.join();
      const sum = sums.get(identity) ?? { stack: renumbered, count: 0, nanoseconds: 0 };
      sum.count += count * scale;
      sum.nanoseconds += nanoseconds * scale;
      sums.set(identity, sum);
    }
  }
  return {
    frames,
    samples: [...sums.values()].map((sum): Sample => ({ ...sum, labels: {} })),
    startedAtNanoseconds: first?.startedAtNanoseconds ?? 0n,
    durationNanoseconds,
    periodNanoseconds: first?.periodNanoseconds ?? 0,
  };
}

function relative(frame: Frame, root: string): Frame {
  const { name, file } = identify(frame, root);
  const { mapping } = frame;
  return {
    name,
    systemName: name,
    file: file ?? '',
    line: frame.line,
    mapping: mapping.startsWith(`${root}/`) ? mapping.slice(root.length + 1) : mapping,
  };
}
