import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../src/errors.js';
import { prepareSides, type SidesRequest } from '../../src/workload/sides.js';
import { failure, gitIn as git, RecordedProgress, temporaryFolder } from './support.js';

/** A repository with `version` in two folders: 1 and 2 on main, 3 on topic that left main at 1. */
function repository(): { top: string; commits: [string, string, string] } {
  const top = temporaryFolder();
  git(top, 'init', '-q', '-b', 'main');
  const commit = (version: number): string => {
    mkdirSync(join(top, 'sample'), { recursive: true });
    writeFileSync(join(top, 'version'), `${version}\n`);
    writeFileSync(join(top, 'sample', 'version'), `sample ${version}\n`);
    git(top, 'add', '.');
    git(top, 'commit', '-q', '-m', `${version}`);
    return git(top, 'rev-parse', 'HEAD');
  };
  const first = commit(1);
  const second = commit(2);
  git(top, 'checkout', '-q', '-b', 'topic', first);
  return { top, commits: [first, second, commit(3)] };
}

const nothing = { base: null, head: null, patch: null };
const prepare = (request: Partial<SidesRequest> & { cwd: string }, progress = new RecordedProgress()) =>
  prepareSides({ ...nothing, out: join(request.cwd, '.profbound'), ...request }, progress);

const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');

function expectNoTraces(top: string): void {
  expect(git(top, 'worktree', 'list').split('\n')).toHaveLength(1);
  const worktrees = join(top, '.git', 'worktrees');
  expect(existsSync(worktrees) ? readdirSync(worktrees) : []).toEqual([]);
  expect(existsSync(join(top, '.profbound', 'worktrees'))).toBe(false);
  expect(existsSync(join(top, '.profbound', 'sides'))).toBe(false);
}

