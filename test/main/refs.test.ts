import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { UsageError } from '../../src/errors.js';
import { resolveRefs } from '../../src/main/refs.js';

let directory: string;
let upstream: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'profbound-refs-'));
  upstream = join(directory, 'upstream');
  execFileSync('git', ['init', '-q', '-b', 'main', upstream]);
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const identity = [
  '-c',
  'user.name=t',
  '-c',
  'user.email=t@example.org',
  '-c',
  'uploadpack.allowAnySHA1InWant=true',
];
const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', [...identity, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

/** An empty commit on the current branch; its id. */
function commit(message: string): string {
  git(upstream, 'commit', '-q', '--allow-empty', '-m', message);
  return git(upstream, 'rev-parse', 'HEAD');
}

/** main: one, two; topic leaves at one; merged: topic into main, as GitHub makes it for a pull request. */
function history(): { one: string; two: string; topic: string; merged: string } {
  const one = commit('one');
  git(upstream, 'checkout', '-q', '-b', 'topic');
  const topic = commit('topic');
  git(upstream, 'checkout', '-q', 'main');
  const two = commit('two');
  git(upstream, 'checkout', '-q', '-b', 'pull');
  git(upstream, 'merge', '-q', '--no-ff', '-m', 'merge', topic);
  const merged = git(upstream, 'rev-parse', 'HEAD');
  git(upstream, 'checkout', '-q', 'main');
  return { one, two, topic, merged };
}

/** What actions/checkout leaves: one commit, fetched to a depth (0: everything), and remote branches as far as fetched. */
function checkout(sha: string, depth: number): string {
  const clone = join(directory, `clone-${depth}-${sha.slice(0, 8)}`);
  execFileSync('git', ['init', '-q', clone]);
  git(clone, 'remote', 'add', 'origin', `file://${upstream}`);
  git(upstream, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  if (depth === 0) git(clone, 'fetch', '-q', 'origin');
  git(clone, 'fetch', '-q', ...(depth > 0 ? [`--depth=${depth}`] : []), 'origin', sha);
  git(clone, 'checkout', '-q', sha);
  return clone;
}

const unnamed = { base: null, head: null };
const event = (name: string, sha: string, rest: object = {}) => ({
  event: name,
  sha,
  defaultBranch: 'main',
  push: { before: null, after: null },
  mergeGroup: null,
  ...rest,
});
const zeros = '0'.repeat(40);

describe('pull_request', () => {
  test('the merge commit against its first parent, in a checkout of depth 2', async () => {
    const { two, merged } = history();
    const clone = checkout(merged, 2);
    expect(await resolveRefs(event('pull_request', merged), unnamed, clone)).toEqual({
      base: two,
      head: merged,
    });
  });

  test('a checkout of depth 1 lacks the parent', async () => {
    const { merged } = history();
    const clone = checkout(merged, 1);
    const resolved = resolveRefs(event('pull_request', merged), unnamed, clone);
    await expect(resolved).rejects.toThrow(UsageError);
    await expect(resolved).rejects.toThrow(/is not in the checkout: set fetch-depth: 2 in actions\/checkout/);
  });

  test("a checkout of the pull request's own head is no merge", async () => {
    const { topic, merged } = history();
    const clone = checkout(topic, 2);
    const message = /fetch-depth: 2/;
    await expect(resolveRefs(event('pull_request', merged), unnamed, clone)).rejects.toThrow(message);
    await expect(resolveRefs(event('pull_request', topic), unnamed, clone)).rejects.toThrow(
      /no merge commit.*fetch-depth: 2.*Gitea.*input base/,
    );
  });

  test('a base that was named stands', async () => {
    const { one, merged } = history();
    const clone = checkout(merged, 1);
    expect(await resolveRefs(event('pull_request', merged), { base: one, head: null }, clone)).toEqual({
      base: one,
      head: merged,
    });
  });

  test('pull_request_target is refused unless both are named', async () => {
    const { one, two } = history();
    await expect(resolveRefs(event('pull_request_target', two), unnamed, upstream)).rejects.toThrow(
      'run this on pull_request',
    );
    const both = { base: one, head: two };
    expect(await resolveRefs(event('pull_request_target', two), both, upstream)).toEqual(both);
  });
});

describe('push', () => {
  test('before against after', async () => {
    const { one, two } = history();
    const push = { before: one, after: two };
    expect(await resolveRefs(event('push', two, { push }), unnamed, upstream)).toEqual({
      base: one,
      head: two,
    });
  });

  test('a new branch against its first parent', async () => {
    const { one, topic } = history();
    const push = { before: zeros, after: topic };
    expect(await resolveRefs(event('push', topic, { push }), unnamed, upstream)).toEqual({
      base: one,
      head: topic,
    });
  });

  test('a commit before that is not there', async () => {
    const { one, two } = history();
    const push = { before: one, after: two };
    await expect(resolveRefs(event('push', two, { push }), unnamed, checkout(two, 1))).rejects.toThrow(
      /not in the checkout: set fetch-depth: 0/,
    );
  });

  test('a deleted branch, and the very first commit', async () => {
    const { one } = history();
    const deleted = { push: { before: one, after: zeros } };
    await expect(resolveRefs(event('push', one, deleted), unnamed, upstream)).rejects.toThrow(
      'deleted the branch',
    );
    const first = { push: { before: zeros, after: one } };
    await expect(resolveRefs(event('push', one, first), unnamed, upstream)).rejects.toThrow(
      'is the first commit',
    );
  });
});

describe('merge_group', () => {
  test("the group's head against its base", async () => {
    const { two, merged } = history();
    const group = { mergeGroup: { base: two, head: merged } };
    const refs = { base: two, head: merged };
    expect(await resolveRefs(event('merge_group', merged, group), unnamed, upstream)).toEqual(refs);
    await expect(
      resolveRefs(event('merge_group', merged, group), unnamed, checkout(merged, 1)),
    ).rejects.toThrow('fetch-depth: 0');
  });
});

describe.each(['workflow_dispatch', 'schedule'])('%s', (name) => {
  test('head against where it left the default branch', async () => {
    const { one, topic } = history();
    const clone = checkout(topic, 0);
    expect(await resolveRefs(event(name, topic), unnamed, clone)).toEqual({ base: one, head: topic });
  });

  test('on the default branch the commit before', async () => {
    const { one, two } = history();
    const clone = checkout(two, 0);
    expect(await resolveRefs(event(name, two), unnamed, clone)).toEqual({ base: one, head: two });
  });

  test('a head that was named, by branch', async () => {
    const { one, two } = history();
    const clone = checkout(two, 0);
    const named = { base: null, head: 'origin/topic' };
    expect(await resolveRefs(event(name, two), named, clone)).toEqual({ base: one, head: 'origin/topic' });
    await expect(resolveRefs(event(name, two), { base: null, head: '--all' }, clone)).rejects.toThrow(
      'input head: there is no commit --all',
    );
  });

  test('a checkout that is too shallow', async () => {
    const { topic } = history();
    await expect(resolveRefs(event(name, topic), unnamed, checkout(topic, 1))).rejects.toThrow(
      /cannot find where .* left main: set fetch-depth: 0/,
    );
  });
});

test('a folder without a repository', async () => {
  await expect(resolveRefs(event('pull_request', zeros), unnamed, directory)).rejects.toThrow(
    'run actions/checkout before this step',
  );
});
