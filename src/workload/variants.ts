/** Folders of one source, each to be built in another way, and back to a clean repository. */
import { existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Ref } from '../bundle/schema.js';
import { UsageError } from '../errors.js';
import { Repository } from './git.js';
import { numeral } from './layouts.js';
import { isOwnFolder, makeOwnFolder, removeOwnFolder } from './ownFolder.js';
import { copyEntries } from './sides.js';

export interface VariantsRequest {
  /** Folder the tool was started in; below a git repository a variant is the same subfolder of its worktree. */
  readonly cwd: string;
  /** A git ref or `dir:PATH`; null: HEAD. */
  readonly ref: string | null;
  /** Where the folders are put; absolute. */
  readonly out: string;
}

type Source =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'commit'; readonly repository: Repository; readonly commit: string };

export class Variants {
  /** What the reader of the report must know about the source. */
  readonly notes: string[] = [];
  readonly #made = new Map<string, string>();

  private constructor(
    /** As the user named it. */
    readonly name: string,
    private readonly source: Source,
    private readonly out: string,
  ) {}

  get #folder(): string {
    return join(this.out, 'variants');
  }

  /** @throws UsageError for a ref or folder that is not there */
  static async of({ cwd, ref, out }: VariantsRequest): Promise<Variants> {
    const name = ref ?? 'HEAD';
    const source = await sourceOf(name, cwd);
    const real = realpathSync(cwd);
    const variants = new Variants(name, source, resolve(real, out));
    if (source.kind === 'commit' && name === 'HEAD' && (await source.repository.hasChanges())) {
      variants.notes.push('the work tree has changes that are not committed; HEAD was built without them');
    }
    await variants.#empty();
    return variants;
  }

  get commit(): string | null {
    return this.source.kind === 'commit' ? this.source.commit : null;
  }

  /**
   * The folder of a variant, checked out or copied when it is first asked for.
   * @param variant of a length that all have in common: a path's length alone moves the stack of a program around
   * @param layout  from 1: a folder for each that is built by itself
   */
  async root(variant: string, layout = 1): Promise<string> {
    const top = this.top(variant, layout);
    const made = this.#made.get(top) ?? (await this.#make(top));
    this.#made.set(top, made);
    return made;
  }

  /** What a variant's root is, or is a part of: the top of a worktree. */
  top(variant: string, layout = 1): string {
    return join(this.#folder, `${variant}-${numeral(layout)}`);
  }

  async ref(variant: string, name: string): Promise<Ref> {
    return { name, commit: this.commit, root: await this.root(variant) };
  }

  /** Takes back what was built: variants are made anew afterwards. */
  async reset(): Promise<void> {
    await this.#removeAll();
    this.#made.clear();
  }

  /** Removes all folders; call it however the run ended. */
  async dispose(): Promise<void> {
    await this.reset();
    removeOwnFolder(this.#folder);
  }

  async #make(folder: string): Promise<string> {
    const { source } = this;
    if (source.kind === 'folder') {
      mkdirSync(folder);
      await copyEntries(source.folder, folder, this.out);
      return realpathSync(folder);
    }
    await source.repository.addWorktree(folder, source.commit);
    const root = resolve(folder, source.repository.prefix);
    if (!existsSync(root))
      throw new UsageError(`${this.name} has no folder ${source.repository.prefix} to build in`);
    return realpathSync(root);
  }

  /** Replaces what a killed run left there. */
  async #empty(): Promise<void> {
    if (isOwnFolder(this.#folder)) await this.#removeAll();
    makeOwnFolder(this.#folder);
  }

  /** While their folder is there: git compares real paths. */
  async #removeAll(): Promise<void> {
    if (this.source.kind === 'commit') await this.source.repository.removeWorktreesIn(this.#folder);
    makeOwnFolder(this.#folder);
  }
}

async function sourceOf(name: string, cwd: string): Promise<Source> {
  if (name.startsWith('dir:')) {
    const folder = resolve(cwd, name.slice('dir:'.length));
    if (!existsSync(folder) || !statSync(folder).isDirectory())
      throw new UsageError(`${name}: there is no folder ${folder}`);
    return { kind: 'folder', folder: realpathSync(folder) };
  }
  const repository = await Repository.find(cwd);
  if (repository === null) {
    throw new UsageError(`${cwd} is not in a git repository: name a folder with --head dir:PATH`);
  }
  return { kind: 'commit', repository, commit: await repository.commit(name) };
}
