/** Finds both sides' `.profbound.yml`. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { Ref, Side } from '../bundle/schema.js';
import { type ConfigFile, parseConfig, readConfig } from '../config/file.js';
import { UsageError } from '../errors.js';

const fileName = '.profbound.yml';

export interface SideConfigs {
  readonly configs: Readonly<Record<Side, ConfigFile>>;
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
  if (base && head) return { configs: { base, head }, notes: [] };
  if (head) {
    return {
      configs: { base: head, head },
      notes: [`base has no ${path}: head's was applied to both sides, its gate included`],
    };
  }
  if (named === null || base) {
    throw new UsageError(
      `there is no ${path} in head (${refs.head.name}): write one, or name another file with --config`,
    );
  }
  const both = readConfig(relative(process.cwd(), resolve(cwd, named)));
  return {
    configs: { base: both, head: both },
    notes: [`${named} belongs to neither side: it was applied to both, its gate included`],
  };
}

/** A side's file, named `SIDE:FILE` as its worktree is gone by the time a message is read; null when there is none. */
function readSide(side: Side, ref: Ref, name: string): ConfigFile | null {
  const path = `${side}:${name}`;
  let text: string;
  try {
    text = readFileSync(join(ref.root, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UsageError(`cannot read ${name} of ${side} (${ref.name}): ${(error as Error).message}`);
  }
  return { path, text, config: parseConfig(text, path) };
}
