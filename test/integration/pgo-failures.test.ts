/** Profiles that break their builds, with a real compiler: each is kept out, and the others of the run are made. */
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { type ProfileResult, pgoResultSchema } from '../../src/pgo/result.js';
import { expectCode, Project, runCli } from './project.js';
import { buildRounds } from './rounds.js';

const workload = (name: string, rebuild: string) => ({
  batch: `./${name}`,
  warmup: '0s',
  pgo: {
    format: 'llvm',
    binary: name,
    profile: `${name}.prof`,
    rebuild,
    captures: 2,
    seconds: 1,
    floor: 200,
  },
});
const breaksIt = 'test -z "$PGO_PROFILE" || echo no line >> "$PGO_PROFILE"';
const project = new Project().write({
  'rounds.c': readFileSync('test/integration/programs/rounds.c', 'utf8'),
  'text.prof': 'scramble:12:3\n 1: 7\n 2',
  // Not text, and not what clang writes: nobody knows before clang is asked.
  'published.prof': '\u0001\u0002\n',
  '.profbound.yml': JSON.stringify({
    version: 1,
    workloads: {
      missing: workload('missing', 'clang-19 -o missing no-such-file.c'),
      rejected: workload('rejected', `${breaksIt}; ${buildRounds('rejected')}`),
      text: workload('text', buildRounds('text')),
      // Named as the folder of what is published.
      published: workload('published', buildRounds('published')),
    },
    capture: { seconds: 0.3 },
    gate: { max_pairs: 12, budget: '60s' },
  }),
});
afterAll(() => project.remove());

const pgo = (...words: string[]) =>
  runCli(['pgo', '--head', 'dir:.', '--out', 'out', ...words], { cwd: project.folder });
const codes = (profile: ProfileResult | undefined) => profile?.reasons.map(({ code }) => code);

test('a build that fails keeps its profile out; a last one that breaks its build is not compared with', async () => {
  const run = await pgo();
  expectCode(run, 4);
  const [missing, rejected, text, binary] = pgoResultSchema.parse(
    JSON.parse(project.read('out/pgo.json')),
  ).profiles;

  expect(missing).toMatchObject({ decision: 'kept', samples: null, next: null, builds: [] });
  expect(codes(missing)).toEqual(['build_failed']);
  expect(missing?.reasons[0]?.message).toMatch(/^the build of the program without a profile failed/);

  expect(rejected).toMatchObject({ decision: 'kept', comparisons: [] });
  expect(rejected?.next?.bytes).toBeGreaterThan(10);
  expect(codes(rejected)).toEqual(['build_failed']);
  expect(project.read('out/workloads/rejected/builds/zero.log')).toContain('rejected.prof');

  for (const profile of [text, binary]) {
    expect(codes(profile)).toEqual(['gain_proven', 'one_layout', 'last_is_damaged']);
    expect(profile).toMatchObject({ decision: 'published', last: { isUsable: false } });
    expect(profile?.comparisons.map((comparison) => comparison.with)).toEqual(['none']);
    expect(project.read(`out/published/${profile?.path}`)).toContain('main:');
  }
  expect(text?.last?.damage).toBe(
    "text.prof: the profile in LLVM's text format is cut off: its last line does not end",
  );
  expect(binary?.last?.damage).toContain('the build of the program by the last accepted profile failed');

  expect(run.stdout).toContain('No missing.prof is published for missing');
  expect(project.read('out/report.html')).toContain('No rejected.prof is published');
  expect(project.remains()).toEqual([]);
}, 240_000);

test('where there were samples enough the exit code is that of on_no_gain', async () => {
  expectCode(await pgo('--workload', 'rejected'), 0);
}, 60_000);
