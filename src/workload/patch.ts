/** Applies a unified diff to a folder, all of it or nothing. */
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { applyPatch, parsePatch, type StructuredPatch } from 'diff';
import { UsageError } from '../errors.js';

interface Change {
  /** Absolute path to remove before writing; null for a new file. */
  readonly old: string | null;
  /** Absolute path and content to write; null for a deleted file. */
  readonly new: { readonly file: string; readonly text: string; readonly mode: number | null } | null;
}

/**
 * Applies a patch file. Paths in it (below `a/` and `b/`) are relative to the first of `folders` that has the file.
 * @throws UsageError naming the file and the hunk that does not apply; nothing was changed then
 */
export function applyPatchFile(patchFile: string, folders: readonly string[]): void {
  const patches = readPatches(patchFile);
  const changes = patches.map((patch) => changeOf(patch, patchFile, folders));
  for (const change of changes) {
    if (change.old !== null && change.old !== change.new?.file) rmSync(change.old);
    if (change.new === null) continue;
    mkdirSync(dirname(change.new.file), { recursive: true });
    writeFileSync(change.new.file, change.new.text);
    if (change.new.mode !== null) chmodSync(change.new.file, change.new.mode);
  }
}

function readPatches(patchFile: string): StructuredPatch[] {
  let text: string;
  try {
    text = readFileSync(patchFile, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read the patch ${patchFile}: ${(error as Error).message}`);
  }
  let patches: StructuredPatch[];
  try {
    patches = parsePatch(text);
  } catch (error) {
    throw new UsageError(`${patchFile} is not a unified diff: ${(error as Error).message}`);
  }
  const useful = patches.filter((patch) => patch.hunks.length > 0 || patch.isRename || patch.isBinary);
  if (useful.length === 0) throw new UsageError(`${patchFile} is not a unified diff: it changes no file`);
  return useful;
}

function changeOf(patch: StructuredPatch, patchFile: string, folders: readonly string[]): Change {
  const oldName = nameIn(patch.oldFileName);
  const newName = nameIn(patch.newFileName);
  const name = oldName ?? newName ?? '';
  if (patch.isBinary)
    throw new UsageError(`${patchFile} changes the binary file ${name}: only text can be patched`);
  const folder =
    folders.find((candidate) => existsSync(join(candidate, oldName ?? dirname(newName ?? '')))) ?? folders[0];
  if (folder === undefined) throw new Error('no folder to patch');
  const old = oldName === null ? null : insideOf(folder, oldName, patchFile);
  if (old !== null && !existsSync(old)) {
    throw new UsageError(`${patchFile} does not apply: there is no ${oldName} in ${folders.join(' or ')}`);
  }
  const text = patched(patch, old === null ? '' : readFileSync(old, 'utf8'), patchFile, name);
  const mode = patch.newMode === undefined ? null : Number.parseInt(patch.newMode, 8) & 0o777;
  return {
    old: patch.isCopy ? null : old,
    new: newName === null ? null : { file: insideOf(folder, newName, patchFile), text, mode },
  };
}

/** The patched text; hunk by hunk, so that the one that does not fit can be named. */
function patched(patch: StructuredPatch, text: string, patchFile: string, name: string): string {
  let result = text;
  for (let count = 1; count <= patch.hunks.length; count++) {
    const next = applyPatch(text, { ...patch, hunks: patch.hunks.slice(0, count) });
    if (next === false) {
      const hunk = patch.hunks[count - 1] as StructuredPatch['hunks'][number];
      const position = `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`;
      throw new UsageError(
        `${patchFile} does not apply to ${name}: hunk ${count} of ${patch.hunks.length}, ${position}`,
      );
    }
    result = next;
  }
  return result;
}

/** A file's name without the a/ or b/ in front; null for /dev/null. */
function nameIn(written: string | undefined): string | null {
  if (written === undefined || written === '/dev/null') return null;
  return written.replace(/^[ab]\//, '');
}

/** Absolute path of a name below a folder. @throws UsageError when it leads out of it, also through a link */
function insideOf(folder: string, name: string, patchFile: string): string {
  const file = join(folder, name);
  let parent = dirname(file);
  while (!existsSync(parent)) parent = dirname(parent);
  const place = relative(realpathSync(folder), realpathSync(existsSync(file) ? file : parent));
  if (
    isAbsolute(name) ||
    place === '..' ||
    place.startsWith('../') ||
    relative(folder, file).startsWith('..')
  ) {
    throw new UsageError(`${patchFile} would change ${name}, which is outside ${folder}`);
  }
  return file;
}
