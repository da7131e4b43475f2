/** Which lines differ between two trees that git knows, and what they lie in. */
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ChangedFile,
  type Changes,
  type Hunk,
  mostFiles,
  mostHeaders,
  mostHunks,
} from '../bundle/changes.js';
import { gitWithin } from './git.js';
import { Outline } from './headers.js';
import { type ReadHunk, sectionsOf } from './unifiedDiff.js';

/** A longer diff is cut: nobody wrote it by hand. */
const mostDiffBytes = 16 * 1024 * 1024;
/** A longer source file is a generated one. */
const mostFileBytes = 2 * 1024 * 1024;
const longestPath = 2000;
/** Comparing a hundred thousand files takes less. */
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
  const changed = hunksOf(await diffText(trees), files, trees.folder);
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
      ...(changed[index] ?? { hunks: null }),
    })),
    filesLeft: listed.length - files.length,
  };
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

type ReadFile = Pick<ChangedFile, 'hunks' | 'blanks'>;

/** Hunks by file, in their order; what is missing is not known. */
function hunksOf(diff: string, files: readonly ListedFile[], folder: string): (ReadFile | null)[] {
  const indices = files.flatMap(({ hasSection }, index) => (hasSection ? [index] : []));
  const found: (ReadFile | null)[] = files.map(() => null);
  let left = mostHunks;
  for (const [number, section] of sectionsOf(diff).entries()) {
    const index = indices[number];
    if (index === undefined) break;
    const { path, kind } = files[index] as ListedFile;
    const { hunks, blanks, isBinary } = section;
    if (isBinary || kind === 'submodule' || hunks.length + blanks.length > left) continue;
    left -= hunks.length + blanks.length;
    found[index] =
      kind === 'deleted'
        ? { hunks: [] }
        : {
            hunks: placed(hunks, outlineOf(join(folder, path))),
            ...(blanks.length > 0 ? { blanks } : {}),
          };
  }
  return found;
}

function placed(hunks: readonly ReadHunk[], outline: Outline | null): Hunk[] {
  return hunks.map(({ base, head, columns, before }) => ({
    base,
    head,
    inside: (outline?.headersOf(before, columns, mostHeaders) ?? []).map(([first, last]) => [first, last]),
  }));
}

/** Languages whose compilers write for each method where its statements are, and not where it is declared. */
const ofVirtualMachine = /\.(?:java|kt|scala|groovy)$/;

/** null for what is no plain file of moderate size. */
function outlineOf(file: string): Outline | null {
  try {
    const status = lstatSync(file);
    if (!status.isFile() || status.size > mostFileBytes) return null;
    const beginning = ofVirtualMachine.test(file) ? 'statement' : 'declaration';
    return new Outline(readFileSync(file, 'utf8').split('\n'), beginning);
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
