/** A user without capabilities: the perf backend, and the report says what it cannot see. */
import { chmodSync, chownSync, cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { brief, configuration, expectCode, Project, runCli, service } from './project.js';

const nobody = 65534;
const isRoot = process.getuid?.() === 0;

/** A process whose number had another user's has to write its map where that one's still lies: Node then ends at once. */
beforeAll(() => {
  for (const name of readdirSync('/tmp')) {
    const pid = /^perf-(\d+)\.map$/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(`/tmp/${name}`, { force: true });
  }
});

let project: Project;
beforeEach(() => {
  project = new Project();
  // The checkout may be unreadable to others.
  cpSync('dist', project.path('dist'), { recursive: true });
  project.write({ 'service.cjs': service(20_000), '.profbound.yml': configuration(brief) });
  if (isRoot) chownSync(project.folder, nobody, nobody);
  chmodSync(project.folder, 0o755);
});
afterEach(() => project.remove());

function runAsOrdinaryUser(...words: readonly string[]) {
  return runCli(words, {
    cwd: project.folder,
    program: project.path('dist/cli.js'),
    environment: { HOME: project.folder },
    ...(isRoot ? { user: nobody } : {}),
  });
}

test('a gate works with the perf backend and says what it cannot see', async () => {
  const run = await runAsOrdinaryUser('gate', '--base', 'dir:.', '--head', 'dir:.', '--out', 'out', '--json');
  expectCode(run, 0);
  const { capture } = project.result().workloads[0] ?? {};
  expect(capture).toMatchObject({
    backend: 'perf',
    limits: expect.arrayContaining([expect.stringMatching(/kernel/i)]),
  });
  if (Number(readFileSync('/proc/sys/kernel/perf_event_paranoid', 'utf8')) > 1) {
    const report = project.read('out/report.html');
    expect(report).toMatch(
      /Kernel functions are not visible to this user: .*sysctl kernel\.perf_event_paranoid=1 or/,
    );
  }
  expect(project.remains()).toEqual([]);
});

test('asking for the bpf backend ends in exit code 4, naming the capability', async () => {
  const run = await runAsOrdinaryUser(
    'gate',
    '--base',
    'dir:.',
    '--head',
    'dir:.',
    '--backend',
    'bpf',
    '--out',
    'out',
  );
  expectCode(run, 4);
  expect(run.stderr).toMatch(/cap_(bpf|perfmon)/i);
  expect(project.remains()).toEqual([]);
});

test('doctor tells which backend works, with cures for the other', async () => {
  const run = await runAsOrdinaryUser('doctor', '--json');
  expectCode(run, 0);
  const report = JSON.parse(run.stdout);
  expect(report).toMatchObject({ schema: 'profbound/doctor@1', backends: ['perf'] });
  expect(report.checks).toContainEqual(
    expect.objectContaining({
      name: 'cap_bpf',
      status: expect.not.stringMatching('ok'),
      cure: expect.any(String),
    }),
  );
});

test('an output folder that cannot be written is a usage error', async () => {
  const run = await runAsOrdinaryUser(
    'gate',
    '--base',
    'dir:.',
    '--head',
    'dir:.',
    '--out',
    '/usr/profbound-out',
  );
  expectCode(run, 3);
  expect(run.stderr).toContain('name another one with --out');
});
