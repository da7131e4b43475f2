import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { publish } from '../../src/publish/github/index.js';
import { publishPgo } from '../../src/publish/github/pgo.js';
import { publishSummary } from '../../src/publish/github/summary.js';
import { publishedPgo } from '../report/pgoResults.js';
import { aResult, failing } from '../report/results.js';
import { botAccount, faultAnswer } from './github-server/server.js';
import { openWorld, shortPatience, type World } from './world.js';
import { readZip } from './zip.js';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
  expect(world.server.violations).toEqual([]);
});

const verdict = /^\*\*Fail\*\*: CPU time per request of `search` grew by at least 4\.0 %/;
const run = ({
  context = world.context,
  settings = world.settings,
  publication = world.publication,
}: Partial<Pick<World, 'context' | 'settings' | 'publication'>> = {}) =>
  publish(publication, context, settings, world.log);
const linkOf = (id: number | undefined) => `https://github.com/acme/shop/actions/runs/99/artifacts/${id}`;

describe('everything works', () => {
  test('artifacts, summary, comment, check and outputs', async () => {
    await run();
    expect(world.warnings).toEqual([]);
    const { finished } = world.server.artifacts;
    const report = finished.get('profbound-perf-1.html');
    const bundle = finished.get('profbound-perf-1-bundle');
    const pprof = finished.get('profbound-perf-1-pprof');
    const flamegraph = finished.get('profbound-perf-1-flamegraph.svg');
    expect(finished.size).toBe(4);
    expect(report?.bytes).toEqual(readFileSync(join(world.directory, 'report.html')));
    expect(report?.mimeType).toMatch(/^text\/html/);
    expect(flamegraph?.bytes).toEqual(readFileSync(join(world.directory, 'flamegraph-search.svg')));
    expect(flamegraph?.mimeType).toBe('image/svg+xml');
    expect(Object.fromEntries(readZip(bundle?.bytes ?? Buffer.alloc(0)))).toEqual({
      'bundle.json': Buffer.from('{"schema":"profbound/bundle@1"}\n'),
      'workloads/api/pairs/001/base.cpu.pb.gz': Buffer.from([31, 139, 8, 0, 255]),
    });
    expect(Object.fromEntries(readZip(pprof?.bytes ?? Buffer.alloc(0)))).toEqual({
      'search.base.pb.gz': Buffer.from('base'),
      'search.head.pb.gz': Buffer.from('head'),
    });
    const link = `\n\n[Open the full report](${linkOf(report?.id)})\n`;
    expect(world.summary()).toMatch(verdict);
    expect(world.summary()).toContain(link);
    expect(world.server.comments.list).toHaveLength(1);
    expect(world.server.comments.list[0]?.user).toEqual(botAccount);
    expect(world.server.comments.list[0]?.body.split('\n')[1]).toMatch(verdict);
    expect(world.server.comments.list[0]?.body).toContain(link);
    expect(world.server.checks.runs).toMatchObject([
      { name: 'profbound', headSha: 'b'.repeat(40), conclusion: 'failure', detailsUrl: linkOf(report?.id) },
    ]);
    expect(world.outputs()).toEqual({
      verdict: 'fail',
      sentence: expect.stringMatching(/^Fail: CPU time per request of search grew by at least 4\.0 %/),
      figures: expect.any(String),
      result: join(world.directory, 'result.json'),
      report: join(world.directory, 'report.html'),
      bundle: join(world.directory, 'bundle'),
      pprof: join(world.directory, 'pprof'),
      'report-artifact-id': String(report?.id),
      'report-artifact-url': linkOf(report?.id),
      'bundle-artifact-id': String(bundle?.id),
      'bundle-artifact-url': linkOf(bundle?.id),
      'pprof-artifact-id': String(pprof?.id),
      'pprof-artifact-url': linkOf(pprof?.id),
      'flamegraph-artifact-id': String(flamegraph?.id),
      'flamegraph-artifact-url': linkOf(flamegraph?.id),
      'comment-url': 'https://github.com/acme/shop/pull/7#issuecomment-1001',
      'check-url': 'https://github.com/acme/shop/runs/5001',
    });
    expect(JSON.parse(world.outputs().figures ?? '')).toEqual({
      search: {
        verdict: 'fail',
        change: 0.0511,
        lower: 0.0402,
        upper: 0.0622,
        margin: 0.02,
        pairs: 24,
        slower: ['tokenize', 'normalizeUnicode'],
      },
    });
  });

  test('the outputs, with those of profiles for compilers, are those that action.yml describes', async () => {
    await run();
    await publishPgo(publishedPgo(world.directory), world.context, world.settings, world.log);
    const { outputs } = parse(readFileSync('action.yml', 'utf8')) as { outputs: Record<string, unknown> };
    expect(Object.keys(world.outputs()).sort()).toEqual(Object.keys(outputs).sort());
  });

  test('a second job of the same name and attempt finds names of its own', async () => {
    await run();
    await run();
    expect(world.warnings).toEqual([]);
    const names = [...world.server.artifacts.finished.keys()].sort();
    expect(names).toHaveLength(8);
    const second = /^profbound-perf-1-[0-9a-f]{6}(\.html|-bundle|-pprof|-flamegraph\.svg)$/;
    expect(names.filter((name) => second.test(name))).toHaveLength(4);
  });

  test('flame graphs of several workloads are one archive, and one that is not there is left out', async () => {
    writeFileSync(join(world.directory, 'flamegraph-checkout.svg'), '<svg/>');
    const result = aResult([failing(), failing('checkout'), failing('none')]);
    await run({ publication: { ...world.publication, result } });
    const zip = world.server.artifacts.finished.get('profbound-perf-1-flamegraph')?.bytes;
    expect([...readZip(zip ?? Buffer.alloc(0)).keys()].sort()).toEqual([
      'flamegraph-checkout.svg',
      'flamegraph-search.svg',
    ]);
  });

  test('what there is no file of is no artifact', async () => {
    rmSync(join(world.directory, 'pprof'), { recursive: true });
    rmSync(join(world.directory, 'flamegraph-search.svg'));
    await run();
    expect(world.warnings).toEqual([]);
    expect(world.server.artifacts.finished.size).toBe(2);
    expect(world.outputs()).toMatchObject({ pprof: '', 'pprof-artifact-id': '' });
  });

  test.each(['merge_group', 'push', 'schedule', 'workflow_dispatch', 'issue_comment'])(
    'neither comment nor check on %s',
    async (event) => {
      await run({ context: { ...world.context, event, pullRequest: null } });
      expect(world.server.operations.filter((operation) => /^(issues|checks|repos)/.test(operation))).toEqual(
        [],
      );
      expect(world.summary()).toMatch(verdict);
      expect(world.warnings).toEqual([]);
    },
  );

  test('neither comment nor check when they are not wanted', async () => {
    await run({ settings: { ...world.settings, comment: false } });
    expect(world.server.comments.list).toEqual([]);
    expect(world.server.checks.runs).toHaveLength(1);
    await run({ settings: { ...world.settings, check: false } });
    expect(world.server.comments.list).toHaveLength(1);
    expect(world.server.checks.runs).toHaveLength(1);
  });
});

