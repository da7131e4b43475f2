/** The workflows to copy, run by act as a runner would: on a repository with real commits, with artifacts on a server. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { bundleSchema } from '../../src/bundle/schema.js';
import { type GitHubServer, startGitHubServer } from '../publish/github-server/server.js';
import { type ActRun, ActWorld, actObstacle, installAct } from './act.js';
import { configuration, expectCode, nothingSmall, Project, service } from './project.js';
import { roundsByProfile } from './rounds.js';

const obstacle = actObstacle();
const rounds = 150_000;
const repository = 'acme/shop';

let upstream: Project;
let server: GitHubServer;
let world: ActWorld;

/** A repository with a change that makes it slower, merged as GitHub does for pull_request. */
function prepare(): { head: string } {
  upstream.write({
    'service.cjs': service(rounds),
    '.profbound.yml': configuration(
      { warmup: '300ms', capture: { seconds: 0.6, off_cpu: false } },
      nothingSmall,
    ),
    '.gitignore': '.profbound/\n',
  });
  upstream.git('init', '-q');
  upstream.commit('base');
  upstream.git('checkout', '-q', '-b', 'slow');
  const head = upstream.write({ 'service.cjs': service(5 * rounds) }).commit('slow');
  upstream.git('checkout', '-q', 'main');
  upstream.git('merge', '-q', '--no-ff', '-m', 'merge', 'slow');
  return { head };
}

const pullRequest = (head: string, from: string, rest: object = {}) => ({
  ...rest,
  repository: { default_branch: 'main', full_name: repository },
  pull_request: {
    number: 7,
    head: { sha: head, ref: 'slow', repo: { full_name: from } },
    base: { ref: 'main' },
  },
});

describe('with act', () => {
  if (obstacle !== null) {
    test(`nothing was run: ${obstacle}`, () => expect(obstacle).toMatch(/^Go /));
    return;
  }

  let act: string;
  beforeAll(() => {
    act = installAct();
  }, 900_000);
  beforeEach(async () => {
    server = await startGitHubServer({ repository });
    upstream = new Project();
    world = new ActWorld(act, upstream);
  });
  afterEach(async () => {
    await server.close();
    expect(upstream.remains()).toEqual([]);
    upstream.remove();
    world.remove();
    expect(server.violations).toEqual([]);
  });

  const common = { repository, runId: 77 };

  test('perf-gate.yml fails a slower pull request, comments, and leaves its artifacts', async () => {
    const { head } = prepare();
    const payload = pullRequest(head, repository);
    const run = await world.run({
      ...common,
      workflow: 'perf-gate.yml',
      event: 'pull_request',
      payload,
      apiUrl: server.url,
    });
    expectCode(run, 1);
    expect(run.stdout).toContain('profbound: fail');
    expect(run.artifacts).toEqual(
      expect.arrayContaining(['profbound-gate-1-bundle', 'profbound-gate-1.html']),
    );
    const files = run.artifact('profbound-gate-1-bundle');
    const manifest = bundleSchema.parse(JSON.parse(String(files.get('bundle.json'))));
    expect(manifest.refs.head.commit).toBe(upstream.git('rev-parse', 'HEAD'));
    expect(manifest.workloads[0]?.captures.length).toBeGreaterThanOrEqual(8);
    expect(String(run.archive('profbound-gate-1.html'))).toContain('<span class="word">Fail</span>');
    expect(server.comments.list.map(({ body }) => body)).toEqual([expect.stringMatching(/\*\*Fail\*\*/)]);

    const fork = await world.run({
      ...common,
      workflow: 'perf-gate.yml',
      event: 'pull_request',
      payload: pullRequest(head, 'mallory/shop'),
      apiUrl: server.url,
      runId: 78,
    });
    expectCode(fork, 0);
    expect(fork.artifacts).toEqual([]);
  }, 240_000);

  test("perf-measure.yml measures a fork's pull request without rights, perf-report.yml publishes it without its code", async () => {
    const { head } = prepare();
    const base = upstream.git('rev-parse', 'HEAD^1');
    const merge = upstream.git('rev-parse', 'HEAD');
    const label = { action: 'labeled', label: { name: 'measure performance' } };
    const measured = await world.run({
      ...common,
      workflow: 'perf-measure.yml',
      event: 'pull_request',
      payload: pullRequest(head, 'mallory/shop', label),
      apiUrl: server.url,
    });
    expectCode(measured, 1);
    const name = 'profbound-measure-1-bundle';
    expect(measured.artifacts).toContain(name);
    expect(server.operations).toEqual([]);

    const { runs } = server;
    const repo = { ref: 'slow', repository: 'mallory/shop' };
    runs.pulls.push({ number: 7, state: 'open', head: { ...repo, sha: head }, base: { ref: 'main' } });
    runs.commits.set(merge, [base, head]);
    runs.branches.set('main', base);
    runs.files.set(`${base}:.profbound.yml`, upstream.git('show', `${base}:.profbound.yml`));
    runs.artifacts.push({ id: 1, run: common.runId, name, bytes: measured.archive(name) });
    // What stands here is not read: neither the fork's code nor its configuration.
    upstream.write({ '.profbound.yml': 'version: 0', 'service.cjs': 'process.exit(1)' });
    const reported = await world.run({
      ...common,
      workflow: 'perf-report.yml',
      event: 'workflow_run',
      payload: {
        repository: { default_branch: 'main', full_name: repository },
        workflow_run: {
          id: common.runId,
          run_attempt: 1,
          event: 'pull_request',
          conclusion: 'failure',
          head_sha: head,
          head_branch: 'slow',
          head_repository: { full_name: 'mallory/shop' },
          created_at: '2020-01-01T00:00:00Z',
        },
      },
      apiUrl: server.url,
      runId: 79,
    });
    expectCode(reported, 1);
    expect(server.comments.list.map(({ body }) => body)).toEqual([expect.stringMatching(/\*\*Fail\*\*/)]);
    expect(server.comments.list[0]?.body).toContain('measured by run 77 of mallory/shop');
    const verdictOf = (run: ActRun, job: string): unknown =>
      /<span class="word">(\w+)<\/span>/.exec(String(run.archive(`profbound-${job}-1.html`)))?.[1];
    expect([verdictOf(measured, 'measure'), verdictOf(reported, 'report')]).toEqual(['Fail', 'Fail']);
  }, 240_000);

  // Attestations are GitHub's own; test/publish/proposal.test.ts runs the last step of the other job.
  test('nightly-pgo.yml makes a profile, proves it, and leaves it for the job that may write', async () => {
    upstream.write({ ...roundsByProfile(), '.gitignore': '.profbound/\n' });
    upstream.git('init', '-q');
    upstream.commit('base');
    const run = await world.run({
      ...common,
      workflow: 'nightly-pgo.yml',
      job: 'profile',
      event: 'schedule',
      payload: { repository: { default_branch: 'main', full_name: repository } },
      apiUrl: server.url,
    });
    expectCode(run, 0);
    expect(run.stdout).toContain('profiles/rounds.prof is published');
    expect(run.artifacts).toEqual(['profbound-profile-1-profiles', 'profbound-profile-1.html']);
    expect([...run.artifact('profbound-profile-1-profiles').keys()].sort()).toEqual([
      'profiles/rounds.prof',
      'profiles/rounds.prof.provenance.json',
    ]);
    expect(server.operations).toEqual([]);
  }, 240_000);
});
