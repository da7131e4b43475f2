/** Where a slower function's time comes from: its own changed lines, a changed caller, or something it inherits. */
import type { BundleManifest, BundleWorkload, Capture, Side } from '../../bundle/schema.js';
import type { Caller, Place, Surroundings } from '../../profile/surroundings.js';
import { plural } from '../../text/format.js';
import { completePairs, type Pair } from '../captures/pairs.js';
import type { TableOf } from '../captures/panel.js';
import { oneLine } from '../names.js';
import type { Culprit, WorkloadResult } from '../result.js';
import type { Sources } from '../sources.js';
import { ChangeMap, type Touch } from './changeMap.js';
import { inheritedFrom } from './inheritance.js';

/** Who calls some functions in one capture. */
export type SurroundingsOf = (
  workload: BundleWorkload,
  capture: Capture,
  keys: ReadonlySet<string>,
) => ReadonlyMap<string, Surroundings>;

/** Functions that are traced; more than that have one cause. */
const mostTraced = 50;
/** A caller has to do with it when this part of what the function grew was spent below it. */
const leastPart = 0.25;

/** A function with what surrounds it on both sides. */
interface Traced {
  readonly place: Omit<Place, 'key'>;
  readonly inlined: readonly Place[];
  /** Nearest first, then by growth; only those below which the growth was spent. */
  readonly callers: readonly Caller[];
}

/** The result with the culprits of its functions proven slower or new; of the largest contributions only. */
export function withCulprits(
  result: WorkloadResult,
  workload: BundleWorkload,
  { changes, refs }: Pick<BundleManifest, 'changes' | 'refs'>,
  { tableOf, surroundingsOf = () => new Map() }: Sources,
): WorkloadResult {
  // Functions come with the largest contributions first.
  const slower = result.functions.filter((one) => one.class === 'slower' || one.class === 'new');
  const traced = slower.slice(0, mostTraced);
  if (traced.length === 0) return result;
  const found = new Map<string, Culprit>();
  if (changes === null) {
    const unknown = culprit('unknown', 'what this pull request changes is not known', null);
    for (const { key } of traced) found.set(key, unknown);
  } else {
    const pairs = completePairs(workload.captures).slice(0, result.pairs);
    const keys = new Set(traced.map(({ key }) => key));
    const base = sideCosts('base', workload, pairs, keys, tableOf, surroundingsOf);
    const head = sideCosts('head', workload, pairs, keys, tableOf, surroundingsOf);
    const map = new ChangeMap(changes, refs.head);
    for (const place of traced) {
      const costs = head.get(place.key) ?? nowhere;
      const callers = growing(base.get(place.key) ?? nowhere, costs);
      found.set(place.key, trace({ place, inlined: [...costs.inlined.values()], callers }, map, changes));
    }
  }
  const functions = result.functions.map((one) => ({ ...one, culprit: found.get(one.key) ?? null }));
  return { ...result, functions };
}

const nowhere: Surroundings = { nanoseconds: 0, callers: new Map(), inlined: new Map() };

function trace(
  { place, inlined, callers }: Traced,
  map: ChangeMap,
  changes: NonNullable<BundleManifest['changes']>,
): Culprit {
  const own = map.ownChange(place);
  if (own) return culprit('changed', `changed in this pull request (${whereOf(own)})`, own);
  for (const one of inlined) {
    const touch = map.ownChange(one);
    if (touch) return ofOther('inlines_changed', 'inlines', one, touch);
  }
  for (const caller of callers) {
    const touch = map.ownChange(caller);
    const how = caller.distance === 1 ? 'called from' : 'called below';
    if (touch) return ofOther('called_from_changed', how, caller, touch);
  }
  const near = map.fileChange(place);
  if (near) {
    return culprit('file_changed', `its file is changed in this pull request (${whereOf(near)})`, near);
  }
  const source = map.sourceChange(place);
  if (source) {
    const how = source.isBeside ? 'beside its file,' : 'which its file seems to be built from,';
    const message = `${oneLine(source.file.path)}, ${how} is changed in this pull request`;
    return culprit('file_changed', message, { file: source.file, hunk: null });
  }
  return untouched(place, changes);
}

