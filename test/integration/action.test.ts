/** The built Action as a runner starts it, with GitHub on the loopback interface. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { botAccount, type GitHubServer, startGitHubServer } from '../publish/github-server/server.js';
import { expectArtifacts } from './artifacts.js';
import { configuration, expectCode, nothingSmall, service } from './project.js';
import { type ActionRun, type CheckedOut, pullRequestPayload, Upstream } from './runner.js';

/** Enough that `work` is nearly all that the service does. */
const rounds = 300_000;

describe('a pull request that makes it slower', () => {
  let upstream: Upstream;
  let server: GitHubServer;
  beforeAll(async () => {
    server = await startGitHubServer();
    upstream = new Upstream({
      'service.cjs': service(rounds),
      // Long enough that a busy machine cannot stall a whole capture.
      '.profbound.yml': configuration({ warmup: '500ms', capture: { seconds: 1 } }, nothingSmall),
    });
  });
  afterAll(async () => {
    await server.close();
    upstream.remove();
    expect(server.violations).toEqual([]);
  });

  test('fails, and says so wherever somebody looks', async () => {
    const { head, merge } = upstream.pullRequest('slow', { 'service.cjs': service(3 * rounds) });
    const failed = await upstream.run({
      server,
      event: 'pull_request',
      sha: merge,
      payload: pullRequestPayload(head),
    });
    expectCode(failed, 1);
    expect(failed.warnings).toEqual([]);
    expect(failed.outputs.verdict).toBe('fail');
    expect(JSON.parse(failed.outputs.figures ?? '').api).toMatchObject({ verdict: 'fail', slower: ['work'] });
    expect(failed.stdout).toMatch(/^::error::profbound: fail/m);
    expect(failed.summary).toMatch(/^\*\*Fail\*\*: .*`work` \(`service\.cjs:2`\)/);
    expect(failed.workspace.remains()).toEqual([]);

    expect(server.comments.list).toMatchObject([{ user: botAccount, versions: 1 }]);
    const body = server.comments.list[0]?.body ?? '';
    expect(body).toMatch(/^<!-- profbound:[0-9a-f]{16} -->\n\*\*Fail\*\*: .*`work` \(`service\.cjs:2`\)/);
    expect(body).toContain(`[Open the full report](${failed.outputs['report-artifact-url']})`);

    // The merge commit was measured; reviewers look at the pull request's own.
    expect(server.checks.runs).toMatchObject([
      {
        name: 'profbound',
        headSha: head,
        conclusion: 'failure',
        detailsUrl: failed.outputs['report-artifact-url'],
        annotations: [
          { path: 'service.cjs', start_line: 2, annotation_level: 'failure', title: 'work got slower' },
        ],
      },
    ]);
    const { workloads } = expectArtifacts(server, failed, 'profbound-perf-1');
    expect(workloads[0]?.captures.length).toBeGreaterThanOrEqual(8);
    expect(largestDifference(failed.outputs.pprof ?? '')).toBe('work');
  }, 120_000);

  test('in a checkout that is too shallow says what to set', async () => {
    const { head, merge } = upstream.pullRequest('shallow', { 'service.cjs': service(2 * rounds) });
    const run = await upstream.run({
      server,
      event: 'pull_request',
      sha: merge,
      payload: pullRequestPayload(head),
      depth: 1,
    });
    expectCode(run, 3);
    expect(run.stdout).toMatch(/^::error::.*set fetch-depth: 2 in actions\/checkout/m);
    expect(run.outputs).toEqual({});
    expect(run.summary).toMatch(/^\*\*No verdict\*\*[\s\S]*fetch-depth: 2/);
    // What an earlier run said is not this run's.
    expect(server.comments.list.map(({ body }) => body)).toEqual([expect.stringContaining('fetch-depth: 2')]);
    expect(server.checks.runs.at(-1)).toMatchObject({ headSha: head, conclusion: 'failure' });
  });
});