describe('servers that are not GitHub', () => {
  const elsewhere = (serverUrl: string) => {
    process.env.GITHUB_SERVER_URL = serverUrl;
    return { ...world.context, serverUrl };
  };

  test('GitHub Enterprise Server: paths instead of artifacts, one warning', async () => {
    await run({ context: elsewhere('https://github.example.org') });
    const at = (name: string) => join(world.directory, name);
    expect(world.warnings).toEqual([
      `could not upload the report (${at('report.html')}), the bundle (${at('bundle')}), the profiles (${at('pprof')}), the flame graph (${at('flamegraph-search.svg')}): https://github.example.org takes no artifacts of this kind; they stay on the runner`,
    ]);
    expect(world.outputs().bundle).toBe(join(world.directory, 'bundle'));
    expect(world.outputs()['bundle-artifact-id']).toBe('');
    const run99 = 'https://github.example.org/acme/shop/actions/runs/99';
    expect(world.server.comments.list[0]?.body).toContain(
      `[Open the run](${run99}); the report stayed on its runner.`,
    );
    expect(world.server.checks.runs).toMatchObject([{ detailsUrl: run99 }]);
  });

  test('Gitea and Forgejo: a commit status instead of the check run as well, a warning each', async () => {
    await world.close();
    world = await openWorld({ isGitea: true, viewer: { login: 'gitea-actions', type: 'Bot' } });
    const context = elsewhere('https://git.example.org');
    await run({ context });
    expect(world.warnings).toEqual([
      expect.stringContaining('takes no artifacts of this kind'),
      expect.stringMatching(
        /^could not make the check run: Not Found.*; a commit status stands in for it, without annotations$/,
      ),
    ]);
    expect(world.server.checks.statuses).toEqual([
      {
        sha: 'b'.repeat(40),
        state: 'failure',
        context: 'profbound',
        description: expect.stringMatching(/^Fail: CPU time per request of search grew .*…$/),
        target_url: 'https://git.example.org/acme/shop/actions/runs/99',
      },
    ]);
    await run({ context });
    expect(world.server.comments.list).toHaveLength(1);
  });
});

