/** Profiles for compilers from a repository to what is published, with real compilers. */
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type BundleWorkload, bundleSchema } from '../../src/bundle/schema.js';
import { type PgoResult, type ProfileResult, pgoResultSchema } from '../../src/pgo/result.js';
import { goObstacle } from '../go.js';
import { type GitHubServer, startGitHubServer } from '../publish/github-server/server.js';
import { readZip } from '../publish/zip.js';
import { expectCode, Project, type Run, runCli } from './project.js';
import { roundsByProfile } from './rounds.js';
import { Upstream } from './runner.js';

/** What a run leaves besides bundles, relative to its output folder. */
function filesIn(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).filter((path) =>
    /^(published|[^/]*\.(json|html|md)$)/.test(path),
  );
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function readResult(folder: string): { readonly result: PgoResult; readonly profile: ProfileResult } {
  const result = pgoResultSchema.parse(JSON.parse(readFileSync(join(folder, 'pgo.json'), 'utf8')));
  return { result, profile: result.profiles[0] as ProfileResult };
}

/** Whatever was measured: the decision follows from the bound, and what is published is what was measured. */
function expectConsistent(folder: string): ProfileResult {
  const { result, profile } = readResult(folder);
  const none = profile.comparisons.find((comparison) => comparison.with === 'none');
  if (none === undefined) throw new Error(`it was not compared: ${JSON.stringify(profile.reasons)}`);
  const { lower } = none.saving;
  expect(none.isProven).toBe(none.gate.verdict === 'fail');
  if (none.isProven) expect(lower).toBeGreaterThan(profile.minGain);
  expect(profile.decision === 'published').toBe(profile.comparisons.every(({ isProven }) => isProven));
  const published = join(folder, 'published', profile.path);
  expect(existsSync(published)).toBe(profile.decision === 'published');
  if (profile.decision === 'published') {
    const provenance = JSON.parse(readFileSync(`${published}.provenance.json`, 'utf8'));
    expect(provenance).toMatchObject({
      profile: { sha256: sha256(published), path: profile.path, format: profile.format },
      source: { commit: result.ref.commit },
      samples: { inBinary: profile.samples?.inBinary },
      saves: [{ comparedWith: 'no profile', saving: none.saving, layouts: none.gate.layouts?.builds ?? 1 }],
    });
    expect(provenance.binary.buildId).toMatch(/^[0-9a-f]{16,}$/);
  }
  // Unlike the one by an empty profile, and by the compiler's word where it gives it.
  expect(profile.consumption?.differFromNone).toBeGreaterThan(0);
  expect(profile.consumption?.differFromEmpty).toBeGreaterThan(0);
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain(
    `<span class="word">${profile.decision === 'published' ? 'Published' : 'Kept'}</span>`,
  );
  return profile;
}

/** What was compared was built in two code layouts a side, each of which has run. */
function expectTwoLayouts(project: Project, run: Run, { workload, comparisons }: ProfileResult): void {
  for (const { with: other, gate } of comparisons) {
    expect(gate.layouts).toMatchObject({ builds: 2 });
    const folder = other === 'none' ? 'without-profile' : 'last-profile';
    const manifest = JSON.parse(project.read(`out/workloads/${workload}/${folder}/bundle/bundle.json`));
    const [{ layouts, captures }] = bundleSchema.parse(manifest).workloads as [BundleWorkload];
    expect([layouts?.base.length, layouts?.head.length]).toEqual([2, 2]);
    for (const side of ['base', 'head'] as const) {
      const drawn = captures.filter((capture) => capture.side === side).map(({ layout }) => layout);
      if (gate.pairs > 1) expect(new Set(drawn)).toEqual(new Set([1, 2]));
    }
  }
  // Their functions do lie elsewhere.
  expect(run.stderr).not.toContain('pgo.layouts');
}

