/** What is added to both sides of a workload, and what of that is said once. */
import { expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/file.js';
import { resolvePlan } from '../../src/config/resolve.js';
import type { Builds } from '../../src/jobs/builds.js';
import { makeWorkloadsReadable } from '../../src/jobs/runtimes.js';
import { never, temporaryFolder } from '../workload/support.js';

/** A workload with a start of each side's own. */
async function readable(base: string, head: string, more = '') {
  const config = (start: string) => {
    const path = '.profbound.yml';
    const text = `version: 1\nworkloads:\n  api: { start: '${start}', ready: 'tcp:localhost:1', load: { http: 'http://localhost' }${more} }\n`;
    return { path, text, config: parseConfig(text, path) };
  };
  const { workloads } = resolvePlan(config(base), config(head));
  const sides = { base: { root: temporaryFolder() }, head: { root: temporaryFolder() } };
  const builds: Builds = { sourcesOf: () => sides, rootsOf: () => null, notes: [] };
  const { workloads: found, runtimes, notes } = await makeWorkloadsReadable(workloads, builds, never);
  return { sides: found[0]?.sides, runtimes: runtimes.get('api'), notes };
}

const flags = '--perf-basic-prof --interpreted-frames-native-stack';

test('each side gets what it lacks', async () => {
  const { sides, runtimes } = await readable('node a.js', `node ${flags} a.js`);
  expect(sides?.base).toMatchObject({ start: 'node a.js', environment: { NODE_OPTIONS: flags } });
  expect(sides?.head).toMatchObject({ start: `node ${flags} a.js`, environment: {} });
  expect(runtimes).toEqual({
    base: { name: 'node', added: [`NODE_OPTIONS: ${flags}`] },
    head: { name: 'node', added: [] },
  });
});

test('a command that something is put around runs on what the other side does', async () => {
  const { sides } = await readable('node a.js', 'exec /opt/around -- sh -c "node a.js"');
  expect(sides?.head.environment).toEqual({ NODE_OPTIONS: flags });
});

test('what holds for both sides is said once', async () => {
  const command = 'NODE_OPTIONS=--no-warnings npm start';
  expect((await readable(command, command)).notes).toEqual([
    expect.stringMatching(/^api: nothing was added to NODE_OPTIONS, since/),
  ]);
  expect((await readable('node a.js', command)).notes).toEqual([
    expect.stringMatching(/^api \(head\): nothing was added to NODE_OPTIONS, since/),
  ]);
});

test('runtime: none leaves both alone', async () => {
  const { sides, runtimes } = await readable('node a.js', 'node b.js', ', runtime: none');
  expect([sides?.base.environment, sides?.head.environment]).toEqual([{}, {}]);
  expect(runtimes?.base).toEqual({ name: null, added: [] });
});
