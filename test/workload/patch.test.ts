import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../src/errors.js';
import { applyPatchFile } from '../../src/workload/patch.js';
import { failure, temporaryFolder } from './support.js';

const tenLines = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n';

function folderWith(files: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function patchWith(text: string): string {
  return join(folderWith({ 'slow.patch': text }), 'slow.patch');
}

const change = `diff --git a/src/list.txt b/src/list.txt
--- a/src/list.txt
+++ b/src/list.txt
@@ -1,3 +1,3 @@
 one
-two
+TWO
 three
@@ -8,3 +8,4 @@
 eight
 nine
+nine and a half
 ten
`;

describe('a patch', () => {
  test('changes, adds and removes files', () => {
    const folder = folderWith({ 'src/list.txt': tenLines, 'old.txt': 'gone\n' });
    applyPatchFile(
      patchWith(`${change}diff --git a/bin/new.sh b/bin/new.sh
new file mode 100755
--- /dev/null
+++ b/bin/new.sh
@@ -0,0 +1 @@
+echo new
diff --git a/old.txt b/old.txt
deleted file mode 100644
--- a/old.txt
+++ /dev/null
@@ -1 +0,0 @@
-gone
`),
      [folder],
    );
    expect(readFileSync(join(folder, 'src/list.txt'), 'utf8')).toBe(
      tenLines.replace('two', 'TWO').replace('nine\n', 'nine\nnine and a half\n'),
    );
    expect(readFileSync(join(folder, 'bin/new.sh'), 'utf8')).toBe('echo new\n');
    expect(statSync(join(folder, 'bin/new.sh')).mode & 0o777).toBe(0o755);
    expect(existsSync(join(folder, 'old.txt'))).toBe(false);
  });

  test('moves a file', () => {
    const folder = folderWith({ 'a.txt': tenLines });
    applyPatchFile(
      patchWith('diff --git a/a.txt b/c.txt\nsimilarity index 100%\nrename from a.txt\nrename to c.txt\n'),
      [folder],
    );
    expect(existsSync(join(folder, 'a.txt'))).toBe(false);
    expect(readFileSync(join(folder, 'c.txt'), 'utf8')).toBe(tenLines);
  });

  test('may be relative to the repository instead of the subfolder', () => {
    const top = folderWith({ 'sample/src/list.txt': tenLines });
    applyPatchFile(patchWith(change.replaceAll('src/', 'sample/src/')), [join(top, 'sample'), top]);
    expect(readFileSync(join(top, 'sample/src/list.txt'), 'utf8')).toContain('TWO');
  });
});

describe('a patch that does not apply changes nothing and says', () => {
  test('which hunk of which file', async () => {
    const text = tenLines.replace('nine', 'NINE');
    const folder = folderWith({ 'src/list.txt': text });
    const file = patchWith(change);
    const error = await failure(UsageError, () => applyPatchFile(file, [folder]));
    expect(error.message).toBe(`${file} does not apply to src/list.txt: hunk 2 of 2, @@ -8,3 +8,4 @@`);
    expect(readFileSync(join(folder, 'src/list.txt'), 'utf8')).toBe(text);
  });

  test('which file is missing', async () => {
    const error = await failure(UsageError, () => applyPatchFile(patchWith(change), [temporaryFolder()]));
    expect(error.message).toContain('does not apply: there is no src/list.txt in ');
  });

  test.each([
    ['no diff', 'this is prose\n', 'it changes no file'],
    ['nothing', '', 'it changes no file'],
    ['a broken hunk', '--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n one\n', 'is not a unified diff: '],
    ['a binary', 'diff --git a/x b/x\nBinary files a/x and b/x differ\n', 'changes the binary file'],
  ])('that it is %s', async (_, text, message) => {
    const error = await failure(UsageError, () =>
      applyPatchFile(patchWith(text), [folderWith({ x: 'one\n' })]),
    );
    expect(error.message).toContain(message);
  });

  test('that it is not there', async () => {
    const error = await failure(UsageError, () => applyPatchFile('/nowhere/slow.patch', ['/']));
    expect(error.message).toContain('cannot read the patch /nowhere/slow.patch: ');
  });

  test.each([
    ['by dots', (_: string) => '../outside.txt'],
    [
      'by a link',
      (folder: string) => {
        symlinkSync(temporaryFolder(), join(folder, 'link'));
        return 'link/outside.txt';
      },
    ],
  ])('that it leads out of the folder %s', async (_, nameIn) => {
    const folder = temporaryFolder();
    const name = nameIn(folder);
    const text = `--- /dev/null\n+++ b/${name}\n@@ -0,0 +1 @@\n+x\n`;
    const error = await failure(UsageError, () => applyPatchFile(patchWith(text), [folder]));
    expect(error.message).toContain(`would change ${name}, which is outside ${folder}`);
    expect(existsSync(join(folder, name))).toBe(false);
  });
});
