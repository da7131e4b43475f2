/** The few things asked of git. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { UsageError } from '../errors.js';
import { programEnvironment } from './environment.js';
import { readableTail } from './output.js';

const run = promisify(execFile);
const defaultBranches = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'];

export class Repository {
  private constructor(
    /** The work tree's top folder. */
    readonly top: string,
    /** The subfolder `at` was, relative to top; empty or ending in a slash. */
    readonly prefix: string,
  ) {}

  /**
   * The repository a folder lies in; null when it lies in none, or there is no git.
   * @throws UsageError when git refuses to look into it, e.g. because it belongs to another user
   */
  static async find(at: string): Promise<Repository | null> {
    try {
      const [top, prefix] = (await git(at, ['rev-parse', '--show-toplevel', '--show-prefix'])).split('\n');
      return new Repository(top as string, prefix ?? '');
    } catch (error) {
      const { code, stderr = '' } = error as Error & { code?: unknown; stderr?: string };
      if (code === 'ENOENT' || stderr.includes('not a git repository')) return null;
      throw new UsageError(
        `git cannot use ${at}: ${readableTail(stderr || String(error))}; mend what it says, or compare plain folders (dir:PATH)`,
      );
    }
  }

  /** The commit a ref names. @throws UsageError that names the ref and how to get it */
  async commit(ref: string): Promise<string> {
    const found = await attempt(this.top, [
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${ref}^{commit}`,
    ]);
    if (found) return found.trim();
    throw new UsageError(`there is no git ref ${ref} in ${this.top}: ${await this.#howToFetch(ref)}`);
  }

  /**
   * Where HEAD left the default branch.
   * @throws UsageError when there is no default branch or no common commit
   */
  async forkPoint(): Promise<{ readonly commit: string; readonly branch: string }> {
    for (const branch of defaultBranches) {
      if ((await attempt(this.top, ['rev-parse', '--verify', '--quiet', `${branch}^{commit}`])) === null)
        continue;
      const commit = await attempt(this.top, ['merge-base', 'HEAD', branch]);
      if (commit) return { commit: commit.trim(), branch };
      throw new UsageError(
        `HEAD and ${branch} have no common commit here: ${await this.#howToFetch(branch)}`,
      );
    }
    throw new UsageError(
      `${this.top} has none of the branches ${defaultBranches.join(', ')}: name the base with --base REF`,
    );
  }

  /** Whether tracked files differ from HEAD. */
  async hasChanges(): Promise<boolean> {
    return (await this.#git(['status', '--porcelain', '--untracked-files=no'])).trim() !== '';
  }

  /** Checks a commit out at `folder`, which must not be there. */
  async addWorktree(folder: string, commit: string): Promise<void> {
    await this.#git(['worktree', 'add', '--detach', folder, commit]);
  }

  /** Removes a worktree made here, also one a killed run left half made or without its folder; no other is touched. */
  async removeWorktree(folder: string): Promise<void> {
    // A damaged worktree git would not remove; one that is missing it forgets.
    rmSync(folder, { recursive: true, force: true });
    // The second --force is for those that were still being made: they are locked.
    await attempt(this.top, ['worktree', 'remove', '--force', '--force', folder]);
  }

  /** Removes all worktrees that lie directly in a folder made here. */
  async removeWorktreesIn(folder: string): Promise<void> {
    const listed = (await attempt(this.top, ['worktree', 'list', '--porcelain'])) ?? '';
    const paths = [...listed.matchAll(/^worktree (.*)$/gm)].map(([, path]) => path as string);
    for (const path of paths) if (dirname(path) === folder) await this.removeWorktree(path);
  }

  async #howToFetch(ref: string): Promise<string> {
    const shallow = (await attempt(this.top, ['rev-parse', '--is-shallow-repository']))?.trim() === 'true';
    return shallow
      ? 'this clone is shallow; check out with fetch-depth: 0, or run git fetch --unshallow'
      : `fetch it first, for instance git fetch origin ${ref.replace(/^origin\//, '')} (in CI: check out with fetch-depth: 0)`;
  }

  async #git(parameters: readonly string[]): Promise<string> {
    try {
      return await git(this.top, parameters);
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: string };
      throw new UsageError(
        `git ${parameters.slice(0, 2).join(' ')} failed in ${this.top}: ${readableTail(stderr || message)}; mend what it says, or compare plain folders (dir:PATH)`,
      );
    }
  }
}

/** Output of git, or null when it fails. */
async function attempt(at: string, parameters: readonly string[]): Promise<string | null> {
  try {
    return await git(at, parameters);
  } catch {
    return null;
  }
}

function git(at: string, parameters: readonly string[]): Promise<string> {
  return gitWithin(at, parameters, {});
}

export interface GitOptions {
  /** Most output; 64 MiB. */
  readonly bytes?: number;
  /** Most time; 0 for any. */
  readonly seconds?: number;
  readonly input?: string;
}

/**
 * Output of git, run in a folder with more in its environment.
 * @throws execFile's error, also when git says more or takes longer than the limits; it has the output so far
 */
export async function gitWithin(
  at: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
  { bytes = 64 * 1024 * 1024, seconds = 0, input = '' }: GitOptions = {},
): Promise<string> {
  // The user's hooks are for the user's own checkouts.
  const running = run('git', ['-c', 'core.hooksPath=/dev/null', ...parameters], {
    cwd: at,
    env: programEnvironment({ LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', ...environment }),
    maxBuffer: bytes,
    timeout: seconds * 1000,
  });
  // A git that fails does not read its input; how it ended says why.
  running.child.stdin?.on('error', () => undefined).end(input);
  return (await running).stdout;
}
