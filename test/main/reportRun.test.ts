/** `mode: report` against GitHub on the loopback interface: whose run it was and what is tolerated is asked, what was measured is judged. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openBundle } from '../../src/bundle/reader.js';
import { reevaluate } from '../../src/jobs/report.js';
import { runAction } from '../../src/main/runAction.js';
import { renderJson } from '../../src/report/json.js';
import { zipOf } from '../bundle/zipWriter.js';
import {
  baseConfig,
  commits,
  forkPull,
  knowMeasured,
  measuredBundle,
  measuringRun,
} from '../publish/fork.js';
import { faultAnswer } from '../publish/github-server/server.js';
import { openWorld, type World } from '../publish/world.js';
import { hostileNames } from '../report/hostile.js';

const { head, mergedInto, merge, tip } = commits;

let sound: Buffer;
beforeAll(() => {
  sound = measuredBundle();
});

let world: World;
let environment: Record<string, string>;
beforeEach(async () => {
  world = await openWorld();
  knowMeasured(world.server.runs, sound);
  environment = {
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_EVENT_NAME: 'workflow_run',
    GITHUB_EVENT_PATH: join(world.directory, 'event.json'),
    GITHUB_SHA: tip,
    GITHUB_JOB: 'report',
    GITHUB_API_URL: world.server.url,
    GITHUB_STEP_SUMMARY: join(world.directory, 'summary.md'),
    INPUT_MODE: 'report',
    INPUT_TOKEN: 't0ken',
    TMPDIR: join(world.directory, 'tmp'),
  };
  mkdirSync(environment.TMPDIR as string);
  Object.assign(process.env, environment);
});
afterEach(async () => {
  for (const name of Object.keys(environment)) delete process.env[name];
  process.exitCode = undefined;
  // What was downloaded is gone.
  expect(readdirSync(environment.TMPDIR as string)).toEqual([]);
  await world.close();
  expect(world.server.violations).toEqual([]);
});
async function report(run: object = {}, event: object = {}): Promise<number> {
  writeFileSync(
    join(world.directory, 'event.json'),
    JSON.stringify({ workflow_run: { ...measuringRun, ...run }, ...event }),
  );
  return runAction({
    env: process.env,
    cwd: world.directory,
    signal: new AbortController().signal,
    gate: () => Promise.reject(new Error('nothing is measured where reports are published')),
    pgo: () => Promise.reject(new Error('no profile was asked for')),
  });
}
const printed = (): string => world.printed.join('');
const bodies = (): string[] => world.server.comments.list.map(({ body }) => body);
const measured = (bytes: Buffer): void => {
  world.server.runs.artifacts[0] = { id: 1, run: 55, name: 'profbound-measure-1-bundle', bytes };
};

describe('a verdict', () => {
  test("is published at the fork's pull request, and says whose figures and whose gate it is", async () => {
    expect(await report()).toBe(1);
    expect(bodies()).toEqual([expect.stringMatching(/^<!-- profbound:[0-9a-f]{16} -->\n\*\*Fail\*\*/)]);
    expect(bodies()[0]).toContain('f03');
    expect(bodies()[0]).toMatch(
      /measured by run 55 of mallory\/shop at b{40}: the figures are that run's own, the gate is that of main \(d{12}\)/,
    );
    expect(world.outputs().verdict).toBe('fail');
    expect(world.summary()).toMatch(/^\*\*Fail\*\*/);
    expect([...world.server.artifacts.finished.keys()]).toContain('profbound-report-1-bundle');
    // What was published can be recomputed by whoever reads it.
    const { result, bundle } = world.outputs() as { result: string; bundle: string };
    expect(renderJson(reevaluate(bundle).result)).toBe(readFileSync(result, 'utf8'));
    expect(openBundle(bundle).manifest.workloads[0]?.policy.totalMargin).toBe(0.03);
  });

  test('rests on what base tolerates, not on what the bundle says', async () => {
    const loose = measuredBundle({
      change: (manifest) => ({
        ...manifest,
        workloads: manifest.workloads.map((workload) => ({
          ...workload,
          policy: { ...workload.policy, totalMargin: 10, functionMargin: 10 },
          waivers: [{ at: 'x', time: 'cpu', function: null, max: 10, reason: 'r', expires: '2099-01-01' }],
        })),
      }),
    });
    measured(loose);
    expect(await report()).toBe(1);
    expect(bodies()[0]).toMatch(
      /the bundle is of another policy than main \(d{12}\), which was applied \(gate\.total\.margin: 3 % instead of 1000 %/,
    );
  });

  test("takes base's waivers, where they are kept", async () => {
    process.env.INPUT_CONFIG = 'ci/gate.yml';
    environment.INPUT_CONFIG = 'ci/gate.yml';
    const { files } = world.server.runs;
    files.set(`${tip}:ci/gate.yml`, baseConfig);
    const waivers = 'version: 1\nwaivers: [{ total: true, max: 90%, reason: r, expires: 2026-12-31 }]\n';
    files.set(`${tip}:ci/.profbound-waivers.yml`, waivers);
    await report();
    const { waivers: applied } = openBundle(world.outputs().bundle ?? '').manifest.workloads[0] ?? {};
    expect(applied).toMatchObject([{ at: 'base:ci/.profbound-waivers.yml:2:11', max: 0.9 }]);
  });

  test('does without a configuration of base, by the defaults', async () => {
    world.server.runs.files.clear();
    expect(await report()).toBe(1);
    expect(bodies()[0]).toMatch(/main \(d{12}\) has no configuration: the default margins were applied/);
  });

  test('a second report updates the comment', async () => {
    await report();
    await report();
    expect(world.server.comments.list).toHaveLength(1);
  });

  test('of the last attempt is taken', async () => {
    world.server.runs.artifacts.unshift(
      { id: 2, run: 55, name: 'profbound-measure-10-bundle', bytes: sound },
      { id: 3, run: 55, name: 'profbound-measure-9-bundle', bytes: Buffer.from('older') },
      { id: 4, run: 55, name: 'profbound-measure-10.html', bytes: Buffer.from('a page') },
      { id: 5, run: 55, name: 'other-measure-11-bundle', bytes: Buffer.from("another job's") },
      { id: 6, run: 56, name: 'profbound-measure-12-bundle', bytes: Buffer.from("another run's") },
    );
    expect(await report()).toBe(1);
  });
});

