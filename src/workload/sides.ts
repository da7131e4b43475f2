/** From what the user named to two folders that can be built and run, and back to a clean repository. */
import { existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { Changes } from '../bundle/changes.js';
import { type Ref, type Side, sides } from '../bundle/schema.js';
import { UsageError } from '../errors.js';
import { readChanges } from './changes.js';
import { readFolderChanges } from './folderChanges.js';
import { Repository } from './git.js';
import { readableTail } from './output.js';
import { isOwnFolder, makeOwnFolder, removeOwnFolder } from './ownFolder.js';
import { applyPatchFile } from './patch.js';
import type { Progress } from './progress.js';

export interface SidesRequest {
  /** Folder the tool was started in; below a git repository each side's root is the same subfolder of its worktree. */
  readonly cwd: string;
  /** A git ref or `dir:PATH`; null: the merge-base of HEAD and the default branch, with a patch HEAD. */
  readonly base: string | null;
  /** A git ref or `dir:PATH`; null: HEAD. */
  readonly head: string | null;
  /** A unified diff: head is base with it applied. */
  readonly patch: string | null;
  /** Where worktrees and copies are put. */
  readonly out: string;
}

export interface PreparedSides {
  readonly refs: Readonly<Record<Side, Ref>>;
  /** What differs between them; null when that is not known, and a note says why. */
  readonly changes: Changes | null;
  /** What the reader of the report must know about the sides. */
  readonly notes: readonly string[];
  /** Removes worktrees and copies; call it however the run ended. */
  dispose(): Promise<void>;
}

/** Where a side comes from. */
type Source =
  | { readonly kind: 'folder'; readonly name: string; readonly folder: string }
  | { readonly kind: 'commit'; readonly name: string; readonly commit: string };

/**
 * Makes both sides' folders.
 * @throws UsageError for a ref, folder or patch that is not there or does not fit; nothing is left behind then
 */
export async function prepareSides(request: SidesRequest, progress: Progress): Promise<PreparedSides> {
  const preparation = new Preparation(
    request,
    namesFoldersOnly(request) ? null : await Repository.find(request.cwd),
  );
  try {
    const refs =
      request.patch === null ? await preparation.refs() : await preparation.patchedRefs(request.patch);
    for (const side of sides) progress.line(`${side}: ${describe(refs[side])}`);
    const changes = await preparation.changes(refs);
    return { refs, changes, notes: preparation.notes, dispose: () => preparation.dispose() };
  } catch (error) {
    await preparation.dispose();
    throw error;
  }
}

/** Then git is not needed, and its refusal to look into another user's repository does not matter. */
function namesFoldersOnly({ base, head, patch }: SidesRequest): boolean {
  return (patch === null ? [base, head] : [base]).every((name) => name?.startsWith('dir:'));
}

class Preparation {
  readonly notes: string[] = [];
  readonly #out: string;

  constructor(
    private readonly request: SidesRequest,
    private readonly repository: Repository | null,
  ) {
    this.#out = resolve(realpathSync(request.cwd), request.out);
  }

  async refs(): Promise<Record<Side, Ref>> {
    const head = await this.#head();
    const base = await this.#base(head);
    if ([base, head].some(({ kind }) => kind === 'commit')) await this.#emptyWorktrees();
    const refs = { base: await this.#checkOut('base', base), head: await this.#checkOut('head', head) };
    this.#noteDifferences(refs);
    return refs;
  }

  async patchedRefs(patch: string): Promise<Record<Side, Ref>> {
    if (this.request.head !== null)
      throw new UsageError('--head and --patch exclude each other: head is base with the patch');
    const source = await this.#patchBase();
    if (source.kind === 'commit') await this.#emptyWorktrees();
    else makeOwnFolder(this.#copies);
    const base =
      source.kind === 'folder' ? await this.#copy('base', source) : await this.#checkOut('base', source);
    const head =
      source.kind === 'folder' ? await this.#copy('head', source) : await this.#checkOut('head', source);
    const top = this.#worktree('head');
    applyPatchFile(
      resolve(this.request.cwd, patch),
      source.kind === 'folder' ? [head.root] : [head.root, top],
    );
    return { base, head: { ...head, name: `${base.name} + ${patch}`, commit: null } };
  }

  /** Before anything is built, so that only sources are compared. */
  async changes({ base, head }: Record<Side, Ref>): Promise<Changes | null> {
    const prefix = this.repository?.prefix ?? '';
    const [baseTop, headTop] = [this.#topOf('base', base), this.#topOf('head', head)];
    const isCheckedOut = baseTop !== null && headTop !== null;
    try {
      if (base.commit !== null && head.commit !== null && headTop !== null) {
        const trees = { base: base.commit, head: head.commit, folder: headTop, prefix };
        return await readChanges({ at: (this.repository as Repository).top, environment: {}, ...trees });
      }
      return isCheckedOut
        ? await readFolderChanges(baseTop, headTop, prefix, this.#out)
        : await readFolderChanges(base.root, head.root, '', this.#out);
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: string };
      this.notes.push(
        `what differs between the sides is not known, so no function is traced to a change: ${readableTail(stderr || message).slice(0, 500)}`,
      );
      return null;
    }
  }

  /** Top of a side's worktree; null for a side that has none. */
  #topOf(side: Side, { root }: Ref): string | null {
    const top = this.#worktree(side);
    if (!existsSync(top)) return null;
    const real = realpathSync(top);
    return root === real || root.startsWith(real + sep) ? real : null;
  }

  async dispose(): Promise<void> {
    await this.#removeWorktrees();
    removeOwnFolder(this.#worktrees);
    removeOwnFolder(this.#copies);
  }

  /** Replaces what a killed run left there. */
  async #emptyWorktrees(): Promise<void> {
    makeOwnFolder(this.#worktrees);
    await this.#removeWorktrees();
  }

  /** While their folder is there: git compares real paths. */
  async #removeWorktrees(): Promise<void> {
    if (!isOwnFolder(this.#worktrees)) return;
    for (const side of sides) await this.repository?.removeWorktree(this.#worktree(side));
  }

  async #head(): Promise<Source> {
    const { head } = this.request;
    if (head !== null) return this.#named(head);
    if (!this.repository) {
      throw new UsageError(
        `${this.request.cwd} is not in a git repository: name the head with --head dir:PATH`,
      );
    }
    if (await this.repository.hasChanges()) {
      this.notes.push('the work tree has changes that are not committed; HEAD was measured without them');
    }
    return this.#named('HEAD');
  }

  async #base(head: Source): Promise<Source> {
    const { base } = this.request;
    if (base !== null) return this.#named(base);
    if (!this.repository) {
      throw new UsageError(
        `${this.request.cwd} is not in a git repository: name the base with --base dir:PATH`,
      );
    }
    const { commit, branch } = await this.repository.forkPoint();
    if (head.kind === 'commit' && head.commit === commit) {
      this.notes.push(
        `HEAD has nothing that ${branch} does not have: the same commit was measured on both sides`,
      );
    }
    return { kind: 'commit', name: `merge-base of HEAD and ${branch}`, commit };
  }

  async #patchBase(): Promise<Source> {
    const { base, cwd } = this.request;
    if (base !== null) return this.#named(base);
    if (!this.repository) return { kind: 'folder', name: `dir:${cwd}`, folder: realpathSync(cwd) };
    if (await this.repository.hasChanges()) {
      this.notes.push('the work tree has changes that are not committed; HEAD was measured without them');
    }
    return this.#named('HEAD');
  }

  async #named(name: string): Promise<Source> {
    if (name.startsWith('dir:')) {
      const folder = resolve(this.request.cwd, name.slice('dir:'.length));
      if (!existsSync(folder) || !statSync(folder).isDirectory())
        throw new UsageError(`${name}: there is no folder ${folder}`);
      return { kind: 'folder', name, folder: realpathSync(folder) };
    }
    if (!this.repository) {
      throw new UsageError(
        `${this.request.cwd} is not in a git repository: name folders with dir:PATH instead of ${name}`,
      );
    }
    return { kind: 'commit', name, commit: await this.repository.commit(name) };
  }

  async #checkOut(side: Side, source: Source): Promise<Ref> {
    if (source.kind === 'folder') return { name: source.name, commit: null, root: source.folder };
    const repository = this.repository as Repository;
    const folder = this.#worktree(side);
    await repository.addWorktree(folder, source.commit);
    const root = resolve(folder, repository.prefix);
    if (!existsSync(root))
      throw new UsageError(`${source.name} has no folder ${repository.prefix} to measure in`);
    this.#noteSubmodules(folder);
    // Programs name their files by real paths; a link on the way would hide that they lie below the root.
    return { name: source.name, commit: source.commit, root: realpathSync(root) };
  }

  get #worktrees(): string {
    return worktreesOf(this.#out);
  }

  get #copies(): string {
    return join(this.#out, 'sides');
  }

  #worktree(side: Side): string {
    return worktreeOf(this.#out, side);
  }

  async #copy(side: Side, source: Source & { kind: 'folder' }): Promise<Ref> {
    const root = join(this.#copies, side);
    mkdirSync(root);
    await copyEntries(source.folder, root, this.#out);
    return { name: source.name, commit: null, root: realpathSync(root) };
  }

  #noteSubmodules(folder: string): void {
    const note = 'the repository has submodules: build: must check them out in its worktrees';
    if (existsSync(join(folder, '.gitmodules')) && !this.notes.includes(note)) this.notes.push(note);
  }

  #noteDifferences({ base, head }: Record<Side, Ref>): void {
    if (base.root.length !== head.root.length) {
      this.notes.push(
        'the two folders have names of different length, which moves memory around: prefer names of equal length',
      );
    }
  }
}

function worktreesOf(out: string): string {
  return join(out, 'worktrees');
}

/** Where a side that is a git ref is checked out. */
export function worktreeOf(out: string, side: Side): string {
  return join(worktreesOf(out), side);
}

/** Copies what is in a folder, except `skipped`, which may be the place that it is copied to. */
export async function copyEntries(from: string, to: string, skipped: string): Promise<void> {
  for (const entry of await readdir(from)) {
    const source = join(from, entry);
    if (source === skipped) continue;
    if (skipped.startsWith(source + sep)) {
      mkdirSync(join(to, entry));
      await copyEntries(source, join(to, entry), skipped);
    } else {
      await cp(source, join(to, entry), {
        recursive: true,
        verbatimSymlinks: true,
        preserveTimestamps: true,
      });
    }
  }
}

function describe(ref: Ref): string {
  return ref.commit === null ? ref.name : `${ref.name} (${ref.commit.slice(0, 12)})`;
}