/** A sample of ours in a repository of its own, with more keys in its `pgo:`, and more workloads. */
function sampleRepository(name: string, pgo: readonly string[] = [], workloads = ''): Project {
  const project = new Project();
  cpSync(join('samples', name), project.folder, {
    recursive: true,
    filter: (path) => !['.profbound', 'pages', 'routes'].includes(basename(path)) && !path.endsWith('.o'),
  });
  const text = project.read('.profbound.yml');
  const short = ['captures: 3', 'seconds: 1', 'floor: 300', 'budget: 10s', 'layouts: 2', ...pgo];
  project.write({
    '.profbound.yml': text
      .replace('    pgo:\n', `    pgo:\n${short.map((line) => `      ${line}\n`).join('')}`)
      .replace('capture:\n  seconds: 2', `${workloads}capture:\n  seconds: 0.5`),
  });
  project.git('init', '-q');
  project.commit('sample');
  return project;
}

describe('the nightly run', () => {
  let server: GitHubServer;
  let upstream: Upstream;
  beforeAll(async () => {
    server = await startGitHubServer();
    upstream = new Upstream(roundsByProfile());
  });
  afterAll(async () => {
    await server.close();
    upstream.remove();
    expect(server.violations).toEqual([]);
  });

  test('publishes a profile that is proven: an artifact with its provenance, a summary, outputs', async () => {
    const sha = upstream.project.git('rev-parse', 'HEAD');
    const run = await upstream.run({ server, event: 'schedule', sha, inputs: { mode: 'pgo' }, depth: 1 });
    expectCode(run, 0);
    expect(run.warnings).toEqual([]);
    const folder = run.workspace.path('.profbound', 'pgo');
    const { comparisons, reasons } = expectConsistent(folder);
    const { saving } = comparisons[0] as ProfileResult['comparisons'][number];
    expect(saving.lower).toBeGreaterThan(0);
    expect(reasons.map(({ code }) => code)).toContain('one_layout');
    expect(run.outputs).toMatchObject({ decision: 'published', profiles: join(folder, 'published') });
    expect(run.summary).toMatch(/^\*\*Published\*\*: profiles\/rounds\.prof is published: it saves \d+/);
    expect(run.stdout).toMatch(/^::notice::profbound: profiles\/rounds\.prof is published/m);
    const artifact = server.artifacts.finished.get('profbound-perf-1-profiles');
    const files = readZip(artifact?.bytes ?? Buffer.alloc(0));
    expect([...files.keys()].sort()).toEqual([
      'profiles/rounds.prof',
      'profiles/rounds.prof.provenance.json',
    ]);
    for (const [path, bytes] of files) {
      expect(bytes.equals(readFileSync(join(folder, 'published', path)))).toBe(true);
    }
    expect(server.artifacts.finished.has('profbound-perf-1.html')).toBe(true);
    expect(readdirSync(folder).sort()).toEqual([
      'pgo.json',
      'published',
      'report.html',
      'summary.md',
      'workloads',
    ]);
    expect(run.workspace.remains()).toEqual([]);

    for (const path of files.keys())
      upstream.project.write({ [path]: readFileSync(join(folder, 'published', path), 'utf8') });
    const accepted = upstream.project.commit('the profile');
    const event = { server, event: 'schedule', sha: accepted, inputs: { mode: 'pgo' }, depth: 1 } as const;
    const next = await upstream.run(event);
    const second = expectConsistent(next.workspace.path('.profbound', 'pgo'));
    expect(second.comparisons.map((comparison) => comparison.with)).toEqual(['none', 'last']);
    expect(second.last).toMatchObject({ isUsable: true });
    const isKept = second.decision === 'kept';
    expectCode(next, isKept ? 1 : 0);
    expect(second.reasons.map(({ code }) => code)).toContain(
      isKept ? 'not_better_than_last' : 'better_than_last',
    );
    expect(next.outputs.decision).toBe(second.decision);
  }, 240_000);
});

