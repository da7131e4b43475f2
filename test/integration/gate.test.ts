/** Real gates on small services: verdict, files, what is left behind. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { configuration, expectCode, Project, runCli, service } from './project.js';

const patch = `--- a/service.cjs
+++ b/service.cjs
@@ -1,6 +1,6 @@
 const { createServer } = require('node:http');
 function work(rounds) {
   let sum = 0;
-  for (let round = 0; round < rounds; round++) sum = (sum * 31 + round) % 65537;
+  for (let round = 0; round < 15 * rounds; round++) sum = (sum * 31 + round) % 65537;
   return sum;
 }
`;

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

describe('a slower head', () => {
  test('fails, names the function, and leaves files that agree with each other', async () => {
    project.write({
      'base/service.cjs': service(20_000),
      'base/.profbound.yml': configuration(),
      'head/service.cjs': service(300_000),
      'head/.profbound.yml': configuration(),
    });
    const run = await project.gate('--base', 'dir:base', '--head', 'dir:head', '--json');
    expectCode(run, 1);
    expect(project.remains()).toEqual([]);

    const result = project.result();
    expect(run.stdout).toBe(project.read('out/result.json'));
    expect(result).toMatchObject({ verdict: 'fail', design: 'paired', workloads: [{ pairs: 4 }] });
    const work = result.workloads[0]?.functions.find(({ name }) => name === 'work');
    expect(work).toMatchObject({ class: 'slower', file: 'service.cjs', line: 2 });
    expect(work?.ratio?.lower).toBeGreaterThan(1.05);
    expect(run.stderr).toContain('report: out/report.html');
    expect(project.read('out/report.html')).toContain('work');
    expect(project.read('out/summary.md')).toContain('work');

    const [workload] = project.bundle().workloads;
    expect(workload?.captures).toHaveLength(8);
    expect(workload?.stop?.reason).toMatch(/^(decided|looks_exhausted)$/);

    const again = await runCli(['report', 'out', '--out', 'again', '--json'], { cwd: project.folder });
    expect(again).toMatchObject({ code: 0, stdout: run.stdout });
    for (const file of ['result.json', 'report.html', 'flamegraph-api.svg', 'summary.md']) {
      expect(project.read(`again/${file}`) === project.read(`out/${file}`)).toBe(true);
    }
    for (const { cpuProfile } of workload?.captures ?? []) {
      const file = project.path('out/bundle', cpuProfile);
      const pprof = spawnSync('go', ['tool', 'pprof', '-top', '-nodecount=5', file], { encoding: 'utf8' });
      expect(pprof).toMatchObject({ status: 0, stdout: expect.stringContaining('work') });
    }
  });

  test('as a patch on the current commit, with the tool started in a subfolder', async () => {
    project.write({
      'svc/service.cjs': service(20_000),
      'svc/.profbound.yml': configuration(),
      'svc/slow.patch': patch,
    });
    project.git('init', '-q');
    const commit = project.commit('start');
    const run = await runCli(['gate', '--patch', 'slow.patch'], { cwd: project.path('svc') });
    expectCode(run, 1);
    expect(run.stdout).toContain('work');
    expect(project.remains()).toEqual([]);
    const { refs } = JSON.parse(readFileSync(project.path('svc/.profbound/result.json'), 'utf8'));
    expect(refs).toMatchObject({ base: { commit }, head: { commit: null } });
  });
});

describe('the same code on both sides', () => {
  test('does not fail, and head cannot loosen its own gate', async () => {
    project.write({ 'service.cjs': service(40_000), '.profbound.yml': configuration() });
    project.git('init', '-q');
    const base = project.commit('start');
    project.write({ '.profbound.yml': configuration().replace('"max_pairs": 4', '"max_pairs": 5') });
    const head = project.commit('more pairs');
    const run = await project.gate('--base', base, '--head', 'HEAD');
    expectCode(run, 0);
    expect(project.remains()).toEqual([]);
    const result = project.result();
    expect(result.verdict).not.toBe('fail');
    expect(result.refs).toMatchObject({ base: { commit: base }, head: { commit: head } });
    expect(result.workloads[0]?.pairs).toBe(4);
    expect(result.notes.join()).toContain("base's gate was applied");
  });

  test('exits 2 when an inconclusive verdict is to fail', async () => {
    // One pair decides nothing, and the budget ends after it.
    const strict = configuration().replace('"max_pairs": 4', '"budget": "1s", "on_inconclusive": "fail"');
    project.write({ 'service.cjs': service(20_000), '.profbound.yml': strict });
    const run = await project.gate('--base', 'dir:.', '--head', 'dir:.');
    expectCode(run, 2);
    expect(project.result()).toMatchObject({ verdict: 'inconclusive' });
  });
});

test('a batch program is measured in runs', async () => {
  const program = (rounds: number): string => `let sum = 0;
function work() { for (let round = 0; round < ${rounds}; round++) sum = (sum * 31 + round) % 65537; }
work();
`;
  const batch = configuration({
    start: null,
    ready: null,
    load: null,
    warmup: null,
    batch: 'node --perf-basic-prof job.cjs',
  });
  project.write({
    'base/job.cjs': program(1_000_000),
    'base/.profbound.yml': batch,
    'head/job.cjs': program(100_000_000),
    'head/.profbound.yml': batch,
  });
  const run = await project.gate('--base', 'dir:base', '--head', 'dir:head');
  expectCode(run, 1);
  expect(project.result().workloads[0]).toMatchObject({ verdict: 'fail', load: { kind: 'batch' } });
  expect(project.remains()).toEqual([]);
});

test('a load command that prints its units', async () => {
  // A number of requests, not a time: on a busy machine a time may be too short for any.
  const load = `const { get } = require('node:http');
const wanted = Math.round(200 * process.argv[3]);
let answered = 0;
function ask() {
  if (answered === wanted) return console.log('answered', answered);
  get('http://127.0.0.1:' + process.argv[2], (response) => response.resume().on('end', () => { answered++; ask(); }));
}
ask();
`;
  const counted = configuration({
    load: 'node load.cjs ${PORT} ${SECONDS}',
    units: { regex: 'answered (\\d+)' },
  });
  const files = (side: string, rounds: number): Record<string, string> => ({
    [`${side}/service.cjs`]: service(rounds),
    [`${side}/load.cjs`]: load,
    [`${side}/.profbound.yml`]: counted,
  });
  project.write({ ...files('base', 20_000), ...files('head', 300_000) });
  const run = await project.gate('--base', 'dir:base', '--head', 'dir:head');
  expectCode(run, 1);
  expect(project.result().workloads[0]?.load).toMatchObject({ kind: 'command', loop: 'unknown' });
});
