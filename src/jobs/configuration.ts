/** Finds both sides' `.profbound.yml`, and the waivers beside it. */
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Ref, Side } from '../bundle/schema.js';
import { type ConfigFile, parseConfig, readConfig } from '../config/file.js';
import { parseWaivers, type WaiversFile, waiversFileName } from '../config/waivers.js';
import { UsageError } from '../errors.js';

const fileName = '.profbound.yml';

export interface SideConfigs {
  readonly configs: Readonly<Record<Side, ConfigFile>>;
  /** What base waives: a pull request cannot waive what it does itself. */
  readonly waivers: WaiversFile;
  /** What the reader of the report must know about where they came from. */
  readonly notes: readonly string[];
}

/**
 * Reads each side's own configuration, so that a pull request cannot loosen its own gate.
 * @param named a file named by the user, looked for in each side's root; one outside of `cwd`, or one that neither side
 *              has, is read from where the user is and applied to both. null: `.profbound.yml`
 * @throws UsageError when there is none, or listing every error of one
 */
export function readConfigs(
  cwd: string,
  named: string | null,
  refs: Readonly<Record<Side, Ref>>,
): SideConfigs {
  const path = relative(cwd, resolve(cwd, named ?? fileName));
  const isOutside = isAbsolute(path) || path.startsWith('..');
  const base = isOutside ? null : readSide('base', refs.base, path);
  const head = isOutside ? null : readSide('head', refs.head, path);
  if (head) {
    const { waivers, notes } = readWaivers(refs, join(dirname(path), waiversFileName));
    if (base) return { configs: { base, head }, waivers, notes };
    const note = `base has no ${path}: head's was applied to both sides, its gate included`;
    return { configs: { base: head, head }, waivers, notes: [note, ...notes] };
  }
  if (named === null || base) {
    throw new UsageError(
      `there is no ${path} in head (${refs.head.name}): write one, or name another file with --config`,
    );
  }
  const shown = relative(process.cwd(), resolve(cwd, named));
  const both = readConfig(shown);
  return {
    configs: { base: both, head: both },
    waivers: waiversBeside(shown),
    notes: [`${named} belongs to neither side: it was applied to both, its gate included`],
  };
}

/** Base's waivers; head's are read for their errors, and to say that they differ. */
function readWaivers(
  refs: Readonly<Record<Side, Ref>>,
  path: string,
): { readonly waivers: WaiversFile; readonly notes: readonly string[] } {
  const read = (side: Side) => {
    const text = readText(side, refs[side], path);
    return { text, waivers: text === null ? [] : parseWaivers(text, `${side}:${path}`) };
  };
  const [base, head] = [read('base'), read('head')];
  if (base.text === head.text) return { waivers: base.waivers, notes: [] };
  const note = `head changes ${path}; base's waivers were applied, the change takes effect once it is merged`;
  return { waivers: base.waivers, notes: [note] };
}

/** Waivers beside a configuration that belongs to neither side. */
function waiversBeside(config: string): WaiversFile {
  const path = join(dirname(config), waiversFileName);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
  return parseWaivers(text, path);
}

/** A side's file, named `SIDE:FILE` as its worktree is gone by the time a message is read; null when there is none. */
function readSide(side: Side, ref: Ref, name: string): ConfigFile | null {
  const path = `${side}:${name}`;
  const text = readText(side, ref, name);
  return text === null ? null : { path, text, config: parseConfig(text, path) };
}

function readText(side: Side, ref: Ref, name: string): string | null {
  try {
    return readFileSync(join(ref.root, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UsageError(`cannot read ${name} of ${side} (${ref.name}): ${(error as Error).message}`);
  }
}
