import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { brief, configuration, expectCode, Project, runCli, service, startCli } from './project.js';

let project: Project;
beforeEach(() => {
  project = new Project();
  project.write({
    'service.cjs': service(20_000),
    '.profbound.yml': configuration(brief, { max_pairs: 60 }),
  });
});
afterEach(() => project.remove());

const words = ['gate', '--base', 'HEAD', '--head', 'HEAD', '--out', 'out'];

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s keeps finished captures, removes everything else and exits with %i', async (signal, code) => {
  project.git('init', '-q');
  project.commit('start');
  const running = startCli(words, { cwd: project.folder });
  await running.saying('pair  2/60');
  running.child.kill(signal);
  const run = await running.ended;
  expectCode(run, code);
  expect(run.stderr).toContain(`interrupted by ${signal}`);
  expect(project.remains()).toEqual([]);
  const [workload] = project.bundle().workloads;
  expect(workload?.stop?.reason).toBe('interrupted');
  expect(workload?.captures.length).toBeGreaterThanOrEqual(3);
  const report = await runCli(['report', 'out', '--json'], { cwd: project.folder });
  expect(report.code).toBe(0);
  expect(JSON.parse(report.stdout)).toMatchObject({ verdict: 'inconclusive' });
});

test('a build is interrupted, too', async () => {
  project.write({ '.profbound.yml': configuration({ build: 'echo building; sleep 60' }) });
  project.git('init', '-q');
  project.commit('start');
  const running = startCli(words, { cwd: project.folder });
  await running.saying('build base');
  running.child.kill('SIGINT');
  expect(await running.ended).toMatchObject({ code: 130 });
  expect(project.remains()).toEqual([]);
});
