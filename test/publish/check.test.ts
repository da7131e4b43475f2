import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checkName } from '../../src/publish/github/check.js';
import { publish, publishFailure } from '../../src/publish/github/index.js';
import { aResult, aWorkload, failing, undecided } from '../report/results.js';
import { openWorld, type World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
  expect(world.server.violations).toEqual([]);
  expect(world.warnings).toEqual([]);
});

describe('the check run', () => {
  test.each([
    ['success', aResult([aWorkload('api')])],
    ['failure', aResult([failing(), undecided()])],
    ['neutral', aResult([undecided()])],
    ['neutral', aResult([undecided()], { onInconclusive: 'pass' })],
    ['failure', aResult([undecided()], { onInconclusive: 'fail' })],
  ])('concludes %s', async (conclusion, result) => {
    await publish({ ...world.publication, result }, world.context, world.settings, world.log);
    expect(world.server.checks.runs).toMatchObject([{ conclusion, headSha: 'b'.repeat(40) }]);
  });

  test('begins with the sentence everything begins with, and tells how it was measured apart', async () => {
    await publish(world.publication, world.context, world.settings, world.log);
    const output = world.server.checks.runs[0]?.output;
    expect(output?.title).toMatch(/^Fail: CPU time per request of search grew by at least 4\.0 %/);
    expect(output?.title).not.toContain('`');
    expect(output?.summary).toMatch(
      /^\*\*Fail\*\*: CPU time per request of `search` grew by at least 4\.0 %/,
    );
    expect(output?.summary).toContain('| ▲ slower |');
    expect(output?.summary).not.toContain('Compared `main`');
    expect(output?.text).toMatch(/^Compared `main`/);
  });

  test('of a run without a verdict fails and says why', async () => {
    await publishFailure('the service died in pair 1', null, world.context, world.settings, world.log);
    expect(world.server.checks.runs).toMatchObject([
      { conclusion: 'failure', output: { title: 'No verdict: the run ended early' } },
    ]);
    expect(world.server.checks.runs[0]?.output?.summary).toContain('the service died in pair 1');
  });

  test('has its annotations, the first fifty at once and the rest appended', async () => {
    const annotations = Array.from({ length: 130 }, (_, index) => ({
      path: 'src/a.js',
      line: index + 1,
      level: index === 0 ? ('notice' as const) : ('failure' as const),
      title: `f${index} got slower`,
      message: 'api: own CPU time +10 %\nsearch: own CPU time +12 %',
    }));
    const publication = { ...world.publication, annotations: { list: annotations, left: 7 } };
    await publish(publication, world.context, world.settings, world.log);
    expect(world.server.operations.filter((operation) => operation.startsWith('checks/'))).toEqual([
      'checks/create',
      'checks/update',
      'checks/update',
    ]);
    const [run] = world.server.checks.runs;
    expect(run?.output?.summary).toContain('7 more slower functions of changed files have no annotation.');
    expect(run?.annotations.map(({ start_line }) => start_line)).toEqual(annotations.map(({ line }) => line));
    expect(run?.annotations[0]).toEqual({
      path: 'src/a.js',
      start_line: 1,
      end_line: 1,
      annotation_level: 'notice',
      title: 'f0 got slower',
      message: 'api: own CPU time +10 %\nsearch: own CPU time +12 %',
    });
  });

  test('is called alike in every run of a job, and otherwise in another job', () => {
    expect(checkName('.profbound.yml', [])).toBe('profbound');
    expect(checkName('.profbound.yml', ['b', 'a'])).toBe('profbound (a, b)');
    expect(checkName('services/api/.profbound.yml', [])).toBe('profbound (services/api/.profbound.yml)');
  });
});