/** The function that `go tool pprof` finds the most growth in. */
function largestDifference(folder: string): string | undefined {
  const [base, head] = ['base', 'head'].map((side) => join(folder, `api.${side}.pb.gz`)) as [string, string];
  const options = ['-top', '-unit=ns', '-diff_base', base, head];
  const { stdout, stderr } = spawnSync('go', ['tool', 'pprof', ...options], { encoding: 'utf8' });
  const lines = stdout.split('\n');
  const first = lines[lines.findIndex((line) => /^\s*flat\s/.test(line)) + 1];
  if (first === undefined) throw new Error(`go tool pprof printed no function: ${stdout}${stderr}`);
  return first.trim().split(/\s+/)[5];
}

/** Everything besides the measurement, which is as short as it can be: after its pilot it is known not to decide in time. */
describe('a gate that stays inconclusive', () => {
  let upstream: Upstream;
  let pull: { readonly head: string; readonly merge: string };
  beforeAll(() => {
    upstream = new Upstream({
      '.profbound.yml': JSON.stringify({
        version: 1,
        workloads: { api: { batch: 'exec sleep 0.2' } },
        capture: { seconds: 0.2, off_cpu: false },
        gate: { budget: '8s', on_inconclusive: 'fail' },
      }),
    });
    pull = upstream.pullRequest('topic', { 'README.md': 'no change of code' });
  });
  afterAll(() => upstream.remove());
  const servers: GitHubServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      await server.close();
      expect(server.violations).toEqual([]);
    }
  });

  /** The verdict is what it is, whatever GitHub does. */
  function expectVerdict(run: ActionRun): void {
    expectCode(run, 2);
    expect(run.outputs.verdict).toBe('inconclusive');
    expect(run.summary).toMatch(/^\*\*Inconclusive\*\*/);
  }

  test('is published without comment and check where there is no pull request', async () => {
    const { head, merge } = pull;
    const queuedOnto = upstream.project.git('rev-parse', `${merge}^`);
    const requests: readonly Omit<CheckedOut, 'server'>[] = [
      {
        event: 'merge_group',
        sha: merge,
        payload: { merge_group: { base_sha: queuedOnto, head_sha: merge } },
      },
      { event: 'push', sha: head, payload: { before: '0'.repeat(40), after: head } },
      { event: 'schedule', sha: head },
      { event: 'workflow_dispatch', sha: head },
    ];
    await Promise.all(
      requests.map(async (request) => {
        const server = await startGitHubServer();
        servers.push(server);
        const run = await upstream.run({ ...request, server, depth: 0 });
        expectVerdict(run);
        expect(run.warnings).toEqual([]);
        expect([...server.artifacts.finished.keys()].sort()).toEqual([
          'profbound-perf-1-bundle',
          'profbound-perf-1.html',
        ]);
        expect(server.operations.filter((name) => /^(issues|checks|repos|graphql)/.test(name))).toEqual([]);
      }),
    );
  });

  test('with Gitea has a commit status, paths, and a warning for what is missing', async () => {
    const server = await startGitHubServer({
      isGitea: true,
      viewer: { login: 'gitea-actions', type: 'Bot' },
    });
    servers.push(server);
    const run = await upstream.run({
      server,
      event: 'pull_request',
      sha: pull.merge,
      payload: pullRequestPayload(pull.head),
      environment: { GITHUB_SERVER_URL: 'https://git.example.org' },
    });
    expectVerdict(run);
    expect(run.warnings).toEqual([
      expect.stringMatching(/^could not upload the report \(.*\), the bundle \(.*\): .* on the runner$/),
      expect.stringMatching(/^could not make the check run: .* a commit status stands in for it/),
    ]);
    expect(server.checks.statuses).toMatchObject([
      { sha: pull.head, state: 'failure', context: 'profbound' },
    ]);
    expect(server.comments.list.map(({ body }) => body)).toEqual([
      expect.stringMatching(/^<!-- .* -->\n\*\*Inconclusive\*\*/),
    ]);
  });
});
