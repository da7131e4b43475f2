/** What a function is called across builds, sides and runtimes. */
import type { Frame, Profile } from './model.js';
import { distinctName, isNumbered } from './naming/closures.js';
import { mappingName, relativeFile, unversionedFile, unversionedMapping } from './naming/homes.js';
import { withoutMarks } from './naming/marks.js';

/** Stands for samples that have no stack at all. */
export const noStack = '[no stack]';

/** Longer names (C++ templates) are cut in the middle; a name, a file and a key stay printable and bounded. */
const maxLength = 3000;

/** A function as people and comparisons see it. */
export interface FunctionIdentity {
  /** Equal for the same function in another build, worktree or JIT tier; holds no address, nor a line that may move. */
  readonly key: string;
  readonly name: string;
  /** Relative to the root where it lies below it; null when unknown. */
  readonly file: string | null;
  /** False when the name only says that, or why, there is no function. */
  readonly resolved: boolean;
}

/**
 * Identity of a frame's function across builds and sides: its key is its cleaned name with its file, or with its binary
 * where the file is unknown. docs/names.md has the rules.
 * @param root absolute folder the side was built in; '' when files are to stay as they are
 */
export function identify(frame: Frame, root: string): FunctionIdentity {
  const given = splitPlace(shorten(frame.name));
  if (isPseudo(given.name)) {
    const name = given.name === '[unknown]' ? unknownName(frame.mapping) : given.name;
    return { key: name, name, file: null, resolved: false };
  }
  const file = relativeFile(shorten(frame.file || given.file), root);
  const name = withoutMarks(given.name, file ?? '');
  const home = file === null ? unversionedMapping(shorten(frame.mapping)) : unversionedFile(file);
  const distinct = distinctName(name, file ?? '', frame.place);
  return { key: home === '' ? distinct : `${distinct} (${home})`, name, file, resolved: true };
}

/** Where a line of a side's file is, in terms that hold for both sides; null where that is not known. */
export type PlaceOf = (file: string, line: number) => string | null;

/** The profile with the places of functions that have only a number for a name: see `Frame.place`. */
export function withPlaces(profile: Profile, placeOf: PlaceOf): Profile {
  const frames = profile.frames.map((frame): Frame => {
    if (frame.line === 0 || !isNumbered(withoutMarks(shorten(frame.name), frame.file), frame.file))
      return frame;
    const place = placeOf(frame.file, frame.line);
    return place === null ? frame : { ...frame, place };
  });
  return { ...profile, frames };
}

/** The name of code no function is known for. */
export function unknownName(mapping: string): string {
  const home = mappingName(shorten(mapping));
  return home === '' ? '[unknown]' : `[unknown] (${home})`;
}

/** `[unknown]`, `[unknown] (libc.so.6)`, `[truncated]`: names that are no names. */
function isPseudo(name: string): boolean {
  return /^\[[^\]]*\](?: \(.*\))?$/.test(name);
}

/**
 * Runtimes that can give perf only one string put the place into the name:
 * V8 `LazyCompile:*parse /app/x.js:10:3` (to the end, be there line ends: what is tried again from every blank takes the
 * square of its length), pprof-nodejs `(anonymous:L#10:C#3)`, CPython `py::parse:/app/x.py`.
 */
function splitPlace(name: string): { name: string; file: string } {
  if (name === '' || /^\(anonymous:L#\d+:C#\d+\)$/.test(name)) return { name: '(anonymous)', file: '' };
  const v8 =
    /^(?:JS|LazyCompile|Function|InterpretedFunction|Script|Eval):(?:[*+]'|[*~^+])?(.*?)(?: ((?:\/|file:|node:|wasm:).*))?$/s.exec(
      name,
    );
  if (v8) return { name: withoutPosition(v8[1]) || '(anonymous)', file: withoutPosition(v8[2]) };
  const python = /^py::(.*?):([/<].*)$/s.exec(name);
  return python ? { name: python[1] ?? '', file: python[2] ?? '' } : { name, file: '' };
}

function withoutPosition(place = ''): string {
  return place.replace(/:\d+:\d+$/, '');
}

/** Cut in the middle where it is longer than any name needs to be. */
export function shorten(text: string): string {
  if (text.length <= maxLength) return text;
  const half = maxLength / 2 - 1;
  return `${text.slice(0, half)}…${text.slice(-half)}`;
}
