/** Who calls a function, and what was inlined into it: where its cost may come from. */
import { isCompiling } from './compiling.js';
import type { Frame, Profile } from './model.js';
import { identify } from './names.js';

export interface Place {
  readonly key: string;
  readonly name: string;
  /** Relative to the root where it lies below it; null when unknown. */
  readonly file: string | null;
  readonly line: number | null;
}

export interface Caller extends Place {
  /** Fewest calls that lead from it to the function. */
  readonly distance: number;
  /** Nanoseconds of the function's self cost that were spent below it. */
  readonly nanoseconds: number;
}

export interface Surroundings {
  /** Self cost of the function. */
  readonly nanoseconds: number;
  /** Every function on the stacks above, by key. */
  readonly callers: ReadonlyMap<string, Caller>;
  readonly inlined: ReadonlyMap<string, Place>;
}

/**
 * Surroundings of some functions, by their keys; of those that are no leaf of a sample nothing.
 * @param root absolute folder the profiled side was built in
 */
export function surroundingsOf(
  profile: Profile,
  root: string,
  keys: ReadonlySet<string>,
): ReadonlyMap<string, Surroundings> {
  const places = profile.frames.map((frame) => placeOf(frame, root));
  const found = new Map<string, Found>();
  const leaves = new Set<number>();
  for (const sample of profile.samples) {
    if (isCompiling(sample)) continue;
    const { stack, nanoseconds } = sample;
    const leaf = stack[0] as number;
    const key = places[leaf]?.key;
    if (key === undefined || !keys.has(key)) continue;
    const own = found.get(key) ?? { nanoseconds: 0, callers: new Map(), inlined: new Map() };
    found.set(key, own);
    leaves.add(leaf);
    own.nanoseconds += nanoseconds;
    const callers = stack.map((frame) => places[frame] as ResolvedPlace);
    addCallers(own.callers, key, callers, nanoseconds);
  }
  for (const leaf of leaves) {
    const { inlined } = found.get(places[leaf]?.key as string) as Found;
    for (const one of profile.inlined?.get(leaf) ?? []) {
      const place = placeOf({ ...one, mapping: profile.frames[leaf]?.mapping ?? '' }, root);
      if (!inlined.has(place.key)) inlined.set(place.key, bare(place));
    }
  }
  return found;
}

interface Found {
  nanoseconds: number;
  readonly callers: Map<string, Caller>;
  readonly inlined: Map<string, Place>;
}

type ResolvedPlace = Place & { readonly resolved: boolean };

function bare({ key, name, file, line }: Place): Place {
  return { key, name, file, line };
}

function placeOf(frame: Frame, root: string): ResolvedPlace {
  const { key, name, file, resolved } = identify(frame, root);
  return { key, name, file, line: frame.line || null, resolved };
}

/** Adds one stack. Recursion leads through a caller more than once: it counts once, where it is nearest. */
function addCallers(
  callers: Map<string, Caller>,
  key: string,
  stack: readonly ResolvedPlace[],
  nanoseconds: number,
): void {
  const seen = new Set([key]);
  for (const [distance, caller] of stack.entries()) {
    if (!caller.resolved || seen.has(caller.key)) continue;
    seen.add(caller.key);
    const known = callers.get(caller.key);
    callers.set(caller.key, {
      ...bare(caller),
      line: known?.line ?? caller.line,
      distance: Math.min(distance, known?.distance ?? distance),
      nanoseconds: nanoseconds + (known?.nanoseconds ?? 0),
    });
  }
}