describe('which pull request', () => {
  test('of a fork whose commits the repository does not know', async () => {
    world.server.runs.knowsCommitsOfForks = false;
    expect(await report()).toBe(1);
    expect(bodies()).toHaveLength(1);
  });

  test('none any more: closed, or with newer commits', async () => {
    const { pulls } = world.server.runs;
    pulls[0] = { ...forkPull, state: 'closed' };
    pulls[1] = { ...forkPull, number: 8, head: { ...forkPull.head, sha: tip } };
    expect(await report()).toBe(0);
    expect(printed()).toContain('::notice::no open pull request has the commit that was measured');
    expect([bodies(), world.summary(), world.outputs()]).toEqual([[], '', {}]);
  });

  test('several: nothing tells which', async () => {
    world.server.runs.pulls.push({ ...forkPull, number: 9 });
    expect(await report()).toBe(3);
    expect(printed()).toMatch(
      /::error::the pull requests #7 and #9 are of the same branch and its last commit/,
    );
    expect(bodies()).toEqual([]);
  });

  test('not one that somebody else opened of the same commit, be it the only one left', async () => {
    const { pulls } = world.server.runs;
    pulls.push({ ...forkPull, number: 8, head: { ...forkPull.head, repository: 'eve/shop' } });
    pulls.push({ ...forkPull, number: 9, head: { ...forkPull.head, ref: 'other' } });
    pulls.push({ ...forkPull, number: 10, head: { ...forkPull.head, repository: null } });
    expect(await report()).toBe(1);
    expect(bodies()).toHaveLength(1);
    pulls.shift();
    expect(await report()).toBe(0);
    expect(bodies()).toHaveLength(1);
  });

  test.each([
    ['a sound one', () => sound, 0],
    ['a broken one', () => Buffer.from('GIF89a'), 3],
  ])('that got newer commits while the bundle was judged: nothing is said of %s', async (_, bytes, code) => {
    measured(bytes());
    const { pulls } = world.server.runs;
    world.server.fault = (operation) => {
      if (operation === 'GetArchive') pulls[0] = { ...forkPull, head: { ...forkPull.head, sha: tip } };
      return null;
    };
    expect(await report()).toBe(code);
    expect([bodies(), world.summary(), world.outputs()]).toEqual([[], '', {}]);
  });

  test('where GitHub does not say whether there are newer commits, there is a verdict, and a warning', async () => {
    let asked = 0;
    world.server.fault = (operation) =>
      operation === 'repos/list-pull-requests-associated-with-commit' && asked++ > 0
        ? faultAnswer(403, 'no more')
        : null;
    expect(await report()).toBe(1);
    expect(bodies()).toHaveLength(1);
    expect(printed()).toMatch(/::warning::could not ask whether the pull request has newer commits/);
  });

  test.each([
    ['a bundle of another commit', merge, [mergedInto, tip], /is of c{40}, which is no merge of b{40}/],
    ['a bundle of a commit that is no merge', merge, [head], /which is no merge of b{40}/],
  ])('not that of %s', async (_, commit, parents, message) => {
    world.server.runs.commits.set(commit, parents);
    expect(await report()).toBe(3);
    expect(printed()).toMatch(message);
    expect(bodies()).toEqual([expect.stringMatching(/\*\*No verdict\*\*[\s\S]*which is no merge/)]);
  });

  test('where it cannot be checked, or base is another, a note says so', async () => {
    world.server.runs.commits.set(merge, [tip, head]);
    await report();
    expect(bodies()[0]).toMatch(
      /compared with a{12}, not with d{12}, which the pull request was merged into/,
    );
    world.server.runs.commits.clear();
    await report();
    expect(bodies()[0]).toMatch(/that c{12} is this pull request could not be checked/);
    measured(
      measuredBundle({
        change: (manifest) => ({
          ...manifest,
          refs: { ...manifest.refs, head: { ...manifest.refs.head, commit: head } },
        }),
      }),
    );
    await report();
    expect(bodies()[0]).not.toMatch(/could not be checked/);
    expect(bodies()[0]).toMatch(
      /its last commit itself was measured, not its merge, and compared with a{12}/,
    );
  });

  test('no other event, and no run of another event', async () => {
    expect(await report({ event: 'push' })).toBe(3);
    expect(printed()).toMatch(/::error::the run 55 was started by push/);
    process.env.GITHUB_EVENT_NAME = 'pull_request';
    expect(await report()).toBe(3);
    expect(printed()).toMatch(/::error::mode: report publishes what another run measured/);
    expect(world.server.operations).toEqual([]);
  });
});

