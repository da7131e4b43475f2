import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type ChangedFile, changesSchema } from '../../src/bundle/changes.js';
import { prepareSides, type SidesRequest } from '../../src/workload/sides.js';
import { gitIn, RecordedProgress, temporaryFolder } from './support.js';

type Files = Readonly<Record<string, string | Buffer | null>>;

function write(top: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    if (text === null) rmSync(join(top, path));
    else writeFileSync(join(top, path), text);
  }
}

async function changesOf(request: Partial<SidesRequest> & { cwd: string }) {
  const nothing = { base: null, head: null, patch: null, out: join(request.cwd, '.profbound') };
  const sides = await prepareSides({ ...nothing, ...request }, new RecordedProgress());
  await sides.dispose();
  return { ...sides, changes: sides.changes && changesSchema.parse(sides.changes) };
}

/** Two commits of a repository, and what differs between them. */
async function between(base: Files, head: Files): Promise<Record<string, ChangedFile>> {
  const top = temporaryFolder();
  gitIn(top, 'init', '-q');
  write(top, base);
  gitIn(top, 'add', '.');
  gitIn(top, 'commit', '-q', '-m', 'base');
  write(top, head);
  gitIn(top, 'add', '.');
  gitIn(top, 'commit', '-q', '-m', 'head');
  const { changes } = await changesOf({ cwd: top, base: 'HEAD~1', head: 'HEAD' });
  return Object.fromEntries((changes?.files ?? []).map((file) => [file.path, file]));
}

const c = `#include <stdio.h>

static int
parse(const char *text)
{
\tint sum = 0;
\tfor (; *text; text++) {
\t\tsum += *text;
\t}
\treturn sum;
}

int main(int argc,
         char **argv)
{
\treturn parse(argv[0]);
}
`;

describe('between two commits', () => {
  test('every kind of change, its lines and what they lie in', async () => {
    const files = await between(
      {
        'src/parse.c': c,
        'old name.txt': 'one\ntwo\nthree\n',
        'gone.go': 'package gone\n',
        'data.bin': Buffer.from([0, 1, 2]),
      },
      {
        'src/parse.c': c.replace('sum += *text', 'sum ^= *text'),
        'old name.txt': null,
        'new "name".txt': 'one\ntwo\nthree\n',
        'gone.go': null,
        'data.bin': Buffer.from([0, 1, 3]),
        'package-lock.json': '{}\n',
      },
    );
    expect(files).toEqual({
      'src/parse.c': {
        path: 'src/parse.c',
        kind: 'modified',
        tail: 1,
        // The loop, then the function with its header of three lines.
        hunks: [
          {
            base: [8, 1],
            head: [8, 1],
            inside: [
              [7, 7],
              [3, 5],
            ],
          },
        ],
      },
      'new "name".txt': { path: 'new "name".txt', kind: 'renamed', tail: 1, hunks: [] },
      'gone.go': { path: 'gone.go', kind: 'deleted', tail: 1, hunks: [] },
      'data.bin': { path: 'data.bin', kind: 'modified', tail: 1, hunks: null },
      'package-lock.json': {
        path: 'package-lock.json',
        kind: 'added',
        tail: 1,
        hunks: [{ base: [0, 0], head: [1, 1], inside: [] }],
      },
    });
  });

  test('lines that are gone lie in what is left around them', async () => {
    const files = await between({ 'a.c': c }, { 'a.c': c.replace('\t\tsum += *text;\n', '') });
    expect(files['a.c']?.hunks).toEqual([
      {
        base: [8, 1],
        head: [7, 0],
        inside: [
          [7, 7],
          [3, 5],
        ],
      },
    ]);
  });

  test('empty lines are no change', async () => {
    const files = await between({ 'a.c': c }, { 'a.c': c.replace('\treturn sum', '\n\treturn sum') });
    expect(files['a.c']).toMatchObject({ hunks: [], blanks: [{ base: [9, 0], head: [10, 1] }] });
  });

  test('a file that is taken for another one needs more of its path', async () => {
    const twins = { 'a/util.c': c, 'b/util.c': c, 'c/b/util.c': c };
    const files = await between(twins, {
      'b/util.c': c.replace('0', '1'),
      'c/b/util.c': c.replace('0', '2'),
    });
    expect(files['b/util.c']?.tail).toBe(3);
    expect(files['c/b/util.c']?.tail).toBe(3);
  });
});

describe('bounds', () => {
  test('files beyond them are counted, and of a diff beyond them the lines are not known', async () => {
    const many = Object.fromEntries(Array.from({ length: 2003 }, (_, index) => [`many/${index}.txt`, 'x\n']));
    const long = `${'x'.repeat(2 ** 20)}\n`.repeat(17);
    const top = temporaryFolder();
    gitIn(top, 'init', '-q');
    write(top, { 'a.c': c });
    gitIn(top, 'add', '.');
    gitIn(top, 'commit', '-q', '-m', 'base');
    write(top, { 'a.c': c.replace('0', '1'), 'big.txt': long, ...many });
    gitIn(top, 'add', '.');
    gitIn(top, 'commit', '-q', '-m', 'head');
    const { changes } = await changesOf({ cwd: top, base: 'HEAD~1', head: 'HEAD' });
    expect(changes?.files).toHaveLength(2000);
    expect(changes?.filesLeft).toBe(5);
    expect(changes?.files.slice(0, 3)).toMatchObject([
      { path: 'a.c', hunks: [{ head: [6, 1] }] },
      { path: 'big.txt', hunks: null },
      { path: 'many/0.txt', hunks: null },
    ]);
  });
});

describe('between folders', () => {
  const base = { 'job.py': 'def work():\n    return 1\n', '.gitignore': 'build/\n', 'build/out': '1' };
  const head = { ...base, 'job.py': 'def work():\n    return 2\n', 'build/out': '2', 'new.py': 'x = 1\n' };

  test('without what their .gitignore names, and without this run', async () => {
    const top = temporaryFolder();
    write(join(top, 'base'), base);
    write(join(top, 'head'), { ...head, 'out/report.html': 'x' });
    const out = join(top, 'head', 'out');
    const { changes, notes } = await changesOf({ cwd: top, base: 'dir:base', head: 'dir:head', out });
    expect(changes).toEqual({
      prefix: '',
      filesLeft: 0,
      files: [
        {
          path: 'job.py',
          kind: 'modified',
          tail: 1,
          hunks: [{ base: [2, 1], head: [2, 1], inside: [[1, 1]] }],
        },
        { path: 'new.py', kind: 'added', tail: 1, hunks: [{ base: [0, 0], head: [1, 1], inside: [] }] },
      ],
    });
    expect(notes).toEqual([]);
  });

  test('a patch on a commit, seen from a subfolder', async () => {
    const top = temporaryFolder();
    gitIn(top, 'init', '-q');
    write(top, { 'svc/job.py': base['job.py'], 'lib/x.py': 'X = 1\n' });
    gitIn(top, 'add', '.');
    gitIn(top, 'commit', '-q', '-m', 'base');
    write(top, { 'svc/slow.patch': '--- a/lib/x.py\n+++ b/lib/x.py\n@@ -1 +1 @@\n-X = 1\n+X = 2\n' });
    const { changes } = await changesOf({ cwd: join(top, 'svc'), patch: 'slow.patch' });
    expect(changes).toMatchObject({ prefix: 'svc/', files: [{ path: 'lib/x.py', kind: 'modified' }] });
    expect(changes?.files).toHaveLength(1);
  });
});
