/** A profile that is taken from a store by HTTP: checked, built with, compared and published as one that is captured. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ProfileResult, pgoResultSchema } from '../../src/pgo/result.js';
import { readMessage, toId, toNumber, writeMessage } from '../../src/profile/wire.js';
import { goObstacle } from '../go.js';
import { run as runTool } from '../pgo/support.js';
import { expectCode, Project, type Run, runCli } from './project.js';

const secret = 's3cret-t0ken';
const password = 'hidden-w0rd';

/** A store of profiles that asks who it is. */
class Store {
  readonly profiles = new Map<string, Uint8Array>();
  readonly #server = createServer(({ url = '', headers }, response) => {
    const profile = this.profiles.get(url.slice(1));
    if (headers['x-token'] !== secret) response.writeHead(401).end('who are you?');
    else if (profile === undefined) response.writeHead(404).end('there is no such profile');
    else response.end(profile);
  });

  async start(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }

  /** @param user with its password, as it stands before the host */
  url(name: string, user = ''): string {
    return `http://${user}127.0.0.1:${(this.#server.address() as AddressInfo).port}/${name}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const obstacle = goObstacle(23);

describe('a store of profiles', () => {
  if (obstacle !== null) {
    test(`nothing was run: ${obstacle}`, () => expect(obstacle).toMatch(/^Go /));
    return;
  }
  const store = new Store();
  const project = new Project();

  beforeAll(async () => {
    await store.start();
    project.write({
      'main.go': readFileSync('test/integration/programs/operations.go', 'utf8'),
      'go.mod': 'module example.org/operations\n\ngo 1.21\n',
    });
    // What runs in production, and is sampled there: built elsewhere, and so with another build id.
    runTool(['go', 'build', '-ldflags=-B=gobuildid', '-o', 'production', '.'], project.folder);
    const taken = ['capture', '--rate', '4999', '--out', 'taken', '--', './production'];
    expectCode(await runCli(taken, { cwd: project.folder }), 0);
    const profile = readFileSync(project.path('taken/cpu.pb.gz'));
    store.profiles.set('operations', profile);
    const message = readMessage(profile);
    const renamed = message.stringTable.map((text) => text.replace(/^main\./, 'elsewhere.'));
    store.profiles.set('other', writeMessage({ ...message, stringTable: renamed }));
  }, 120_000);
  afterAll(() => {
    store.stop();
    expect(project.remains()).toEqual([]);
    project.remove();
  });

  /** @param pgo more keys of its `pgo:` */
  async function make(pprof: string, pgo: object = {}): Promise<{ run: Run; profile: ProfileResult }> {
    const written = {
      format: 'go',
      binary: 'operations',
      profile: 'default.pgo',
      // So much faster by its profile that a busy machine cannot hide it: without one it is not optimised.
      rebuild: `go build $(test -z "$PGO_PROFILE" && echo -gcflags=-N) -ldflags=-B=gobuildid -o operations .`,
      floor: 200,
      source: { pprof, headers: { 'X-Token': '${STORE_TOKEN}' } },
      ...pgo,
    };
    project.write({
      '.profbound.yml': JSON.stringify({
        version: 1,
        workloads: { operations: { batch: './operations', warmup: '0s', pgo: written } },
        capture: { seconds: 0.3 },
        gate: { max_pairs: 12, budget: '60s' },
      }),
    });
    const environment = { STORE_TOKEN: secret };
    const words = ['pgo', '--head', 'dir:.', '--out', 'out'];
    const run = await runCli(words, { cwd: project.folder, environment });
    const result = pgoResultSchema.parse(JSON.parse(project.read('out/pgo.json')));
    for (const text of [run.stdout, run.stderr, ...allFiles(project.path('out'))]) {
      expect(text).not.toContain(secret);
    }
    return { run, profile: result.profiles[0] as ProfileResult };
  }

  test('has what a build is proven to gain by: published as it came but for the kernel, with where it is from', async () => {
    const { run, profile } = await make(store.url('operations', `me:${password}@`));
    expectCode(run, 0);
    expect(profile).toMatchObject({
      decision: 'published',
      samples: { source: store.url('operations'), captures: 0, workloads: [] },
      stability: null,
    });
    expect(profile.samples?.inBinary).toBeGreaterThan(200);
    expect(profile.match?.share).toBeGreaterThan(0.9);
    expect(profile.comparisons[0]?.saving.lower).toBeGreaterThan(0);
    const published = readFileSync(project.path('out/published/default.pgo'));
    const came = store.profiles.get('operations') as Uint8Array;
    expect(stacksIn(published, 'production')).toEqual(stacksIn(came, 'production'));
    expect(stacksIn(came, '[kernel.kallsyms]')).not.toEqual([]);
    expect(stacksIn(published, '[kernel.kallsyms]')).toEqual([]);
    const provenance = JSON.parse(project.read('out/published/default.pgo.provenance.json'));
    expect(provenance.samples.source).toBe(store.url('operations'));
    expect(provenance).toMatchObject({ stability: null, saves: [{ comparedWith: 'no profile' }] });
    const summary = project.read('out/summary.md');
    expect(summary).toContain('not known of a merged profile');
    for (const text of [run.stdout, run.stderr, summary, project.read('out/report.html')]) {
      expect(text.replace(/\s+/g, ' ')).toContain(store.url('operations').replace('http://', ''));
      expect(text).not.toContain(password);
    }
  }, 300_000);

  test('without the profile is said to be, and nothing is published', async () => {
    const { run, profile } = await make(store.url('gone'));
    expectCode(run, 4);
    expect(profile.reasons[0]?.message).toContain(
      `${store.url('gone')} answered 404: there is no such profile`,
    );
  }, 120_000);

  test("has another program's profile, which is not built with", async () => {
    const { run, profile } = await make(store.url('other'), { on_no_gain: 'fail' });
    expectCode(run, 1);
    expect(profile.reasons[0]).toMatchObject({
      code: 'poor_match',
      message: expect.stringMatching(
        /^[\d.]+ % of the profile's weight finds its place in the program, and 50/,
      ),
    });
    expect(profile.builds.map(({ variant }) => variant)).toEqual(['none']);
  }, 120_000);

  test('has merged too little, and is asked for more', async () => {
    const { run, profile } = await make(store.url('operations'), { floor: 1_000_000 });
    expectCode(run, 4);
    expect(profile.reasons[0]).toMatchObject({
      code: 'too_few_samples',
      message: expect.stringMatching(
        /in the binary in .* of http:\S+operations, and 1M samples are needed: let it merge .* more/,
      ),
    });
  }, 120_000);

  test('is not asked without the variable that a header needs', async () => {
    const headers = { 'X-Token': '${NO_SUCH_TOKEN}' };
    const { profile } = await make(store.url('operations'), {
      source: { pprof: store.url('operations'), headers },
    });
    expect(profile.reasons[0]?.message).toBe(
      'pgo.source.headers: X-Token needs NO_SUCH_TOKEN, which the environment does not have',
    );
  }, 120_000);

  test('hands it out to --pprof by a header, which is never repeated', async () => {
    const words = ['pgo', '--pprof', store.url('operations'), '--binary', 'production', '--format', 'go'];
    const more = ['--out', 'taken.pgo', '--min-samples', '200'];
    const ask = (...headers: string[]) => runCli([...words, ...more, ...headers], { cwd: project.folder });
    const given = await ask('--header', `X-Token: ${secret}`);
    expectCode(given, 0);
    expect(readMessage(readFileSync(project.path('taken.pgo'))).stringTable).toContain('main.scramble.apply');
    const refused = await ask();
    expectCode(refused, 4);
    expect(refused.stderr).toContain('answered 401: who are you?');
    const broken = await ask('--header', secret);
    expectCode(broken, 3);
    expect(broken.stderr).toContain("--header needs 'NAME: VALUE'");
    expect(given.stdout + given.stderr + broken.stderr).not.toContain(secret);
  }, 60_000);
});

/** What each stack of a profile has in the file of that name, a line each: names of functions, and what the sample weighs. */
function stacksIn(bytes: Uint8Array, file: string): string[] {
  const { mapping, location, function: functions, sample, stringTable } = readMessage(bytes);
  const text = (index: Parameters<typeof toNumber>[0]) => stringTable[toNumber(index)] ?? '';
  const inFile = mapping
    .filter(({ filename }) => text(filename).split('/').at(-1) === file)
    .map(({ id }) => toId(id));
  const names = new Map(functions.map(({ id, name }) => [toId(id), text(name)]));
  const frames = new Map(
    location
      .filter(({ mappingId }) => inFile.includes(toId(mappingId)))
      .map(({ id, line }) => [toId(id), (line ?? []).map((each) => names.get(toId(each.functionId)))]),
  );
  return sample.flatMap(({ locationId, value }) => {
    const stack = (locationId ?? []).flatMap((id) => frames.get(toId(id)) ?? []);
    return stack.length === 0 ? [] : [`${stack.join(' < ')} ${(value ?? []).map(toNumber).join(' ')}`];
  });
}

/** The text of all files below a folder. */
function allFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}
