/** Finds both sides' `.profbound.yml`. */
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
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
 * Reads each side's own configuration, or one file for both.
 * @param named a file named by the user, relative to `cwd`; null: `.profbound.yml` in each side's root
 * @throws UsageError when there is none, or listing every error of one
 */
export function readConfigs(
  cwd: string,
  named: string | null,
  refs: Readonly<Record<Side, Ref>>,
): SideConfigs {
  if (named !== null) {
    const both = readConfig(relative(process.cwd(), resolve(cwd, named)));
    return { configs: { base: both, head: both }, notes: [] };
  }
  const base = readSide('base', refs.base);
  const head = readSide('head', refs.head);
  if (!head) {
    throw new UsageError(
      `there is no ${fileName} in head (${refs.head.name}): write one, or name another file with --config`,
    );
  }
  if (base) return { configs: { base, head }, notes: [] };
  return {
    configs: { base: head, head },
    notes: [`base has no ${fileName}: head's was applied to both sides, its gate included`],
  };
}

/** A side's file, named `SIDE:.profbound.yml` as its worktree is gone by the time a message is read; null when there is none. */
function readSide(side: Side, ref: Ref): ConfigFile | null {
  const file = join(ref.root, fileName);
  const path = `${side}:${fileName}`;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UsageError(`cannot read ${fileName} of ${side} (${ref.name}): ${(error as Error).message}`);
  }
  return { path, text, config: parseConfig(text, path) };
}