function untouched(
  { file }: Traced['place'],
  { files, filesLeft }: NonNullable<BundleManifest['changes']>,
): Culprit {
  if (filesLeft > 0) {
    const message = `this pull request changes ${plural(filesLeft, 'more file')} than a bundle lists: whether this function is in one of them is not known`;
    return culprit('unknown', message, null);
  }
  if (files.length === 0)
    return culprit('untouched', 'not touched: the sources of both sides are the same', null);
  const heir = inheritedFrom(files);
  if (heir) {
    const message = `not touched: may inherit from ${oneLine(heir.path)}, changed in this pull request`;
    return culprit('untouched', message, { file: heir, hunk: heir.hunks?.[0] ?? null });
  }
  return file === null
    ? culprit('unknown', 'where it is defined is not known: build with debug information (-g)', null)
    : culprit('untouched', 'not touched by this pull request', null);
}

function ofOther(kind: Culprit['kind'], how: string, { name }: Place, touch: Touch): Culprit {
  const message = `${how} ${oneLine(name)}, changed in this pull request (${whereOf(touch)})`;
  return culprit(kind, message, touch, name);
}

function culprit(
  kind: Culprit['kind'],
  message: string,
  touch: Touch | null,
  other: string | null = null,
): Culprit {
  const { file, hunk } = touch ?? { file: null, hunk: null };
  return {
    kind,
    message,
    function: other,
    file: file?.path ?? null,
    line: hunk?.head[0] ?? null,
    hunk: hunk && { base: hunk.base, head: hunk.head },
  };
}

/** `src/parse.c:12`. */
function whereOf({ file, hunk }: Touch): string {
  const path = oneLine(file.path);
  return hunk === null ? path : `${path}:${hunk.head[0]}`;
}

/** Costs in nanoseconds per unit of work, the mean over pairs. */
function sideCosts(
  side: Side,
  workload: BundleWorkload,
  pairs: readonly Pair[],
  keys: ReadonlySet<string>,
  tableOf: TableOf,
  surroundingsOf: SurroundingsOf,
): ReadonlyMap<string, Surroundings> {
  const sums = new Map<string, Surroundings>();
  const captures = pairs.flatMap(({ parts }) => parts[side]);
  for (const capture of captures) {
    const sampled = tableOf(workload, capture).nanoseconds;
    if (sampled === 0 || capture.units === 0) continue;
    const scale = capture.summary.cpuNanoseconds / sampled / capture.units / captures.length;
    for (const [key, one] of surroundingsOf(workload, capture, keys)) {
      sums.set(key, add(sums.get(key) ?? nowhere, one, scale));
    }
  }
  return sums;
}

function add(sum: Surroundings, one: Surroundings, scale: number): Surroundings {
  const callers = new Map(sum.callers);
  for (const [key, caller] of one.callers) {
    const known = callers.get(key);
    callers.set(key, {
      ...(known ?? caller),
      distance: Math.min(caller.distance, known?.distance ?? caller.distance),
      nanoseconds: caller.nanoseconds * scale + (known?.nanoseconds ?? 0),
    });
  }
  return {
    nanoseconds: sum.nanoseconds + one.nanoseconds * scale,
    callers,
    inlined: new Map([...sum.inlined, ...one.inlined]),
  };
}

/** The callers below which the function's growth was spent. */
function growing(base: Surroundings, head: Surroundings): Caller[] {
  const growth = head.nanoseconds - base.nanoseconds;
  return [...head.callers.values()]
    .map((caller) => ({
      caller,
      grown: caller.nanoseconds - (base.callers.get(caller.key)?.nanoseconds ?? 0),
    }))
    .filter(({ grown }) => grown > 0 && grown >= leastPart * growth)
    .sort(
      (a, b) =>
        a.caller.distance - b.caller.distance || b.grown - a.grown || (a.caller.key < b.caller.key ? -1 : 1),
    )
    .map(({ caller }) => caller);
}
