import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { publishPgo } from '../../src/publish/github/pgo.js';
import { aComparison, aPgoResult, aProfile, publishedPgo, someSamples } from '../report/pgoResults.js';
import { openWorld, type World } from './world.js';
import { readZip } from './zip.js';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
  expect(world.server.violations).toEqual([]);
});
const publish = (publication: Parameters<typeof publishPgo>[0], context = world.context) =>
  publishPgo(publication, context, world.settings, world.log);

describe('profiles for compilers', () => {
  test('that are published are an artifact at their paths, with their provenance', async () => {
    const publication = publishedPgo(world.directory);
    await publish(publication);
    expect(world.warnings).toEqual([]);
    const { finished } = world.server.artifacts;
    expect([...finished.keys()].sort()).toEqual(['profbound-perf-1-profiles', 'profbound-perf-1.html']);
    const artifact = finished.get('profbound-perf-1-profiles');
    const files = readZip(artifact?.bytes ?? Buffer.alloc(0));
    expect([...files.keys()].sort()).toEqual(['cmd/default.pgo', 'cmd/default.pgo.provenance.json']);
    expect(world.summary()).toMatch(/^\*\*Published\*\*: default\.pgo is published/);
    expect(world.outputs()).toMatchObject({
      decision: 'published',
      profiles: publication.paths.published,
      'profiles-artifact-id': String(artifact?.id),
    });
    expect(JSON.parse(world.outputs().figures ?? '')).toMatchObject({
      api: { decision: 'published', path: 'default.pgo', reasons: ['gain_proven'], savingOverLast: null },
    });
    // Nothing is said on a pull request, and nothing about one.
    expect(world.server.comments.list).toEqual([]);
    expect(world.server.checks.runs).toEqual([]);
  });

  test('are published beside one of too few samples, by which the run fails', async () => {
    const { paths } = publishedPgo(world.directory);
    const few = { ...someSamples, inBinary: 2000, neededSeconds: 90 };
    const nothing = { next: null, consumption: null, comparisons: [] };
    const result = aPgoResult([aProfile({ workload: 'search', samples: few, ...nothing }), aProfile()]);
    await publish({ result, paths });
    // What the workflow to copy goes by.
    expect(world.outputs()).toMatchObject({
      decision: 'published',
      'profiles-artifact-id': expect.stringMatching(/^\d+$/),
      sentence: expect.stringMatching(
        /^No default\.pgo is published for search: .* default\.pgo is published: /,
      ),
    });
  });

  test('that are kept leave a report, and no artifact', async () => {
    const { paths } = publishedPgo(world.directory);
    const result = aPgoResult([aProfile({ comparisons: [aComparison('none', [0.02, -0.01, 0.05])] })]);
    await publish({ result, paths: { ...paths, published: `${paths.published}/none` } });
    expect([...world.server.artifacts.finished.keys()]).toEqual(['profbound-perf-1.html']);
    expect(world.outputs()).toMatchObject({ decision: 'kept', profiles: '', 'profiles-artifact-id': '' });
    expect(world.summary()).toMatch(
      /^\*\*Kept\*\*: No default\.pgo is published for api: the profile saves 2\.0 %/,
    );
  });

  test('stay on the runner where artifacts are not taken, and the rest is said', async () => {
    await publish(publishedPgo(world.directory), {
      ...world.context,
      serverUrl: 'https://github.example.org',
    });
    expect(world.warnings).toEqual([
      expect.stringMatching(/^could not upload the report \(.*\), the profiles for the compiler \(.*\): /),
    ]);
    expect(world.outputs()).toMatchObject({ decision: 'published', 'profiles-artifact-url': '' });
  });
});
