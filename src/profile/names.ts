/** What a function is called across builds, sides and runtimes. */
import { posix } from 'node:path';
import type { Frame } from './model.js';

/** Stands for samples that have no stack at all. */
export const noStack = '[no stack]';

/** Longer names (C++ templates) are cut in the middle; a name, a file and a key stay printable and bounded. */
const maxLength = 3000;

/** A function as people and comparisons see it. */
export interface FunctionIdentity {
  /** Equal for the same function in another build, worktree or JIT tier; holds no line and no address. */
  readonly key: string;
  readonly name: string;
  /** Relative to the root where it lies below it; null when unknown. */
  readonly file: string | null;
  /** False when the name only says that, or why, there is no function. */
  readonly resolved: boolean;
}

/**
 * Identity of a frame's function across builds and sides: its key is its cleaned name with its file, or with its binary
 * where the file is unknown.
 * @param root absolute folder the side was built in; '' when files are to stay as they are
 */
export function identify(frame: Frame, root: string): FunctionIdentity {
  const given = splitPlace(shorten(frame.name));
  const mapping = mappingName(frame.mapping);
  if (isPseudo(given.name)) {
    const name = given.name === '[unknown]' ? unknownName(frame.mapping) : given.name;
    return { key: name, name, file: null, resolved: false };
  }
  const file = relativeFile(shorten(frame.file || given.file), root);
  const name = cleanName(given.name, file ?? '');
  const home = file ?? mapping;
  return { key: home === '' ? name : `${name} (${home})`, name, file, resolved: true };
}

/** The name of code no function is known for. */
export function unknownName(mapping: string): string {
  const home = mappingName(mapping);
  return home === '' ? '[unknown]' : `[unknown] (${home})`;
}

/** `[unknown]`, `[unknown] (libc.so.6)`, `[truncated]`: names that are no names. */
function isPseudo(name: string): boolean {
  return /^\[[^\]]*\](?: \(.*\))?$/.test(name);
}

/**
 * Runtimes that can give perf only one string put the place into the name:
 * V8 `LazyCompile:*parse /app/x.js:10:3`, pprof-nodejs `(anonymous:L#10:C#3)`, CPython `py::parse:/app/x.py`.
 */
function splitPlace(name: string): { name: string; file: string } {
  if (name === '' || /^\(anonymous:L#\d+:C#\d+\)$/.test(name)) return { name: '(anonymous)', file: '' };
  const v8 = /^(?:JS|LazyCompile|Function|Script|Eval):[*~^+]?(.*?)(?: ((?:\/|file:|node:|wasm:).*))?$/.exec(
    name,
  );
  if (v8) return { name: withoutPosition(v8[1]) || '(anonymous)', file: withoutPosition(v8[2]) };
  const python = /^py::(.*?):([/<].*)$/.exec(name);
  return python ? { name: python[1] ?? '', file: python[2] ?? '' } : { name, file: '' };
}

function withoutPosition(place = ''): string {
  return place.replace(/:\d+:\d+$/, '');
}

/** How GCC and LLVM mark parts and copies of a function. Targets (`.avx2`) are functions of their own. */
const copyMark =
  '\\.(?:(?:isra|part|constprop|llvm|lto_priv|specialized|__uniq)(?:\\.\\d+)+|(?:cold|localalias)(?:\\.\\d+)*)';
const copySuffix = new RegExp(`(?:${copyMark})+$`);
const cloneNote = new RegExp(` \\[clone (?:${copyMark})+\\]`, 'g');
/** Languages in which `main.cold` is just a name. */
const unmarkedLanguage = /\.(?:go|[cm]?[jt]sx?|py|java|kt|scala|cs|fs|rb|php)$/;
/** JIT tiers: V8 puts a sign in front, .NET's perf map a word behind. */
const tierSign = /^[*~^+](?=[A-Za-z_$(<\u0080-\u{10ffff}])/u;
const tierWord = /\[(?:Tier\w*|OptimizedTier\w*|Optimized|PreJIT|ReadyToRun|MinOptJitted|Instrumented\w*)\]$/;

function cleanName(name: string, file: string): string {
  const untiered = name.replace(tierSign, '').replace(tierWord, '');
  const whole = unmarkedLanguage.test(file)
    ? untiered
    : withoutRustHashes(untiered.replace(cloneNote, '').replace(copySuffix, ''));
  return withoutGoShapes(whole) || name;
}

/** Rust: `::h0123456789abcdef` (legacy, demangled and not), `core[0123456789abcdef]::` and `Cs…_` (v0). */
function withoutRustHashes(name: string): string {
  if (name.startsWith('_ZN')) return name.replace(/17h[0-9a-f]{16}E$/, 'E');
  if (name.startsWith('_R')) return name.replace(/Cs[0-9A-Za-z]{6,}_/g, 'C');
  return name.replace(/::h[0-9a-f]{16}$/, '').replace(/(?<=\w)\[[0-9a-f]{12,16}\]/g, '');
}

/** Go: `Map[go.shape.[]uint8,int]` is `Map[...]` in the runtime's own tables; symbol tables spell it out. */
function withoutGoShapes(name: string): string {
  const opening = '[go.shape.';
  let result = name;
  for (let at = result.indexOf(opening); at >= 0; at = result.indexOf(opening, at + 1)) {
    const end = closingBracket(result, at);
    if (end < 0) return result;
    result = `${result.slice(0, at)}[...]${result.slice(end + 1)}`;
  }
  return result;
}

function closingBracket(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '[') depth++;
    else if (text[at] === ']' && --depth === 0) return at;
  }
  return -1;
}

function relativeFile(file: string, root: string): string | null {
  if (file === '') return null;
  const path = file.replace(/^file:\/\//, '');
  // Anything with a scheme (node:fs, webpack://app/x.js) is a name, not a path.
  if (/^[a-z][a-z-]+:/i.test(path)) return path;
  const normal = posix.normalize(path);
  if (root === '' || !normal.startsWith('/')) return normal;
  const below = posix.relative(root, normal);
  return below === '' || below === '..' || below.startsWith('../') ? normal : below;
}

/** Base name of a mapping, without what differs from process to process. */
function mappingName(mapping: string): string {
  const name = shorten(posix.basename(mapping.replace(/ \(deleted\)$/, '')));
  return /^perf-\d+\.map$|^jitted-\d+-\d+\.so$/.test(name) ? '[jit]' : name;
}

function shorten(text: string): string {
  if (text.length <= maxLength) return text;
  const half = maxLength / 2 - 1;
  return `${text.slice(0, half)}…${text.slice(-half)}`;
}
