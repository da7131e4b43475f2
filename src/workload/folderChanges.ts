/** Compares folders that no commit names. */
import { lstatSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Changes } from '../bundle/changes.js';
import { readChanges } from './changes.js';
import { gitWithin } from './git.js';

/** Of a folder's files, which are copied to be compared: one that is larger is no source, and more are no program. */
const mostSourceBytes = 8 * 1024 * 1024;
const mostFolderBytes = 512 * 1024 * 1024;
/** Reading a folder with a million files takes less. */
const mostSeconds = 120;

/**
 * Their files are taken into a git repository of its own, which does not outlive
 * the comparison. What the folders' own .gitignore names is left out.
 * @param skipped folder whose files are not looked at, such as the one this run writes to
 * @throws Error when git cannot read them
 */
export async function readFolderChanges(
  base: string,
  head: string,
  prefix: string,
  skipped: string,
): Promise<Changes> {
  const repository = mkdtempSync(join(realpathSync(tmpdir()), 'profbound-changes-'));
  try {
    // Neither the user's settings nor filters: what is compared are the files as they are.
    const environment = { GIT_DIR: repository, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
    await gitWithin(repository, ['init', '--quiet', '--bare', repository], {});
    const trees = {
      base: await treeOf(base, { ...environment, GIT_INDEX_FILE: join(repository, 'base') }, skipped),
      head: await treeOf(head, { ...environment, GIT_INDEX_FILE: join(repository, 'head') }, skipped),
    };
    return await readChanges({ at: repository, environment, ...trees, folder: head, prefix });
  } finally {
    rmSync(repository, { recursive: true, force: true });
  }
}

/** Takes a folder's sources into the repository that the environment names; answers with their tree. */
async function treeOf(
  folder: string,
  environment: Readonly<Record<'GIT_DIR' | 'GIT_INDEX_FILE', string>>,
  skipped: string,
): Promise<string> {
  const below = relative(folder, skipped);
  const isInside = below !== '' && !below.startsWith('..');
  const exclude = isInside ? `/${below.replace(/[*?[\]\\]/g, '\\$&')}/\n` : '';
  writeFileSync(join(environment.GIT_DIR, 'info', 'exclude'), exclude);
  const own = { ...environment, GIT_WORK_TREE: folder };
  const git = (words: readonly string[], input = '') =>
    gitWithin(folder, ['-c', 'core.looseCompression=0', ...words], own, { seconds: mostSeconds, input });
  const listed = await git(['ls-files', '--others', '--exclude-standard', '-z']);
  await git(['update-index', '--add', '-z', '--stdin'], sourcesOf(listed.split('\0'), folder));
  return (await git(['write-tree'])).trim();
}

/** Those of a folder's files that can be sources, each ended by NUL. @throws Error when they are too many */
function sourcesOf(paths: readonly string[], folder: string): string {
  let bytes = 0;
  const sources = paths.filter((path) => {
    const status = path === '' ? undefined : lstatSync(join(folder, path), { throwIfNoEntry: false });
    const isSource = status !== undefined && !status.isDirectory() && status.size <= mostSourceBytes;
    bytes += isSource ? status.size : 0;
    return isSource;
  });
  if (bytes > mostFolderBytes) {
    throw new Error(`${folder} has more than ${mostFolderBytes >> 20} MiB that no .gitignore names`);
  }
  return sources.map((path) => `${path}\0`).join('');
}
