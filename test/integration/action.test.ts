/** The built Action on real pull requests, with GitHub on the loopback interface. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { bundleSchema } from '../../src/bundle/schema.js';
import { resultSchema } from '../../src/verdict/result.js';
import {
  botAccount,
  faultAnswer,
  type GitHubServer,
  runtimeToken,
  startGitHubServer,
} from '../publish/github-server/server.js';
import { readOutputs } from '../publish/world.js';
import { readZip } from '../publish/zip.js';
import { configuration, expectCode, Project, type Run, runCli, service } from './project.js';

const action = join(process.cwd(), 'dist', 'action.js');
/** Enough that `work` is most of what the service does. */
const rounds = 150_000;

let upstream: Project;
let server: GitHubServer;
let workspaces: Project[];
beforeEach(async () => {
  server = await startGitHubServer();
  workspaces = [];
  upstream = new Project().write({
    'service.cjs': service(rounds),
    // Long enough that a busy machine cannot stall a whole capture.
    '.profbound.yml': configuration({ warmup: '500ms', capture: { seconds: 1 } }),
  });
  upstream.git('init', '-q');
  upstream.commit('base');
  // GitHub lets a job fetch any commit by its id.
  upstream.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
});
afterEach(async () => {
  await server.close();
  for (const project of [upstream, ...workspaces]) project.remove();
  expect(server.violations).toEqual([]);
});

/** Commits files on a topic branch and merges it as GitHub does for pull_request; the merge commit. */
function pullRequest(name: string, files: Readonly<Record<string, string>>): string {
  upstream.git('checkout', '-q', '-b', name, 'main');
  upstream.write(files).commit(name);
  // Something else lands on main meanwhile: not the pull request's doing.
  upstream.git('checkout', '-q', 'main');
  upstream.write({ [`${name}.txt`]: 'elsewhere' }).commit(`beside ${name}`);
  upstream.git('checkout', '-q', '-b', `${name}-merge`, 'main');
  upstream.git('merge', '-q', '--no-ff', '-m', `merge ${name}`, name);
  return upstream.git('rev-parse', 'HEAD');
}

/** What actions/checkout leaves on pull_request: the merge commit, to a depth. */
function checkOut(merge: string, depth: number): Project {
  const workspace = new Project();
  workspaces.push(workspace);
  workspace.git('init', '-q');
  workspace.git('fetch', '-q', `--depth=${depth}`, `file://${upstream.folder}`, merge);
  workspace.git('checkout', '-q', '--detach', merge);
  return workspace;
}

interface ActionRun extends Run {
  readonly workspace: Project;
  readonly outputs: Record<string, string>;
  readonly summary: string;
}

/** Runs dist/action.js as a runner does: inputs with action.yml's defaults, files to write to, tokens. */
async function runAction(merge: string, attempt: number, depth = 2): Promise<ActionRun> {
  const workspace = checkOut(merge, depth);
  const runner = new Project().write({
    'event.json': JSON.stringify({
      pull_request: { number: 7, head: { repo: { full_name: 'acme/shop' } } },
      repository: { default_branch: 'main' },
    }),
    summary: '',
    outputs: '',
  });
  workspaces.push(runner);
  const { inputs } = parse(readFileSync('action.yml', 'utf8')) as {
    inputs: Record<string, { default?: string }>;
  };
  const given = Object.entries(inputs).map(([name, { default: value = '' }]) => [
    `INPUT_${name.toUpperCase()}`,
    value.replace('${{ github.token }}', 'ghs_t0ken'),
  ]);
  const run = await runCli([], {
    cwd: workspace.folder,
    program: action,
    environment: {
      ...(Object.fromEntries(given) as Record<string, string>),
      GITHUB_ACTIONS: 'true',
      GITHUB_API_URL: server.url,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: runner.path('event.json'),
      GITHUB_SHA: merge,
      GITHUB_JOB: 'perf',
      GITHUB_RUN_ID: '99',
      GITHUB_RUN_ATTEMPT: String(attempt),
      GITHUB_WORKSPACE: workspace.folder,
      GITHUB_STEP_SUMMARY: runner.path('summary'),
      GITHUB_OUTPUT: runner.path('outputs'),
      ACTIONS_RESULTS_URL: server.url,
      ACTIONS_RUNTIME_TOKEN: runtimeToken(),
    },
  });
  return { ...run, workspace, outputs: readOutputs(runner.path('outputs')), summary: runner.read('summary') };
}

const slow = service(5 * rounds);

