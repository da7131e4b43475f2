import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { UsageError } from '../../src/errors.js';
import { flameGraphPath, makeFolder, writeReports } from '../../src/jobs/output.js';
import { aResult, aTree, aWorkload, failing, someEvidence } from '../report/results.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'profbound-output-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('makeFolder', () => {
  test('makes what is missing, and takes what is there', () => {
    const deep = join(folder, 'one', 'two', 'three');
    makeFolder(relative(process.cwd(), deep));
    makeFolder(deep);
    expect(statSync(deep).isDirectory()).toBe(true);
  });

  test('takes a link to a folder', () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    makeFolder(join(folder, 'link', 'below'));
    expect(statSync(join(folder, 'real', 'below')).isDirectory()).toBe(true);
  });

  test.each(['/proc/profbound/out', 'file', 'file/below', 'dangling'])('refuses %s', (path) => {
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('nowhere', join(folder, 'dangling'));
    const place = path.startsWith('/') ? path : join(folder, path);
    const make = (): void => makeFolder(place);
    expect(make).toThrow(UsageError);
    expect(make).toThrow(`cannot make the output folder ${place}: `);
    expect(make).toThrow('name another one with --out');
  });
});

describe('writeReports', () => {
  const model = { result: aResult([failing()]), evidence: someEvidence('search', aTree()) };

  test('leaves a flame graph for each workload that has profiles, and none of an earlier run', () => {
    writeFileSync(join(folder, 'flamegraph-gone.svg'), '<svg/>');
    writeFileSync(join(folder, 'flamegraph of mine.svg'), '<svg/>');
    const result = aResult([failing(), aWorkload('health')]);
    writeReports({ ...model, result }, folder);
    expect(readdirSync(folder).sort()).toEqual([
      'flamegraph of mine.svg',
      'flamegraph-search.svg',
      'report.html',
      'result.json',
      'summary.md',
    ]);
    expect(readFileSync(flameGraphPath(folder, 'search'), 'utf8')).toContain('▲ tokenize');
  });
});
