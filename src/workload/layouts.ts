/** Copies of both sides' folders, one for each code layout they are built in. */
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { type Ref, type Side, sides } from '../bundle/schema.js';
import { makeOwnFolder, removeOwnFolder } from './ownFolder.js';
import { copyEntries, worktreeOf } from './sides.js';

/** Folders by layout, in which each side is built and runs. */
export type LayoutFolders = Readonly<Record<Side, readonly string[]>>;

/**
 * Copies each side's folder, before anything is built in it, as often as there are layouts; of a git ref its whole
 * worktree. All copies have paths of one length: a path's length alone moves the stack of a program around.
 * @param out where worktrees and copies are put
 */
export async function copyLayouts(
  refs: Readonly<Record<Side, Ref>>,
  count: number,
  out: string,
): Promise<LayoutFolders> {
  const folder = layoutsFolder(out);
  makeOwnFolder(folder);
  const real = realpathSync(out);
  const copy = async (side: Side): Promise<string[]> => {
    const { root } = refs[side];
    const worktree = worktreeOf(real, side);
    const top = root === worktree || root.startsWith(worktree + sep) ? worktree : root;
    const roots: string[] = [];
    for (let layout = 1; layout <= count; layout++) {
      const target = copyOf(side, layout, folder);
      mkdirSync(target);
      await copyEntries(top, target, real);
      roots.push(realpathSync(resolve(target, relative(top, root))));
    }
    return roots;
  };
  return { base: await copy('base'), head: await copy('head') };
}

/** Makes the copy for a layout what that for the first one is now. */
export async function copyFirstLayout(side: Side, layout: number, out: string): Promise<void> {
  const folder = layoutsFolder(out);
  const target = copyOf(side, layout, folder);
  rmSync(target, { recursive: true });
  mkdirSync(target);
  await copyEntries(copyOf(side, 1, folder), target, realpathSync(out));
}

/** Removes what was copied, if anything was. */
export function removeLayouts(out: string): void {
  removeOwnFolder(layoutsFolder(out));
}

function copyOf(side: Side, layout: number, folder: string): string {
  return join(folder, `${side}-${String(layout).padStart(2, '0')}`);
}

function layoutsFolder(out: string): string {
  return join(out, 'layouts');
}

/**
 * What the linker may start a side's builds from. The sides' numbers differ, so that base and head are independent draws
 * also where they are the same code: with common ones two equal sources would give equal programs, and their comparison
 * would know nothing of layouts.
 * @param layout from 1
 */
export function seedOf(side: Side, layout: number): number {
  return sides.length * (layout - 1) + sides.indexOf(side) + 1;
}