describe('what fails warns, and the rest goes on', () => {
  test("a fork's read-only token", async () => {
    world.server.fault = (operation) =>
      /create/.test(operation) ? faultAnswer(403, 'Resource not accessible by integration') : null;
    await run({ context: { ...world.context, pullRequest: { number: 7, fromFork: true, headSha: null } } });
    expect(world.warnings).toEqual([
      'could not make the check run: the event does not name the last commit of the pull request',
      expect.stringMatching(
        /^could not comment on the pull request: Resource not accessible by integration.*from a fork.*read-only/,
      ),
    ]);
    expect(world.outputs().verdict).toBe('fail');
  });

  test('a token without the permissions', async () => {
    world.server.fault = (operation) =>
      /create/.test(operation) ? faultAnswer(403, 'Resource not accessible by integration') : null;
    await run();
    expect(world.warnings.sort()).toEqual([
      expect.stringMatching(/^could not comment on .*`permissions: \{ pull-requests: write \}`/),
      expect.stringMatching(/^could not make the check run.*`permissions: \{ checks: write \}`/),
    ]);
  });

  test('a token that asked too often lacks no permission', async () => {
    world.server.fault = (operation) =>
      /create/.test(operation)
        ? faultAnswer(403, 'API rate limit exceeded', { 'x-ratelimit-remaining': '0' })
        : null;
    await run();
    expect(world.warnings.sort()).toEqual([
      expect.stringMatching(/^could not comment on the pull request: API rate limit exceeded/),
      expect.stringMatching(/^could not make the check run: API rate limit exceeded/),
    ]);
    expect(world.warnings.join()).not.toContain('permissions');
  });

  test('artifacts that are refused: no link, but paths', async () => {
    world.server.fault = (operation) =>
      operation === 'CreateArtifact' ? { status: 403, body: { msg: 'quota' } } : null;
    await run();
    expect(world.warnings).toEqual([
      expect.stringMatching(
        /^could not upload the bundle, the flame graph, the profiles, the report: .*403.*quota/,
      ),
    ]);
    expect(world.server.comments.list).toHaveLength(1);
    expect(world.outputs()).toMatchObject({
      report: join(world.directory, 'report.html'),
      'report-artifact-id': '',
      'report-artifact-url': '',
    });
  });

  test('addresses that are none', async () => {
    await run({ context: { ...world.context, serverUrl: 'nowhere', apiUrl: 'nowhere' } });
    expect(world.warnings).toHaveLength(3);
    expect(world.outputs().verdict).toBe('fail');
  });

  test('a run outside of Actions', async () => {
    delete process.env.ACTIONS_RUNTIME_TOKEN;
    await run({ context: { ...world.context, summaryFile: null } });
    expect(world.warnings).toEqual([
      expect.stringContaining('ACTIONS_RUNTIME_TOKEN'),
      expect.stringContaining('GITHUB_STEP_SUMMARY'),
    ]);
  });
});

