/** Functions and the lines that were changed: whose they are, given a function's file and first line. */
import { posix } from 'node:path';
import type { ChangedFile, Changes, Hunk } from '../../bundle/changes.js';
import type { Ref, Side } from '../../bundle/schema.js';

/** A function's place as a profile has it. */
export interface DefinedAt {
  /** Relative to the side's root where it lies below it. */
  readonly file: string | null;
  /** Of the definition. */
  readonly line: number | null;
}

/** A change that concerns a function. */
export interface Touch {
  readonly file: ChangedFile;
  /** null where it is not known which lines of the file changed. */
  readonly hunk: Hunk | null;
}

/** Fewer last parts of a path say nothing: every project has its util.c. */
const fewestParts = 2;
/** Folders of other people's code, which have paths of their own in them. */
const foreign = /(?:^|\/)(?:node_modules|vendor|third_party|site-packages|dist-packages)\/|@v\d/;

/**
 * A profile names files as the build saw them: below the side's root, or at a place that exists no more (a container, a
 * path map, `-trimpath`). The first are exact. Of the others it is taken to be the changed file that alone ends alike,
 * in at least two parts of the path; that is evidence enough only where the lines agree, too.
 */
export class ChangeMap {
  readonly #byPath: ReadonlyMap<string, ChangedFile>;
  readonly #top: string;

  /** @param head where head ran */
  constructor(
    private readonly changes: Changes,
    { root }: Ref,
  ) {
    this.#byPath = new Map(changes.files.map((file) => [file.path, file]));
    const prefix = changes.prefix.replace(/\/$/, '');
    this.#top = prefix !== '' && root.endsWith(`/${prefix}`) ? root.slice(0, -prefix.length - 1) : root;
  }

  /** The change within the function's own lines: it begins in the lines, or the lines lie in what begins there. */
  ownChange({ file, line }: DefinedAt): Touch | null {
    if (file === null || line === null) return null;
    const changed = this.#exact(file) ?? this.#alike(file);
    const hunk = changed?.hunks?.find((each) => isWithin(line, each));
    return changed && hunk ? { file: changed, hunk } : null;
  }

  /** The change of the function's file, wherever in it; the one nearest to the function. */
  fileChange({ file, line }: DefinedAt): Touch | null {
    const changed = file === null ? null : this.#exact(file);
    if (!changed || changed.kind === 'deleted') return null;
    const distance = ({ head: [first] }: Hunk) => Math.abs(first - (line ?? 0));
    const [nearest = null] = [...(changed.hunks ?? [])].sort((a, b) => distance(a) - distance(b));
    return changed.hunks?.length === 0 ? null : { file: changed, hunk: nearest };
  }

  /** A changed file of the same name that ends otherwise: the source of a file that was built, or its header. */
  sourceChange({ file }: DefinedAt): { readonly file: ChangedFile; readonly isBeside: boolean } | null {
    const path = file === null || foreign.test(file) ? null : this.#inTree(file);
    if (path === null) return null;
    const [stem, ending] = split(path);
    const belowFirst = stem.replace(/^[^/]*\//, '');
    for (const changed of this.changes.files) {
      const [otherStem, otherEnding] = split(changed.path);
      if (changed.kind === 'deleted' || otherEnding === ending || ending === '' || otherEnding === '')
        continue;
      if (otherStem === stem) return { file: changed, isBeside: true };
      const isNested = stem.includes('/') && otherStem.includes('/');
      if (isNested && otherStem.replace(/^[^/]*\//, '') === belowFirst)
        return { file: changed, isBeside: false };
    }
    return null;
  }

  /**
   * Where a line of a side is, in terms that hold for both: its number in head, or of a line that was changed the stretch
   * that it was changed to or from. null where that is not known: outside of what was compared, where only files that
   * changed can be told, and in other people's code.
   */
  placeOf(side: Side, file: string, line: number): string | null {
    const path = file.startsWith('/') ? this.#inTree(file) : null;
    const changed = (path === null ? undefined : this.#byPath.get(path)) ?? this.#alike(file);
    if (changed?.kind === 'deleted' || changed?.hunks === null) return null;
    if (changed) return placeIn([...changed.hunks, ...(changed.blanks ?? [])], side, line);
    return path === null || foreign.test(path) || this.changes.filesLeft > 0 ? null : String(line);
  }

  #exact(file: string): ChangedFile | null {
    const path = this.#inTree(file);
    return path === null ? null : (this.#byPath.get(path) ?? null);
  }

  /** Path in the compared tree; null outside of it. */
  #inTree(file: string): string | null {
    if (file.startsWith('/')) {
      return file.startsWith(`${this.#top}/`) ? file.slice(this.#top.length + 1) : null;
    }
    const path = posix.normalize(this.changes.prefix + file);
    return path.startsWith('../') ? null : path;
  }

  /** No two files can qualify: each would have to differ from the other where both agree with the function's. */
  #alike(file: string): ChangedFile | null {
    if (foreign.test(file)) return null;
    const parts = file.split('/').reverse();
    const isAlike = ({ path, tail, kind }: ChangedFile) => {
      const others = path.split('/').reverse();
      const differ = others.findIndex((part, index) => part !== parts[index]);
      return kind !== 'deleted' && (differ < 0 ? others.length : differ) >= Math.max(tail, fewestParts);
    };
    return this.changes.files.find(isAlike) ?? null;
  }
}

function isWithin(line: number, { head: [first, count], inside }: Hunk): boolean {
  if (line >= first && line < first + count) return true;
  return inside.some(([from, to]) => line >= from && line <= to);
}

function placeIn(hunks: readonly Pick<Hunk, Side>[], side: Side, line: number): string {
  let shift = 0;
  for (const { base, head } of hunks) {
    const [first, count] = side === 'base' ? base : head;
    if (line >= first && line < first + count) return `${head[0]}+${head[1]}`;
    // Of no lines the one before is named.
    if (side === 'base' && line > first) shift += head[1] - base[1];
  }
  return String(line + shift);
}

/** `src/a.b.ts` → `src/a`, `.b.ts`. */
function split(path: string): [stem: string, ending: string] {
  const at = path.indexOf('.', path.lastIndexOf('/') + 2);
  return at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at)];
}
