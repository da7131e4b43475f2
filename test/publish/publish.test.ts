import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { publish } from '../../src/publish/github/index.js';
import { publishSummary } from '../../src/publish/github/summary.js';
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

const verdict = '**profbound: fail**';
const run = ({ context = world.context, settings = world.settings, patience = shortPatience } = {}) =>
  publish(
    world.publication(() => verdict),
    context,
    settings,
    world.log,
    patience,
  );

describe('everything works', () => {
  test('report, bundle, summary, comment and outputs', async () => {
    await run();
    expect(world.warnings).toEqual([]);
    const { finished } = world.server.artifacts;
    const report = finished.get('profbound-perf-1.html');
    const bundle = finished.get('profbound-perf-1-bundle');
    const linkOf = (id: number | undefined) => `https://github.com/acme/shop/actions/runs/99/artifacts/${id}`;
    expect(report?.bytes).toEqual(readFileSync(join(world.directory, 'report.html')));
    expect(report?.mimeType).toMatch(/^text\/html/);
    expect(Object.fromEntries(readZip(bundle?.bytes ?? Buffer.alloc(0)))).toEqual({
      'bundle.json': Buffer.from('{"schema":"profbound/bundle@1"}\n'),
      'workloads/api/pairs/001/base.cpu.pb.gz': Buffer.from([31, 139, 8, 0, 255]),
    });
    expect(world.summary()).toBe(`${verdict}\n[report](${linkOf(report?.id)})`);
    expect(world.server.comments.list).toHaveLength(1);
    expect(world.server.comments.list[0]?.user).toEqual(botAccount);
    expect(world.server.comments.list[0]?.body).toContain(`${verdict}\n[report](${linkOf(report?.id)})`);
    expect(world.outputs()).toEqual({
      verdict: 'fail',
      result: join(world.directory, 'result.json'),
      report: join(world.directory, 'report.html'),
      bundle: join(world.directory, 'bundle'),
      'report-artifact-id': String(report?.id),
      'report-artifact-url': linkOf(report?.id),
      'bundle-artifact-id': String(bundle?.id),
      'bundle-artifact-url': linkOf(bundle?.id),
    });
  });

  test('a second job of the same name and attempt finds names of its own', async () => {
    await run();
    await run();
    expect(world.warnings).toEqual([]);
    const names = [...world.server.artifacts.finished.keys()].sort();
    expect(names).toHaveLength(4);
    expect(names.filter((name) => /^profbound-perf-1-[0-9a-f]{6}(\.html|-bundle)$/.test(name))).toHaveLength(
      2,
    );
  });

  test.each([
    ['merge_group', { pullRequest: null }],
    ['push', { pullRequest: null }],
    // A label added by hand has a pull request in its payload, and is not about its code.
    ['issue_comment', {}],
  ])('no comment on %s', async (event, change) => {
    await run({ context: { ...world.context, event, ...change } });
    expect(world.server.comments.list).toEqual([]);
    expect(world.summary()).toContain(verdict);
    expect(world.warnings).toEqual([]);
  });

  test('no comment when it is not wanted', async () => {
    await run({ settings: { ...world.settings, comment: false } });
    expect(world.server.operations.filter((operation) => operation.startsWith('issues/'))).toEqual([]);
  });
});

describe('what fails warns, and the rest goes on', () => {
  const onComment = (fault: ReturnType<World['server']['fault']>) => (operation: string) =>
    operation === 'issues/create-comment' ? fault : null;

  test("a fork's read-only token", async () => {
    world.server.fault = onComment(faultAnswer(403, 'Resource not accessible by integration'));
    await run({ context: { ...world.context, pullRequest: { number: 7, fromFork: true } } });
    expect(world.warnings).toHaveLength(1);
    expect(world.warnings[0]).toMatch(
      /^could not comment on the pull request: Resource not accessible by integration.*from a fork.*read-only/,
    );
    expect(world.outputs().verdict).toBe('fail');
  });

  test('a token without the permission', async () => {
    world.server.fault = onComment(faultAnswer(403, 'Resource not accessible by integration'));
    await run();
    expect(world.warnings[0]).toMatch(/pull-requests: write/);
  });

  test.each([
    ['a pull request that is gone', faultAnswer(404, 'Not Found'), /Not Found/],
    ['a body that is refused', faultAnswer(422, 'Validation Failed'), /Validation Failed/],
  ])('%s', async (_, fault, message) => {
    world.server.fault = onComment(fault);
    await run();
    expect(world.warnings).toEqual([expect.stringMatching(message)]);
    expect(world.summary()).toContain(verdict);
  });

  test('artifacts that are refused: no link, but paths', async () => {
    world.server.fault = (operation) =>
      operation === 'CreateArtifact' ? { status: 403, body: { msg: 'quota' } } : null;
    await run();
    expect(world.warnings).toEqual([
      expect.stringMatching(/^could not upload the report: .*403.*quota/),
      expect.stringMatching(/^could not upload the bundle: .*403.*quota/),
    ]);
    expect(world.summary()).toBe(verdict);
    expect(world.server.comments.list).toHaveLength(1);
    expect(world.outputs()).toMatchObject({
      report: join(world.directory, 'report.html'),
      'report-artifact-id': '',
      'report-artifact-url': '',
    });
  });

  test('a blob store that never answers is left after a set time', async () => {
    world.server.fault = (operation) => (operation === 'PutBlock' ? 'hang' : null);
    await run({ patience: { ...shortPatience, upload: 500 } });
    expect(world.warnings.filter((text) => /was not finished within 0\.5 s/.test(text))).toHaveLength(2);
    expect(world.server.comments.list).toHaveLength(1);
  });

  test('GitHub Enterprise Server, which has no such artifacts', async () => {
    process.env.GITHUB_SERVER_URL = 'https://github.example.org';
    await run();
    expect(world.warnings.filter((text) => /could not upload .*GHES/.test(text))).toHaveLength(2);
    expect(world.outputs().bundle).toBe(join(world.directory, 'bundle'));
  });

  test('a run outside of Actions', async () => {
    delete process.env.ACTIONS_RUNTIME_TOKEN;
    await run({ context: { ...world.context, summaryFile: null } });
    expect(world.warnings).toEqual([
      expect.stringContaining('ACTIONS_RUNTIME_TOKEN'),
      expect.stringContaining('ACTIONS_RUNTIME_TOKEN'),
      expect.stringContaining('GITHUB_STEP_SUMMARY'),
    ]);
  });
});

describe('job summary', () => {
  test('counts bytes, not characters, and what the step wrote before', () => {
    const file = join(world.directory, 'long.md');
    writeFileSync(file, 'x'.repeat(1000));
    const asked: number[] = [];
    publishSummary(file, (maxCharacters) => {
      asked.push(maxCharacters);
      return '±'.repeat(maxCharacters);
    });
    expect(asked).toEqual([1_047_576, 349_192]);
    expect(readFileSync(file).length).toBe(1000 + 2 * 349_192);
  });

  test('is left out when there is no room', () => {
    const file = join(world.directory, 'full.md');
    writeFileSync(file, 'x'.repeat(1024 * 1024 - 10));
    expect(() => publishSummary(file, () => 'eleven more')).toThrow('10 bytes are left');
    expect(readFileSync(file).length).toBe(1024 * 1024 - 10);
  });
});