describe('git refs', () => {
  test('become worktrees of equal path length, and are gone afterwards', async () => {
    const { top, commits } = repository();
    const progress = new RecordedProgress();
    const sides = await prepare({ cwd: top, base: 'main', head: commits[2].slice(0, 10) }, progress);
    const { base, head } = sides.refs;
    expect(base).toEqual({ name: 'main', commit: commits[1], root: join(top, '.profbound/worktrees/base') });
    expect(head).toMatchObject({ commit: commits[2], root: join(top, '.profbound/worktrees/head') });
    expect([read(base.root, 'version'), read(head.root, 'version')]).toEqual(['2\n', '3\n']);
    expect(progress.lines[0]).toBe(`base: main (${commits[1].slice(0, 12)})`);
    await sides.dispose();
    expectNoTraces(top);
  });

  test('default to HEAD and where it left the default branch', async () => {
    const { top, commits } = repository();
    const sides = await prepare({ cwd: top });
    expect(sides.refs.base).toMatchObject({ name: 'merge-base of HEAD and main', commit: commits[0] });
    expect(sides.refs.head).toMatchObject({ name: 'HEAD', commit: commits[2] });
    expect(sides.notes).toEqual([]);
    await sides.dispose();
  });

  test('in a subfolder of the repository mean that subfolder', async () => {
    const { top } = repository();
    const cwd = join(top, 'sample');
    const sides = await prepare({ cwd, base: 'main', head: 'HEAD' });
    expect(sides.refs.head.root).toBe(join(cwd, '.profbound/worktrees/head/sample'));
    expect(read(sides.refs.head.root, 'version')).toBe('sample 3\n');
    await sides.dispose();
    expectNoTraces(top);
  });

  test('that measure nothing, or not everything, are noted', async () => {
    const { top } = repository();
    git(top, 'checkout', '-q', 'main');
    writeFileSync(join(top, 'version'), 'changed\n');
    const sides = await prepare({ cwd: top });
    expect(sides.notes).toEqual([
      'the work tree has changes that are not committed; HEAD was measured without them',
      'HEAD has nothing that main does not have: the same commit was measured on both sides',
    ]);
    await sides.dispose();
  });

  test('replace what a killed run left behind', async () => {
    const { top } = repository();
    await prepare({ cwd: top, base: 'main' });
    const again = await prepare({ cwd: top, base: 'main' });
    expect(read(again.refs.base.root, 'version')).toBe('2\n');
    await again.dispose();
    expectNoTraces(top);
  });

  test('replace what a killed run left registered, also half made or when its folder was removed since', async () => {
    const { top } = repository();
    await prepare({ cwd: top, base: 'main' });
    rmSync(join(top, '.profbound'), { recursive: true });
    writeFileSync(join(top, '.git/worktrees/base/locked'), 'initializing');
    const again = await prepare({ cwd: top, base: 'main' });
    await again.dispose();
    expectNoTraces(top);
  });

  test("leave the user's own worktrees alone, also those whose folders are not there at the moment", async () => {
    const { top } = repository();
    const own = join(temporaryFolder(), 'own');
    git(top, 'worktree', 'add', '-q', '--detach', own);
    rmSync(own, { recursive: true });
    await (await prepare({ cwd: top, base: 'main' })).dispose();
    expect(git(top, 'worktree', 'list')).toContain(own);
  });

  test('that are missing are an error that names them and how to get them', async () => {
    const { top } = repository();
    const error = await failure(UsageError, () => prepare({ cwd: top, base: 'origin/release' }));
    expect(error.message).toContain(`there is no git ref origin/release in ${top}: fetch it first`);
    expect(error.message).toContain('git fetch origin release');
    expect(error.message).toContain('fetch-depth: 0');
    expectNoTraces(top);
  });

  test('that are missing do not keep what a killed run left behind from being removed', async () => {
    const { top } = repository();
    await prepare({ cwd: top, base: 'main' });
    await failure(UsageError, () => prepare({ cwd: top, base: 'missing' }));
    expectNoTraces(top);
  });

  test('that are missing because the clone is shallow', async () => {
    const { top } = repository();
    const clone = join(temporaryFolder(), 'clone');
    git('/', 'clone', '-q', '--depth', '1', '--branch', 'topic', `file://${top}`, clone);
    const error = await failure(UsageError, () => prepare({ cwd: clone, base: 'HEAD~1' }));
    expect(error.message).toContain('this clone is shallow; check out with fetch-depth: 0');
    expectNoTraces(clone);
  });

  test('of a repository git does not trust are an error in its words', async () => {
    const { top } = repository();
    process.env.GIT_TEST_ASSUME_DIFFERENT_OWNER = '1';
    try {
      const error = await failure(UsageError, () => prepare({ cwd: top, base: 'main' }));
      expect(error.message).toContain('dubious ownership');
      // Folders do not need git.
      const prepared = await prepare({ cwd: top, base: 'dir:.', head: 'dir:.' });
      expect(prepared.refs.head).toMatchObject({ name: 'dir:.', commit: null });
      await prepared.dispose();
    } finally {
      delete process.env.GIT_TEST_ASSUME_DIFFERENT_OWNER;
    }
  });

  test('are not taken for options of git', async () => {
    const { top } = repository();
    await failure(UsageError, () => prepare({ cwd: top, base: '--all' }));
  });

  test('do not run hooks', async () => {
    const { top } = repository();
    writeFileSync(join(top, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch ${top}/hooked\n`, { mode: 0o755 });
    const sides = await prepare({ cwd: top, base: 'main' });
    await sides.dispose();
    expect(existsSync(join(top, 'hooked'))).toBe(false);
  });
});

describe("what is the user's", () => {
  test.each(['worktrees', 'sides'])(
    'below the output folder is neither replaced nor removed: %s',
    async (name) => {
      const { top } = repository();
      mkdirSync(join(top, 'out', name, 'base'), { recursive: true });
      writeFileSync(join(top, 'out', name, 'base', 'mine'), '');
      const out = join(top, 'out');
      writeFileSync(join(top, 'slow.patch'), '--- a/version\n+++ b/version\n@@ -1 +1 @@\n-3\n+4\n');
      const request = name === 'sides' ? { base: 'dir:.', patch: 'slow.patch' } : { base: 'main' };
      const error = await failure(UsageError, () => prepare({ cwd: top, out, ...request }));
      expect(error.message).toContain(`${join(out, name)} is in the way and was not made by profbound`);
      expect(existsSync(join(out, name, 'base', 'mine'))).toBe(true);
      expect(git(top, 'worktree', 'list').split('\n')).toHaveLength(1);
    },
  );
});

describe('folders', () => {
  test('are used where they are, and stay', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'old'));
    mkdirSync(join(cwd, 'newer'));
    const sides = await prepare({ cwd, base: 'dir:old', head: `dir:${cwd}/newer` });
    expect(sides.refs.base).toEqual({ name: 'dir:old', commit: null, root: join(cwd, 'old') });
    expect(sides.refs.head.root).toBe(join(cwd, 'newer'));
    expect(sides.notes[0]).toContain('names of different length');
    await sides.dispose();
    expect(existsSync(join(cwd, 'old'))).toBe(true);
  });

  test.each([
    [{ base: 'dir:missing', head: 'dir:.' }, 'dir:missing: there is no folder '],
    [
      { base: 'main', head: 'dir:.' },
      'is not in a git repository: name folders with dir:PATH instead of main',
    ],
    [{ base: 'dir:.' }, 'name the head with --head dir:PATH'],
    [{ head: 'dir:.' }, 'name the base with --base dir:PATH'],
  ])('that are missing, or refs without a repository: %j', async (request, message) => {
    const error = await failure(UsageError, () => prepare({ cwd: temporaryFolder(), ...request }));
    expect(error.message).toContain(message);
  });
});

describe('a patch', () => {
  const patch = (version: string): string =>
    `--- a/version\n+++ b/version\n@@ -1 +1 @@\n-${version}\n+${version}, slower\n`;

  test('makes head from HEAD in a repository', async () => {
    const { top, commits } = repository();
    writeFileSync(join(top, 'slow.patch'), patch('3'));
    const sides = await prepare({ cwd: top, patch: 'slow.patch' });
    const { base, head } = sides.refs;
    expect(base).toMatchObject({ name: 'HEAD', commit: commits[2] });
    expect(head).toMatchObject({ name: 'HEAD + slow.patch', commit: null });
    expect([read(base.root, 'version'), read(head.root, 'version')]).toEqual(['3\n', '3, slower\n']);
    await sides.dispose();
    expectNoTraces(top);
    expect(read(top, 'version')).toBe('3\n');
  });

  test('makes head from a copy of a folder, without the output folder', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'deep/er'), { recursive: true });
    writeFileSync(join(cwd, 'version'), '1\n');
    writeFileSync(join(cwd, 'deep/er/kept'), '');
    writeFileSync(join(cwd, 'slow.patch'), patch('1'));
    const out = join(cwd, 'deep/out');
    const sides = await prepare({ cwd, patch: 'slow.patch', out });
    const { base, head } = sides.refs;
    expect([base.root, head.root]).toEqual([join(out, 'sides/base'), join(out, 'sides/head')]);
    expect([read(base.root, 'version'), read(head.root, 'version')]).toEqual(['1\n', '1, slower\n']);
    expect(readdirSync(join(head.root, 'deep'))).toEqual(['er']);
    expect(existsSync(join(head.root, 'deep/er/kept'))).toBe(true);
    await sides.dispose();
    expect(readdirSync(out)).toEqual([]);
    expect(read(cwd, 'version')).toBe('1\n');
  });

  test('that does not apply leaves no worktree', async () => {
    const { top } = repository();
    writeFileSync(join(top, 'slow.patch'), patch('8'));
    const error = await failure(UsageError, () => prepare({ cwd: top, patch: 'slow.patch' }));
    expect(error.message).toContain('slow.patch does not apply to version: hunk 1 of 1');
    expectNoTraces(top);
  });

  test('and --head exclude each other', async () => {
    const { top } = repository();
    const error = await failure(UsageError, () => prepare({ cwd: top, head: 'HEAD', patch: 'x' }));
    expect(error.message).toContain('--head and --patch exclude each other');
  });
});