describe('no bundle', () => {
  test('because measuring failed: the comment says so, with a link to the log', async () => {
    world.server.runs.artifacts.length = 0;
    expect(await report()).toBe(4);
    expect(bodies()).toEqual([
      expect.stringMatching(
        /\*\*No verdict\*\*[\s\S]*left no bundle.*https:\/\/github\.com\/acme\/shop\/actions\/runs\/55/,
      ),
    ]);
  });

  test.each(['cancelled', 'skipped'])('because it was %s: nobody is told', async (conclusion) => {
    world.server.runs.artifacts.length = 0;
    expect(await report({ conclusion })).toBe(0);
    expect(bodies()).toEqual([]);
  });

  test.each([
    ['expired', { expired: true }, /is expired: measure again/],
    ['too large', { size: 2 ** 31 }, /has more than 512 MB/],
  ])('that is not %s', async (_, change, message) => {
    const { artifacts } = world.server.runs;
    artifacts[0] = { id: 1, run: 55, name: 'profbound-measure-1-bundle', bytes: sound, ...change };
    expect(await report()).toBe(3);
    expect(printed()).toMatch(message);
    expect(world.server.operations).not.toContain('GetArchive');
  });

  test('but several', async () => {
    const { artifacts } = world.server.runs;
    artifacts.push({ id: 2, run: 55, name: 'profbound-other-1-bundle', bytes: sound });
    expect(await report()).toBe(3);
    expect(printed()).toMatch(/left 2 bundles .* give each measuring job its own artifact-name/);
  });

  test('that arrives', async () => {
    world.server.fault = (operation) => (operation === 'GetArchive' ? faultAnswer(500, 'broken') : null);
    expect(await report()).toBe(4);
    expect(printed()).toMatch(
      /::error::could not download artifact profbound-measure-1-bundle: the store answered 500/,
    );
    expect(bodies()).toEqual([expect.stringContaining('**No verdict**')]);
  });

  test('because the token may not read it', async () => {
    world.server.fault = (operation) =>
      operation.startsWith('actions/') ? faultAnswer(403, 'Resource not accessible by integration') : null;
    expect(await report()).toBe(4);
    expect(printed()).toMatch(/Resource not accessible by integration.*actions: read/);
  });
});

describe('a bundle that means no good', () => {
  test.each([
    [
      'no archive',
      Buffer.from('GIF89a'),
      /artifact profbound-measure-1-bundle is not the archive of a bundle/,
    ],
    ['a name that leads out', zipOf([{ name: '../../.bashrc', bytes: 'x' }]), /invalid relative path/],
    ['another schema', zipOf([{ name: 'bundle.json', bytes: '{"schema":"x"}' }]), /has schema \\?"x\\?"/],
  ])('%s: refused', async (_, bytes, message) => {
    measured(bytes);
    expect(await report()).toBe(3);
    expect(printed()).toMatch(message);
    expect(bodies()).toEqual([expect.stringContaining('**No verdict**')]);
    expect(world.outputs()).toEqual({});
  });

  test('with text that would be markup, a mention or a command: shown as text', async () => {
    const text = [
      '@everyone',
      '::set-output name=verdict::pass',
      ...hostileNames.filter(({ length }) => length < 2000),
    ];
    measured(
      measuredBundle({
        change: (manifest) => ({
          ...manifest,
          notes: text.slice(0, 90),
          refs: { ...manifest.refs, head: { ...manifest.refs.head, name: text.join('\n').slice(0, 2000) } },
        }),
      }),
    );
    expect(await report()).toBe(1);
    const outside = (bodies()[0] ?? '')
      .split('\n')
      .slice(1)
      .join('\n')
      .replace(/`[^`\n]*`/g, '');
    expect(outside).not.toMatch(/@(?!<!--)|<script|<img|<svg|\p{Cc}(?<!\n)|\u202e/u);
    expect(printed()).not.toMatch(/^\s*::set-output/m);
  });
});
