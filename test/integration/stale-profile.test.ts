/** A real gate on a change that leaves a committed profile behind: the report says by how much, the verdict is the same. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/file.js';
import { stalenessNotes } from '../../src/jobs/profileStaleness.js';
import { expectCode, Project, runCli } from './project.js';

const program = readFileSync('test/pgo/programs/machine.cpp', 'utf8');
const build = 'g++ -O2 -g -Wl,--build-id -o machine machine.cpp';
const config = (extra: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    version: 1,
    workloads: {
      machine: {
        build,
        batch: './machine 0.05',
        warmup: '0s',
        pgo: { format: 'gcc', binary: 'machine', profile: 'machine.afdo', ...extra },
      },
    },
    capture: { seconds: 0.2 },
    gate: { max_pairs: 4 },
  });

const project = new Project();
afterAll(() => project.remove());

beforeAll(async () => {
  project.write({
    'first/machine.cpp': program,
    'first/.profbound.yml': config(),
    'base/machine.cpp': program,
    'base/.profbound.yml': config(),
    'head/machine.cpp': program.replaceAll('scan', 'survey'),
    'head/.profbound.yml': config(),
  });
  expect(spawnSync('sh', ['-c', build], { cwd: project.path('first') }).status).toBe(0);
  const taken = ['capture', '--rate', '4999', '--out', 'captured', '--', './first/machine', '1'];
  expectCode(await runCli(taken, { cwd: project.folder }), 0);
  const words = ['pgo', '--pprof', 'captured/cpu.pb.gz', '--binary', 'first/machine', '--format', 'gcc'];
  const exported = await runCli([...words, '--out', 'machine.afdo', '--min-samples', '100'], {
    cwd: project.folder,
  });
  expectCode(exported, 0);
  for (const side of ['base', 'head'])
    copyFileSync(project.path('machine.afdo'), project.path(side, 'machine.afdo'));
});

test('says how much of the profile finds its place, before and after, and what is missing', async () => {
  const run = await project.gate('--base', 'dir:base', '--head', 'dir:head');
  expect([0, 2]).toContain(run.code);
  const [note, ...others] = project.result().notes.filter((each) => each.includes('machine.afdo'));
  expect(others).toEqual([]);
  expect(note).toMatch(
    /^machine\.afdo speaks of less of the program after this change: [\d.]+ % of its weight finds its place, and (99\.\d|100) % did before; there is no function _Z4scanPKmi, which has [\d.]+ % of the weight/,
  );
  for (const text of [run.stdout, project.read('out/summary.md'), project.read('out/report.html')]) {
    expect(text.replace(/\s+/g, ' ')).toContain('speaks of less of the program after this change');
  }
  expect(project.result().verdict).not.toBe('fail');
});

test('says nothing where the profile still fits, and why where it cannot be read', () => {
  const file = (side: string) => parseConfig(project.read(`${side}/.profbound.yml`), side);
  const sides = {
    base: { path: 'base', text: '', config: file('base') },
    head: { path: 'head', text: '', config: file('head') },
  };
  const roots = { base: { root: project.path('base') }, head: { root: project.path('head') } };
  const notes = () => stalenessNotes([{ name: 'machine' }], { configs: sides }, () => roots);

  project.write({ 'head/machine.cpp': program.replace('% 64 == 63', '% 61 == 60') });
  expect(spawnSync('sh', ['-c', build], { cwd: roots.head.root }).status).toBe(0);
  expect(notes()).toEqual([]);
  project.write({ 'head/machine.afdo': 'damaged' });
  expect(notes()).toEqual([
    expect.stringMatching(
      /^it is not known how well machine\.afdo fits this change: on head, machine\.afdo: no profile in GCC's/,
    ),
  ]);
});

test("reads LLVM's binary format by the llvm-profdata that is configured, and says so where there is none", async () => {
  const compile =
    'clang++-19 -O2 -gline-tables-only -fdebug-info-for-profiling -Wl,--build-id -o machine machine.cpp';
  const pgo = { format: 'llvm', binary: 'machine', profile: 'machine.prof' };
  const sides = { 'llvm/base': program, 'llvm/head': program.replaceAll('scan', 'survey') };
  for (const [side, text] of Object.entries(sides)) {
    mkdirSync(project.path(side), { recursive: true });
    writeFileSync(project.path(side, 'machine.cpp'), text);
    expect(spawnSync('sh', ['-c', compile], { cwd: project.path(side) }).status).toBe(0);
  }
  const taken = ['capture', '--rate', '4999', '--out', 'llvm/captured', '--', './llvm/base/machine', '1'];
  expectCode(await runCli(taken, { cwd: project.folder }), 0);
  const words = ['--pprof', 'llvm/captured/cpu.pb.gz', '--binary', 'llvm/base/machine', '--format', 'llvm'];
  const more = ['--llvm-profdata', 'llvm-profdata-19', '--min-samples', '100', '--out'];
  for (const side of Object.keys(sides)) {
    const out = `${side}/machine.prof`;
    expectCode(await runCli(['pgo', ...words, ...more, out], { cwd: project.folder }), 0);
  }
  const notesWith = (extra: object) => {
    const configOf = (path: string) => {
      const text = config({ ...pgo, ...extra });
      return { path, text, config: parseConfig(text, path) };
    };
    const configs = { base: configOf('base'), head: configOf('head') };
    const roots = { base: { root: project.path('llvm/base') }, head: { root: project.path('llvm/head') } };
    return stalenessNotes([{ name: 'machine' }], { configs }, () => roots);
  };
  expect(notesWith({ llvm_profdata: 'llvm-profdata-19' })).toEqual([
    expect.stringMatching(
      /^machine\.prof speaks of less of the program after this change: .*; there is no function _Z4scanPKmi/,
    ),
  ]);
  expect(notesWith({})).toEqual([
    expect.stringMatching(/machine\.prof is not text: name the llvm-profdata .*\(pgo\.llvm_profdata\)$/),
  ]);
}, 120_000);
