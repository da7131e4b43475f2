/** Which lines differ between the two sides' sources, and what they lie in: by git, whether the sides are commits or folders. */
import { lstatSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import {
  type ChangedFile,
  type Changes,
  type Hunk,
  mostFiles,
  mostHeaders,
  mostHunks,
} from '../bundle/changes.js';
import { gitWithin } from './git.js';
import { indentation, isTelling, Outline } from './headers.js';

/** A longer diff is cut: nobody wrote it by hand. */
const mostDiffBytes = 16 * 1024 * 1024;
/** A longer source file is a generated one. */
const mostFileBytes = 2 * 1024 * 1024;
const longestPath = 2000;
/** Of a folder's files, which are copied to be compared: one that is larger is no source, and more are no program. */
const mostSourceBytes = 8 * 1024 * 1024;
const mostFolderBytes = 512 * 1024 * 1024;
/** Reading a folder with a million files takes less. */
const mostSeconds = 120;

/** Two trees git can compare, and head's as files. */
export interface ComparedTrees {
  /** Folder git is run in, with this environment. */
  readonly at: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly base: string;
  readonly head: string;
  /** Head's files. */
  readonly folder: string;
  /** The sides' roots in it: empty, or ending in a slash. */
  readonly prefix: string;
}

/** @throws Error when git cannot compare them */
export async function readChanges(trees: ComparedTrees): Promise<Changes> {
  const listed = (await listFiles(trees)).filter(({ path }) => path.length <= longestPath);
  const files = listed.slice(0, mostFiles);
  const hunks = hunksOf(await diffText(trees), files, trees.folder);
  const tails = tailsOf(
    files.map(({ path }) => path),
    await headPaths(trees),
  );
  return {
    prefix: trees.prefix,
    files: files.map(({ path, kind }, index) => ({
      path,
      kind,
      tail: tails[index] as number,
      hunks: hunks[index] ?? null,
    })),
    filesLeft: listed.length - files.length,
  };
}

/**
 * Compares folders that no commit names: their files are taken into a git repository of its own, which does not outlive
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

/** The same for every call, so that files come in the same order. */
const comparison = [
  'diff',
  '--find-renames',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--no-relative',
];

interface ListedFile {
  readonly path: string;
  readonly kind: ChangedFile['kind'];
  /** Whether the diff has a section for it that can be told from its neighbours'. */
  readonly hasSection: boolean;
}

/** Every changed file, in git's order. */
async function listFiles({ at, environment, base, head }: ComparedTrees): Promise<ListedFile[]> {
  const text = await gitWithin(at, [...comparison, '--raw', '-z', base, head], environment);
  const fields = text.split('\0');
  const files: ListedFile[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, newMode = '', , , status = ''] = (fields[at] as string).split(' ');
    const isMove = /^[RC]/.test(status);
    if (isMove) at++;
    files.push({
      path: fields[at + 1] as string,
      kind: newMode === '160000' ? 'submodule' : (kinds[status[0] as string] ?? 'modified'),
      hasSection: status !== 'T',
    });
  }
  return files;
}

const kinds: Readonly<Record<string, ChangedFile['kind']>> = {
  A: 'added',
  D: 'deleted',
  R: 'renamed',
  C: 'added',
};