describe('pull requests', () => {
  test('one that makes it slower fails; mended, it does not, and its comment follows', async () => {
    const failed = await runAction(pullRequest('slow', { 'service.cjs': slow }), 1);
    expectCode(failed, 1);
    expect(failed.outputs.verdict).toBe('fail');
    expect(failed.stdout).toMatch(/^::error::profbound: fail/m);
    expect(failed.summary).toMatch(/^\*\*.*fail/i);
    expect(failed.summary).toContain('work');
    expect(failed.workspace.remains()).toEqual([]);

    const [comment] = server.comments.list;
    expect(comment).toMatchObject({ user: botAccount, versions: 1 });
    expect(comment?.body).toMatch(/^<!-- profbound:[0-9a-f]{16} -->\n\*\*.*fail/i);
    expect(comment?.body).toContain(failed.outputs['report-artifact-url']);
    expectArtifacts(failed, 1);

    const mended = await runAction(pullRequest('mended', { 'README.md': 'no change of code' }), 2);
    expectCode(mended, 0);
    // On a busy machine a run this short may be unable to prove that nothing changed.
    expect(['pass', 'inconclusive']).toContain(mended.outputs.verdict);
    expect(server.comments.list).toHaveLength(1);
    expect(comment).toMatchObject({ id: 1001, versions: 2 });
    expect(comment?.body).toMatch(new RegExp(`^<!-- .* -->\\n\\*\\*.*${mended.outputs.verdict}`, 'i'));
    expect(comment?.body).toContain(mended.outputs['report-artifact-url']);
    expectArtifacts(mended, 2);
  }, 240_000);

  test('a GitHub that answers everything with 500 changes nothing about the verdict', async () => {
    server.fault = () => faultAnswer(500, 'Internal Server Error');
    const run = await runAction(pullRequest('slow', { 'service.cjs': slow }), 1);
    expectCode(run, 1);
    expect(run.outputs.verdict).toBe('fail');
    expect(run.outputs['report-artifact-id']).toBe('');
    expect(existsSync(run.outputs.report ?? '')).toBe(true);
    expect(run.summary).toMatch(/^\*\*.*fail/i);
    for (const what of ['upload the report', 'upload the bundle', 'comment on the pull request']) {
      expect(run.stdout).toMatch(new RegExp(`^::warning::could not ${what}: .*Internal Server Error`, 'm'));
    }
  }, 240_000);

  test('a checkout that is too shallow says what to set', async () => {
    const run = await runAction(pullRequest('slow', { 'service.cjs': slow }), 1, 1);
    expectCode(run, 3);
    expect(run.stdout).toMatch(/^::error::.*set fetch-depth: 2 in actions\/checkout/m);
    expect(run.outputs).toEqual({});
    expect(run.summary).toMatch(/^\*\*No verdict\*\*[\s\S]*fetch-depth: 2/);
    expect(server.comments.list.map(({ body }) => body)).toEqual([expect.stringContaining('fetch-depth: 2')]);
  });
});

/** Report and bundle arrived as they lie in the workspace. */
function expectArtifacts({ outputs }: ActionRun, attempt: number): void {
  const report = server.artifacts.finished.get(`profbound-perf-${attempt}.html`);
  const bundle = server.artifacts.finished.get(`profbound-perf-${attempt}-bundle`);
  expect(report?.bytes.equals(readFileSync(outputs.report ?? ''))).toBe(true);
  expect(outputs['report-artifact-url']).toBe(
    `https://github.com/acme/shop/actions/runs/99/artifacts/${report?.id}`,
  );
  expect(outputs['bundle-artifact-id']).toBe(String(bundle?.id));

  const files = readZip(bundle?.bytes ?? Buffer.alloc(0));
  for (const [name, bytes] of files) {
    expect(bytes.equals(readFileSync(join(outputs.bundle ?? '', name)))).toBe(true);
  }
  const manifest = bundleSchema.parse(JSON.parse(String(files.get('bundle.json'))));
  const captures = manifest.workloads.flatMap((workload) => workload.captures);
  expect(captures.length).toBeGreaterThanOrEqual(8);
  expect([...files.keys()].sort()).toEqual(
    ['bundle.json', ...captures.flatMap((each) => [each.cpuProfile, each.offCpuProfile ?? []].flat())].sort(),
  );
  const result = resultSchema.parse(JSON.parse(readFileSync(outputs.result ?? '', 'utf8')));
  expect(result.verdict).toBe(outputs.verdict);
}
