/** Which two commits an event is about. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UsageError } from '../errors.js';
import type { GitHubContext } from '../publish/github/context.js';

export interface Refs {
  readonly base: string;
  readonly head: string;
}

type Event = Pick<GitHubContext, 'event' | 'sha' | 'defaultBranch' | 'push' | 'mergeGroup'>;

/**
 * Chooses base and head; what the user named stands, the rest follows from the event.
 * @param cwd a folder of the checked-out repository
 * @throws UsageError when the checkout lacks a commit, saying how to get it
 */
export async function resolveRefs(
  event: Event,
  named: { readonly base: string | null; readonly head: string | null },
  cwd: string,
): Promise<Refs> {
  const { base, head } = named;
  if (base !== null && head !== null) return { base, head };
  // Someone who names a head asks for a comparison of their own: the event's base has nothing to do with it.
  if (head !== null) return { base: await branchPoint(event, head, cwd), head };
  return { head: headOf(event), base: base ?? (await baseOf(event, cwd)) };
}

function headOf(event: Event): string {
  switch (event.event) {
    case 'pull_request_target':
      throw new UsageError(
        'on pull_request_target the checkout is base alone, with secrets at hand: run this on pull_request, or name base and head',
      );
    case 'push':
      return pushed(event);
    case 'merge_group':
      return event.mergeGroup?.head ?? event.sha;
    default:
      return event.sha;
  }
}

async function baseOf(event: Event, cwd: string): Promise<string> {
  switch (event.event) {
    case 'pull_request':
      return mergedInto(event.sha, cwd);
    case 'push':
      return beforePush(event, cwd);
    case 'merge_group':
      return queuedOnto(event, cwd);
    default:
      return branchPoint(event, event.sha, cwd);
  }
}

/**
 * The commit a pull request is merged into, so that only its own change is measured and not what happened to the base
 * since it branched off.
 */
async function mergedInto(sha: string, cwd: string): Promise<string> {
  const parents = await parentsOf(sha, cwd);
  if (parents === null || parents.length < 2) {
    throw new UsageError(
      `${sha}, the merge of this pull request, is ${parents === null ? 'not in the checkout' : 'no merge commit here'}: ` +
        'let actions/checkout take its usual ref and set fetch-depth: 2 (Gitea and Forgejo merge nothing: set the input base there)',
    );
  }
  return firstParent(sha, cwd, 2);
}

async function beforePush(event: Event, cwd: string): Promise<string> {
  const { before } = event.push;
  // A branch that is new has no commit before: all zeros.
  if (before === null || /^0+$/.test(before)) return firstParent(pushed(event), cwd, 2);
  if (await isPresent(before, cwd)) return before;
  throw new UsageError(
    `${before}, where the branch was before this push, is not in the checkout: set fetch-depth: 0 in actions/checkout ` +
      '(after a forced push it may be gone for good; then set the input base)',
  );
}

/** What the merge queue's group is stacked on. */
async function queuedOnto(event: Event, cwd: string): Promise<string> {
  if (event.mergeGroup === null)
    throw new UsageError('the event merge_group names no base: set the input base');
  const { base } = event.mergeGroup;
  if (await isPresent(base, cwd)) return base;
  throw new UsageError(
    `${base}, what this merge group is based on, is not in the checkout: set fetch-depth: 0 in actions/checkout`,
  );
}

function pushed(event: Event): string {
  const { after } = event.push;
  if (after !== null && /^0+$/.test(after)) {
    throw new UsageError(
      'this push deleted the branch: there is nothing to measure; leave out `delete` pushes',
    );
  }
  return after ?? event.sha;
}

/** Where head left the default branch; on the default branch itself the commit before head. */
async function branchPoint(event: Event, head: string, cwd: string): Promise<string> {
  const branch = event.defaultBranch;
  if (branch === null)
    throw new UsageError(`the event ${event.event} names no default branch: set the input base`);
  const headCommit = await git(
    cwd,
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${head}^{commit}`,
  );
  if (headCommit === null) throw new UsageError(`input head: there is no commit ${head} in the checkout`);
  const tip = `refs/remotes/origin/${branch}`;
  const point = await git(cwd, 'merge-base', tip, headCommit);
  if (point === null) {
    throw new UsageError(
      `cannot find where ${head} left ${branch}: set fetch-depth: 0 in actions/checkout, or set the input base`,
    );
  }
  return point === headCommit ? firstParent(headCommit, cwd, 0) : point;
}

/** @param depth the fetch-depth to advise when the parent is not there; 0 is all of the history */
async function firstParent(commit: string, cwd: string, depth: number): Promise<string> {
  const parents = await parentsOf(commit, cwd);
  const [parent] = parents ?? [];
  if (parents !== null && parent === undefined) {
    throw new UsageError(
      `${commit} is the first commit: there is nothing to compare it with; set the input base`,
    );
  }
  if (parent !== undefined && (await isPresent(parent, cwd))) return parent;
  throw new UsageError(
    `the commit before ${commit} is not in the checkout: set fetch-depth: ${depth} in actions/checkout`,
  );
}

/** A commit's parents as it was written, also where a shallow checkout hides them; null when it is not there. */
async function parentsOf(commit: string, cwd: string): Promise<string[] | null> {
  const text = await git(cwd, 'cat-file', 'commit', commit);
  if (text === null) return null;
  const [headers = ''] = text.split('\n\n', 1);
  return [...headers.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] as string);
}

async function isPresent(commit: string, cwd: string): Promise<boolean> {
  return (await git(cwd, 'cat-file', '-e', `${commit}^{commit}`)) !== null;
}

/** What git prints; null when it refuses. */
async function git(cwd: string, ...args: string[]): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', args, {
      cwd,
      env: { ...process.env, LC_ALL: 'C' },
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout.trim();
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') throw new UsageError('git is not on the PATH: install it on the runner');
    if (stderr.includes('dubious ownership'))
      throw new UsageError(`git refuses the checkout: ${stderr.trim()}`);
    if (stderr.includes('not a git repository')) {
      throw new UsageError(`${cwd} is in no git repository: run actions/checkout before this step`);
    }
    return null;
  }
}
