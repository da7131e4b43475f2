/** Whatever goes wrong: one message with what and where, the right exit code, and nothing left behind. */
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { configuration, Project, type Run, runCli, service } from './project.js';

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

/** A gate of a folder against itself. */
async function gate(files: Readonly<Record<string, string>>): Promise<Run> {
  project.write({ 'service.cjs': service(20_000), ...files });
  const run = await project.gate('--base', 'dir:.', '--head', 'dir:.');
  expect(project.remains()).toEqual([]);
  return run;
}

describe('a wrong configuration or command line ends in exit code 3', () => {
  test('unknown key', async () => {
    const run = await gate({ '.profbound.yml': configuration({ redy: 'x' }) });
    expect(run).toMatchObject({ code: 3, stdout: '' });
    expect(run.stderr).toMatch(
      /\.profbound\.yml:\d+:\d+: unknown key redy in workloads\.api; did you mean ready\?\n$/,
    );
  });

  test('wrong unit', async () => {
    const run = await gate({ '.profbound.yml': configuration({ warmup: 5 }) });
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/:\d+:\d+: workloads\.api\.warmup: 5 is not a duration: .*for instance 5s/);
  });

  test('missing ref', async () => {
    project.write({ 'service.cjs': service(20_000), '.profbound.yml': configuration() });
    project.git('init', '-q');
    project.commit('start');
    const run = await project.gate('--base', 'no-such-branch');
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('no-such-branch');
    expect(project.remains()).toEqual([]);
  });

  test('the same commit on both sides is warned of', async () => {
    project.write({ 'service.cjs': service(20_000) });
    project.git('init', '-q');
    const commit = project.commit('start');
    const run = await project.gate();
    expect(run.stderr).toContain(`warning: base and head are the same commit, ${commit.slice(0, 12)}`);
    expect(run.stderr).toContain('there is no .profbound.yml in head');
    expect(run.code).toBe(3);
  });

  test('CPUs that are not there, before anything is built', async () => {
    const config = configuration({ build: 'exit 1', capture: { cpus: { service: '0-4095' } } });
    const run = await gate({ '.profbound.yml': config });
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/head:\.profbound\.yml:\d+:\d+: capture\.cpus\.service: 0-4095: /);
  });

  test.each(['/proc', '/proc/profbound'])('an output folder that cannot be made: %s', async (out) => {
    project.write({ 'service.cjs': service(20_000), '.profbound.yml': configuration() });
    const words = ['gate', '--base', 'dir:.', '--head', 'dir:.', '--out', out];
    const run = await runCli(words, { cwd: project.folder });
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/cannot make the output folder \/proc\/.*name another one with --out\n$/);
  });

  test('no configuration', async () => {
    const run = await gate({});
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('there is no .profbound.yml in head');
  });

  test('an output folder that holds something else under the name of the bundle', async () => {
    const run = await gate({ '.profbound.yml': configuration(), 'out/bundle/config': 'of another tool' });
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('is not a bundle and would be replaced');
    expect(project.read('out/bundle/config')).toBe('of another tool');
  });
});

describe('what could not be measured ends in exit code 4', () => {
  test('the build fails', async () => {
    const run = await gate({ '.profbound.yml': configuration({ build: 'echo missing part >&2; exit 7' }) });
    expect(run.code).toBe(4);
    expect(run.stderr).toMatch(/the build of base failed \(exit code 7\).*\n {4}missing part\n/);
  });

  test('the service is never ready', async () => {
    const config = configuration({ ready: 'log:^never printed$', ready_timeout: '500ms' });
    const run = await gate({ '.profbound.yml': config });
    expect(run.code).toBe(4);
    expect(run.stderr).toMatch(/the service of api \((base|head)\) was not ready within 0\.5 s/);
  });

  test('the service cannot start', async () => {
    const run = await gate({ '.profbound.yml': configuration({ start: 'echo no disk; exit 9' }) });
    expect(run.code).toBe(4);
    expect(run.stderr).toMatch(
      /the service of api \((base|head)\) ended during its start \(exit code 9\).*\n {4}no disk\n/,
    );
  });

  test('the service dies in the middle of a capture; the captures before it are kept', async () => {
    const dying = `
const { readFileSync, writeFileSync } = require('node:fs');
const starts = 1 + Number(readFileSync('starts', 'utf8'));
writeFileSync('starts', String(starts));
const working = work;
let asked = 0;
work = (rounds) => {
  // The load has begun, and has most of the capture before it: the first of the second pair, behind the two of the pilot.
  if (++asked === 20 && starts === 5) { console.error('out of luck'); process.abort(); }
  return working(rounds);
};
`;
    const config = configuration({ warmup: '0s', capture: { seconds: 1 } });
    const run = await gate({ '.profbound.yml': config, 'service.cjs': service(20_000, dying), starts: '0' });
    expect(run.code).toBe(4);
    expect(run.stderr).toMatch(/the service of api \((base|head)\) ended during .*SIGABRT/);
    expect(run.stderr).toContain('out of luck');
    expect(run.stderr).toMatch(/finished captures kept in .*: 2;/);
    const [workload] = project.bundle().workloads;
    expect(workload?.captures).toHaveLength(2);
    expect(workload?.stop?.reason).toBe('error');
  });

  test('the load fails', async () => {
    const config = configuration({ load: 'echo cannot connect; exit 5', units: { regex: '(\\d+) done' } });
    const run = await gate({ '.profbound.yml': config });
    expect(run.code).toBe(4);
    expect(run.stderr).toMatch(/the load of api \((base|head)\).*exit code 5.*\n {4}cannot connect\n/);
  });

  test('the load does not print its units', async () => {
    const config = configuration({ load: 'echo all went well', units: { regex: '(\\d+) done' } });
    const run = await gate({ '.profbound.yml': config });
    expect(run.code).toBe(4);
    expect(run.stderr).toMatch(
      /units of api \((base|head)\): .* found nothing in the output\n {4}all went well\n/,
    );
  });

  test('the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const run = await gate({ '.profbound.yml': configuration({ port }) });
    await new Promise((resolve) => server.close(resolve));
    expect(run.code).toBe(4);
    expect(run.stderr).toContain(`port ${port}`);
  });
});

test('a load that does no unit of work proves nothing: inconclusive, naming the workload', async () => {
  const config = configuration({ load: 'sleep ${SECONDS}; echo 0 done', units: { regex: '(\\d+) done' } });
  const run = await gate({ '.profbound.yml': config });
  expect(run.code).toBe(0);
  expect(run.stdout).toMatch(/^Inconclusive: api: (base|head) did no work in the pilot/);
  expect(run.stderr).toContain('warning: inconclusive');
});
