import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../src/errors.js';
import { Variants } from '../../src/workload/variants.js';
import { gitIn as git, temporaryFolder } from './support.js';

/** A repository with `sample/version`, committed as 1 and changed to 2. */
function repository(): { readonly top: string; readonly commit: string } {
  const top = temporaryFolder();
  git(top, 'init', '-q', '-b', 'main');
  mkdirSync(join(top, 'sample'));
  writeFileSync(join(top, 'sample', 'version'), '1\n');
  git(top, 'add', '.');
  git(top, 'commit', '-q', '-m', '1');
  writeFileSync(join(top, 'sample', 'version'), '2\n');
  return { top, commit: git(top, 'rev-parse', 'HEAD') };
}

describe('variants', () => {
  test('of a commit are worktrees of the same subfolder, made when they are asked for, and gone afterwards', async () => {
    const { top, commit } = repository();
    const cwd = join(top, 'sample');
    const out = join(cwd, 'out');
    mkdirSync(out);
    const variants = await Variants.of({ cwd, ref: null, out });
    expect(variants.commit).toBe(commit);
    expect(variants.notes).toEqual([expect.stringContaining('HEAD was built without them')]);
    const [one, two] = [await variants.root('none'), await variants.root('next')];
    expect(one).toBe(join(out, 'variants', 'none-01', 'sample'));
    expect(two.length).toBe(one.length);
    expect(await variants.root('none', 12)).toBe(join(out, 'variants', 'none-12', 'sample'));
    writeFileSync(join(one, 'version'), 'built\n');
    expect(readFileSync(join(two, 'version'), 'utf8')).toBe('1\n');
    expect(await variants.root('none')).toBe(one);
    await variants.reset();
    expect(readFileSync(join(await variants.root('none'), 'version'), 'utf8')).toBe('1\n');
    await variants.dispose();
    expect(readdirSync(out)).toEqual([]);
    expect(git(top, 'worktree', 'list').split('\n')).toHaveLength(1);
  });

  test('of a folder are copies of it as it is, without what is written there', async () => {
    const { top } = repository();
    const cwd = join(top, 'sample');
    const out = join(cwd, '.profbound', 'pgo');
    mkdirSync(out, { recursive: true });
    const variants = await Variants.of({ cwd, ref: 'dir:.', out });
    const root = await variants.root('none');
    expect(readFileSync(join(root, 'version'), 'utf8')).toBe('2\n');
    expect(existsSync(join(root, '.profbound', 'pgo'))).toBe(false);
    expect((await variants.ref('none', 'x')).commit).toBeNull();
    await variants.dispose();
    expect(readdirSync(out)).toEqual([]);
  });

  test('replace what a killed run left there', async () => {
    const { top } = repository();
    const request = { cwd: top, ref: null, out: join(top, 'out') };
    mkdirSync(request.out);
    const killed = await Variants.of(request);
    await killed.root('none');
    const again = await Variants.of(request);
    expect(readFileSync(join(await again.root('none'), 'sample', 'version'), 'utf8')).toBe('1\n');
    await again.dispose();
    expect(git(top, 'worktree', 'list').split('\n')).toHaveLength(1);
  });

  test('of what is not there are refused', async () => {
    const { top } = repository();
    const of = (cwd: string, ref: string | null) => Variants.of({ cwd, ref, out: join(cwd, 'out') });
    await expect(of(top, 'v9')).rejects.toThrow(/there is no git ref v9/);
    await expect(of(top, 'dir:elsewhere')).rejects.toThrow(/there is no folder/);
    const plain = of(temporaryFolder(), null);
    await expect(plain).rejects.toThrow(UsageError);
    await expect(plain).rejects.toThrow(/not in a git repository: name a folder with --head dir:PATH/);
  });
});