describe('a service in C++', () => {
  const project = sampleRepository('cpp-service');
  afterAll(() => project.remove());

  test('is built by its profile, and what is decided follows from the bound', async () => {
    const run = await runCli(['pgo', '--out', 'out'], { cwd: project.folder });
    expectCode(run, 0);
    const profile = expectConsistent(project.path('out'));
    expectTwoLayouts(project, run, profile);
    expect(run.stderr).toMatch(/^build the program by the new profile, layout 2 of 2: make relink LAYOUT=/m);
    expect(profile.consumption?.report).toMatchObject({
      isConsumed: true,
      said: expect.stringMatching(/ inlined, .*of its samples dropped$/),
    });
    expect(profile.match?.share).toBeGreaterThan(0.9);
    expect(profile.next?.functions).toBeGreaterThan(5);
    expect(project.remains()).toEqual([]);
  }, 180_000);
});

describe('a load that misleads: of a service in Go nothing but its sign of life', () => {
  const obstacle = goObstacle(23);
  if (obstacle !== null) {
    test(`nothing was run: ${obstacle}`, () => expect(obstacle).toMatch(/^Go /));
    return;
  }
  const project = sampleRepository(
    'go-service',
    ['min_gain: 10%', 'workloads: [idle]'],
    `  idle:
    start: ./pages \${PORT}
    ready: http://127.0.0.1:\${PORT}/healthz
    warmup: 200ms
    load:
      http: http://127.0.0.1:\${PORT}/healthz
      connections: 4
`,
  );
  afterAll(() => project.remove());

  test('keeps the old profile, with the figures', async () => {
    const old = project.write({ 'default.pgo': '' }).commit('a profile that was accepted');
    const run = await runCli(['pgo', '--out', 'out'], { cwd: project.folder });
    expectCode(run, 0);
    const profile = expectConsistent(project.path('out'));
    expectTwoLayouts(project, run, profile);
    expect(readResult(project.path('out')).result.ref.commit).toBe(old);
    expect(profile.samples?.workloads).toEqual(['idle']);
    expect(profile).toMatchObject({ decision: 'kept', last: { bytes: 0 } });
    expect(run.stdout.replace(/\s+/g, ' ')).toMatch(
      /^The old default\.pgo is kept for pages: (with the profile it is slower: )?the profile saves −?[\d.]+ % \(/,
    );
    expect(profile.consumption?.report?.said).toMatch(/hot calls? inlined/);
    expect(filesIn(project.path('out')).sort()).toEqual([
      'pgo.json',
      'published',
      'published/.made-by-profbound',
      'report.html',
      'summary.md',
    ]);
    expect(project.remains()).toEqual([]);
  }, 240_000);
});

/** Compiled once, and rearranged by BOLT where there is a profile. @param of what llvm-bolt is given */
const rearranged = (of: string): string =>
  `if [ -z "$PGO_PROFILE" ]; then gcc -O2 -g -Wl,-q,--build-id -o rounds rounds.c; else ${of}; fi`;
const bolt = (program: string): string =>
  `/usr/lib/llvm-19/bin/llvm-bolt ${program} -data "$PGO_PROFILE" -o rounds -reorder-blocks=ext-tsp -split-functions`;

describe('of a program in C', () => {
  const projects: Project[] = [];
  const repository = (pgo: Readonly<Record<string, unknown>>): Project => {
    const project = new Project().write(roundsByProfile({ on_no_gain: 'keep', budget: '10s', ...pgo }));
    projects.push(project);
    return project;
  };
  afterAll(() => {
    for (const project of projects.splice(0)) project.remove();
  });
  const run = (project: Project): Promise<Run> =>
    runCli(['pgo', '--head', 'dir:.', '--out', 'out'], { cwd: project.folder });

  test('a profile for gcc is consumed, and what is decided follows from the bound', async () => {
    const project = repository({
      format: 'gcc',
      profile: 'rounds.afdo',
      rebuild:
        'gcc-12 -O2 -g ${PGO_PROFILE:+-fauto-profile=$PGO_PROFILE $PGO_REPORT} -Wl,--build-id -o rounds rounds.c',
    });
    expectCode(await run(project), 0);
    const { consumption } = expectConsistent(project.path('out'));
    expect(consumption?.report).toMatchObject({ isConsumed: true });
  }, 120_000);

  test('a profile for BOLT is used on the very program that was measured, and later knows it again', async () => {
    const pgo = { format: 'bolt', profile: 'rounds.fdata', rebuild: rearranged(bolt('"$PGO_PROGRAM"')) };
    const project = repository(pgo);
    expectCode(await run(project), 0);
    const { consumption, match } = expectConsistent(project.path('out'));
    expect(consumption?.report?.said).toMatch(/^[1-9]\d* of \d+ functions with counts$/);
    expect(match?.share).toBeGreaterThan(0.99);

    for (const file of ['rounds.fdata', 'rounds.fdata.provenance.json'])
      copyFileSync(project.path('out', 'workloads', 'rounds', 'candidate', file), project.path(file));
    const lastOf = async (files: Readonly<Record<string, string>>): Promise<ProfileResult['last']> => {
      expectCode(await run(project.write(files)), 4);
      return readResult(project.path('out')).profile.last;
    };
    const short = roundsByProfile({ ...pgo, seconds: 0.2, floor: 1_000_000 });
    expect(await lastOf(short)).toMatchObject({ isUsable: true, match: { share: 1 } });
    const changed = `${short['rounds.c']}\nint more(int value)\n{\n\treturn value + 1;\n}\n`;
    expect(await lastOf({ 'rounds.c': changed })).toMatchObject({ isUsable: false, match: null });
  }, 120_000);

  test('a profile for BOLT is refused where llvm-bolt is given another program', async () => {
    const anew = `gcc -O2 -g -Wl,-q,--build-id -o anew rounds.c && ${bolt('anew')}`;
    const project = repository({ format: 'bolt', profile: 'rounds.fdata', rebuild: rearranged(anew) });
    const { stdout, stderr } = await run(project);
    expect(`${stdout}${stderr}`.replace(/\s+/g, ' ')).toContain(
      'llvm-bolt made rounds of another program than the one that was measured, or of none: pgo.rebuild has to name "$PGO_PROGRAM"',
    );
    expect(existsSync(project.path('out', 'published', 'rounds.fdata'))).toBe(false);
  }, 120_000);
});

describe('what cannot be measured', () => {
  test('is refused with the seconds that are missing, and leaves no profile', async () => {
    const project = new Project().write({
      'rounds.c': readFileSync('test/integration/programs/rounds.c', 'utf8'),
      '.profbound.yml': JSON.stringify({
        version: 1,
        workloads: {
          rounds: {
            batch: './rounds',
            build: 'gcc -O2 -g -Wl,--build-id -o rounds rounds.c',
            warmup: '0s',
            pgo: { format: 'gcc', binary: 'rounds', profile: 'rounds.afdo', captures: 2, seconds: 0.2 },
          },
        },
      }),
    });
    try {
      const run = await runCli(['pgo', '--head', 'dir:.', '--out', 'out'], { cwd: project.folder });
      expectCode(run, 4);
      expect(run.stdout.replace(/\s+/g, ' ')).toMatch(
        /No rounds\.afdo is published for rounds: [\d.]+k? samples in the binary in .* and 5k samples are needed: capture \d+ s more/,
      );
      expect(existsSync(project.path('out', 'published', 'rounds.afdo'))).toBe(false);
    } finally {
      project.remove();
    }
  }, 60_000);

  test.each([
    ['pgo --binary x', /--binary belongs to --bundle DIR/],
    ['pgo --bundle x --head y', /--head and --bundle exclude each other/],
    ['pgo --head dir:nowhere', /dir:nowhere: there is no folder/],
  ])('%s is refused', async (words, message) => {
    const run = await runCli(words.split(' '), { cwd: '/tmp' });
    expectCode(run, 3);
    expect(run.stderr).toMatch(message);
  });
});