/** The changed lines of all files; cut where it is too long. */
async function diffText({ at, environment, base, head }: ComparedTrees): Promise<string> {
  const words = [...comparison, '--unified=0', '--inter-hunk-context=0', '--diff-filter=ACDMR', base, head];
  try {
    return await gitWithin(at, words, environment, { bytes: mostDiffBytes, seconds: mostSeconds });
  } catch (error) {
    const { code, stdout } = error as { code?: unknown; stdout?: string };
    if (code !== 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' || stdout === undefined) throw error;
    // What was cut in two says nothing: only whole sections count.
    return stdout.slice(0, stdout.lastIndexOf('\ndiff --git ') + 1);
  }
}

/** Hunks by file, in their order; what is missing is not known. */
function hunksOf(diff: string, files: readonly ListedFile[], folder: string): (Hunk[] | null)[] {
  const indices = files.flatMap(({ hasSection }, index) => (hasSection ? [index] : []));
  const found: (Hunk[] | null)[] = files.map(() => null);
  let left = mostHunks;
  for (const [number, section] of sectionsOf(diff).entries()) {
    const index = indices[number];
    if (index === undefined) break;
    const { path, kind } = files[index] as ListedFile;
    if (section.isBinary || kind === 'submodule' || section.hunks.length > left) continue;
    left -= section.hunks.length;
    found[index] = kind === 'deleted' ? [] : placed(section.hunks, outlineOf(join(folder, path)));
  }
  return found;
}

interface ReadHunk {
  readonly base: LineRange;
  readonly head: LineRange;
  /** Indentation of the first line that tells what it lies in, and the line of head it is or was put before. */
  readonly columns: number;
  readonly before: number;
}

interface Section {
  isBinary: boolean;
  readonly hunks: ReadHunk[];
}

/** One section a file. A changed line begins with its sign, so that none is taken for a heading. */
function sectionsOf(diff: string): Section[] {
  const sections: Section[] = [];
  let section: Section = { isBinary: false, hunks: [] };
  const lines = diff.split('\n');
  for (const [at, line] of lines.entries()) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (line.startsWith('diff --git ')) {
      section = { isBinary: false, hunks: [] };
      sections.push(section);
    } else if (line.startsWith('Binary files ')) {
      section.isBinary = true;
    } else if (hunk) {
      const read = readHunk(lineRange(hunk[1], hunk[2]), lineRange(hunk[3], hunk[4]), lines, at + 1);
      if (read !== null) section.hunks.push(read);
    }
  }
  return sections;
}

type LineRange = [first: number, count: number];

function lineRange(first = '0', count = '1'): LineRange {
  return [Number(first), Number(count)];
}

/** @returns null when only empty lines came or went, which changes nothing */
function readHunk(
  base: LineRange,
  head: LineRange,
  lines: readonly string[],
  first: number,
): ReadHunk | null {
  let end = first;
  while (/^[-+\\]/.test(lines[end] ?? '')) end++;
  const changed = lines.slice(first, end);
  const of = (sign: string) => changed.filter((line) => line.startsWith(sign)).map((line) => line.slice(1));
  const [added, removed] = [of('+'), of('-')];
  if (![...added, ...removed].some((line) => indentation(line) !== null)) return null;
  const columnsOf = (line: string | undefined): number => (line === undefined ? 0 : (indentation(line) ?? 0));
  const index = added.findIndex(isTelling);
  if (index >= 0) return { base, head, columns: columnsOf(added[index]), before: head[0] + index };
  // Nothing was added that tells: what was removed stood there. Of no lines git names the one before.
  const before = head[1] === 0 ? head[0] + 1 : head[0];
  return { base, head, columns: columnsOf(removed.find(isTelling)), before };
}

function placed(hunks: readonly ReadHunk[], outline: Outline | null): Hunk[] {
  return hunks.map(({ base, head, columns, before }) => ({
    base,
    head,
    inside: (outline?.headersOf(before, columns, mostHeaders) ?? []).map(([first, last]) => [first, last]),
  }));
}

/** null for what is no plain file of moderate size. */
function outlineOf(file: string): Outline | null {
  try {
    const status = lstatSync(file);
    if (!status.isFile() || status.size > mostFileBytes) return null;
    return new Outline(readFileSync(file, 'utf8').split('\n'));
  } catch {
    // A sparse checkout has not every file.
    return null;
  }
}

async function headPaths({ at, environment, head }: ComparedTrees): Promise<string[]> {
  const text = await gitWithin(at, ['ls-tree', '-r', '-z', '--name-only', '--full-tree', head], environment);
  return text.split('\0').filter((path) => path !== '');
}

/** How many last parts of each path tell it from every other path. */
function tailsOf(paths: readonly string[], all: readonly string[]): number[] {
  const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const alike = new Map<string, string[]>(paths.map((path) => [name(path), []]));
  for (const path of all) alike.get(name(path))?.push(path);
  return paths.map((path) => {
    const parts = path.split('/').reverse();
    let shared = 0;
    for (const other of alike.get(name(path)) ?? []) {
      if (other === path) continue;
      const others = other.split('/').reverse();
      const differ = parts.findIndex((part, index) => part !== others[index]);
      shared = Math.max(shared, differ < 0 ? parts.length : differ);
    }
    return shared + 1;
  });
}