/** Everything the Action asks a GitHub for, and how it may be missing. */
describe('each endpoint in turn', () => {
  /** All four, in groups by their reasons: one may be refused before another has been tried for long enough. */
  const nothingUploaded =
    /^could not upload (?=.*the bundle\b)(?=.*the flame graph\b)(?=.*the profiles\b)(?=.*the report\b)/;
  const missing: readonly (readonly [operation: string, what: RegExp])[] = [
    ['CreateArtifact', nothingUploaded],
    ['PutBlock', nothingUploaded],
    ['FinalizeArtifact', nothingUploaded],
    ['issues/list-comments', /^could not comment on the pull request: /],
    ['issues/create-comment', /^could not comment on the pull request: /],
    ['issues/update-comment', /^could not comment on the pull request: /],
    ['graphql', /^could not comment on the pull request: /],
    ['checks/create', /^could not make the check run: /],
    ['checks/update', /^could not complete the check run: 50 of 120 annotations are there: /],
  ];
  const faults = [
    ['403', faultAnswer(403, 'Forbidden')],
    ['404', faultAnswer(404, 'Not Found')],
    ['422', faultAnswer(422, 'Validation Failed')],
    ['429', faultAnswer(429, 'Too Many Requests', { 'retry-after': '0' })],
    ['500', faultAnswer(500, 'Internal Server Error')],
    ['no answer', 'hang'],
  ] as const;
  const annotations = Array.from({ length: 120 }, (_, index) => ({
    path: 'src/a.js',
    line: index + 1,
    level: 'failure' as const,
    title: `f${index} got slower`,
    message: 'api: own CPU time +10 %',
  }));
  /** Where it refuses, the comment is found without it; where a comment is gone, another one is made. */
  const harmless = new Set(['graphql 403', 'graphql 404', 'issues/update-comment 404']);

  test.each(
    missing.flatMap(([operation, what]) => faults.map(([name, fault]) => ({ operation, what, name, fault }))),
  )('$operation: $name', async ({ operation, what, name, fault }) => {
    if (/update-comment|graphql/.test(operation)) {
      const { commentMarker } = await import('../../src/publish/github/comment.js');
      world.server.comments.add(botAccount, `${commentMarker('.profbound.yml', [])}\nearlier`);
    }
    let asked = 0;
    world.server.fault = (asking) => {
      if (asking !== operation) return null;
      asked++;
      return fault;
    };
    const patience = { ...shortPatience, request: fault === 'hang' ? 300 : 5_000, upload: 1_500 };
    await run({
      settings: { ...world.settings, patience },
      publication: { ...world.publication, annotations: { list: annotations, left: 0 } },
    });
    expect(asked).toBeGreaterThan(0);
    expect(world.warnings).toEqual(harmless.has(`${operation} ${name}`) ? [] : [expect.stringMatching(what)]);
    // Whatever is missing, the verdict and all the rest is there.
    expect(world.outputs().verdict).toBe('fail');
    expect(world.summary()).toMatch(verdict);
    if (!/comment|graphql/.test(operation)) expect(world.server.comments.list).toHaveLength(1);
    if (!/^checks/.test(operation)) expect(world.server.checks.runs[0]?.annotations).toHaveLength(120);
    if (operation === 'checks/update') expect(asked).toBe(name === '429' ? 3 : 1);
  });
});

describe('job summary', () => {
  test('counts bytes, not characters, and what the step wrote before', () => {
    const file = join(world.directory, 'long.md');
    writeFileSync(file, 'x'.repeat(1000));
    publishSummary(file, (maxBytes) => '±'.repeat(maxBytes / 2));
    expect(readFileSync(file).length).toBe(1024 * 1024);
  });

  test('is left out when there is no room', () => {
    const file = join(world.directory, 'full.md');
    writeFileSync(file, 'x'.repeat(1024 * 1024 - 10));
    expect(() => publishSummary(file, () => 'eleven more')).toThrow('10 bytes are left');
    expect(readFileSync(file).length).toBe(1024 * 1024 - 10);
  });
});
