/** Where a side's builds in several code layouts stand. */
import { mkdirSync, realpathSync, renameSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { type Ref, type Side, sides } from '../bundle/schema.js';
import { makeOwnFolder, removeOwnFolder } from './ownFolder.js';
import { copyEntries, worktreeOf } from './sides.js';

/** A side's builds, by layout from 1. */
export interface SideLayouts {
  /** Absolute folders in which they are built and run. */
  readonly roots: readonly string[];
  /** Makes a layout ready to run. @returns its folder */
  use(layout: number): string;
}

/**
 * Folders of one source, each for a build of its own. All have paths of one length: a path's length alone moves the stack of
 * a program around.
 */
export class Copies implements SideLayouts {
  constructor(readonly roots: readonly string[]) {}

  /**
   * Copies a side's folder before anything is built in it; of a git ref its whole worktree.
   * @param out where worktrees and copies are put
   */
  static async make(side: Side, ref: Ref, count: number, out: string): Promise<Copies> {
    const roots: string[] = [];
    for (let layout = 1; layout <= count; layout++) {
      roots.push(await copySide(side, ref, join(layoutsFolder(out), `${side}-${numeral(layout)}`), out));
    }
    return new Copies(roots);
  }

  use(layout: number): string {
    return this.roots[layout - 1] as string;
  }
}

/**
 * One copy of a side's folder, in which all of its layouts are linked and run: whatever paths tools wrote into the builds,
 * or programs ask for, stay true. The layouts lie on a shelf beside it and change places with what is there.
 */
export class Shelf implements SideLayouts {
  /** Of the layout that is in its place. */
  #placed = 1;

  private constructor(
    readonly root: string,
    /** What changes places: the root, or what the root is a part of. */
    private readonly top: string,
    private readonly shelf: string,
    private readonly count: number,
  ) {}

  static async make(side: Side, ref: Ref, count: number, out: string): Promise<Shelf> {
    const top = join(layoutsFolder(out), side);
    return Shelf.beside(top, await copySide(side, ref, top, out), count);
  }

  /** Of a folder that is built in for these layouts alone. @param top the root, or what the root is a part of */
  static beside(top: string, root: string, count: number): Shelf {
    const shelf = `${top}.shelf`;
    mkdirSync(shelf);
    return new Shelf(root, top, shelf, count);
  }

  get roots(): readonly string[] {
    return new Array<string>(this.count).fill(this.root);
  }

  /** Has every layout linked in the folder, and puts it on the shelf; the first one comes last, and stays in its place. */
  async fill(link: (layout: number) => Promise<void>): Promise<void> {
    for (let layout = this.count; layout >= 1; layout--) {
      await link(layout);
      if (layout === 1) return;
      const target = this.#folderOf(layout);
      mkdirSync(target);
      await copyEntries(this.top, target, target);
    }
  }

  use(layout: number): string {
    if (layout !== this.#placed) {
      renameSync(this.top, join(this.shelf, numeral(this.#placed)));
      renameSync(join(this.shelf, numeral(layout)), this.top);
      this.#placed = layout;
    }
    return this.root;
  }

  /** Where each layout's files are now. */
  get folders(): readonly string[] {
    return this.roots.map((_, index) => this.#folderOf(index + 1));
  }

  #folderOf(layout: number): string {
    return layout === this.#placed ? this.top : join(this.shelf, numeral(layout));
  }
}

/** Makes room for layouts. @throws UsageError when something else is there */
export function makeLayoutsFolder(out: string): void {
  makeOwnFolder(layoutsFolder(out));
}

/** Removes what was copied, if anything was. */
export function removeLayouts(out: string): void {
  removeOwnFolder(layoutsFolder(out));
}

/** @returns where in the copy the side's folder is */
async function copySide(side: Side, { root }: Ref, target: string, out: string): Promise<string> {
  const real = realpathSync(out);
  const worktree = worktreeOf(real, side);
  const top = root === worktree || root.startsWith(worktree + sep) ? worktree : root;
  mkdirSync(target);
  await copyEntries(top, target, real);
  return realpathSync(resolve(target, relative(top, root)));
}

/** A layout's number in names of folders, which are of one length. */
export function numeral(layout: number): string {
  return String(layout).padStart(2, '0');
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
