import { describe, expect, test } from '@jest/globals';
import { parseConfig, positionOf } from '../../src/config/file.js';
import { resolvePlan } from '../../src/config/resolve.js';
import { UsageError } from '../../src/errors.js';

const service = `version: 1
workloads:
  api:
    start: ./api --port \${PORT}
    ready: http://127.0.0.1:\${PORT}/healthz
    load: wrk http://127.0.0.1:\${PORT}/
    units: { regex: '(\\d+) requests' }
`;

const file = (text: string, path = '.profbound.yml') => ({ path, text, config: parseConfig(text, path) });

/** The message a text is refused with. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('was accepted');
}

const withSource = (source: string): string => service.replace('start:', `source: ${source}\n    start:`);

describe('errors say file:line:column and what was meant', () => {
  test.each([
    [
      'an unknown key',
      service.replace('ready:', 'redy:'),
      '.profbound.yml:5:5: unknown key redy in workloads.api; did you mean ready?',
    ],
    [
      'an unknown key that is like no other',
      `${service}telemetry: true\n`,
      '.profbound.yml:8:1: unknown key telemetry in the file; known here: version, workloads, capture, gate',
    ],
    [
      'an unknown key inside a union',
      service.replace('load: wrk http://127.0.0.1:${PORT}/', 'load: { http: "http://x/", conections: 4 }'),
      '.profbound.yml:6:32: unknown key conections in workloads.api.load; did you mean connections?',
    ],
    [
      'a runtime that is none',
      service.replace('ready:', 'runtime: deno\n    ready:'),
      '.profbound.yml:5:14: workloads.api.runtime: Invalid option: expected one of "node"|"java"|"python"|"dotnet"|"go"|"native"|"none"',
    ],
    [
      'a percentage without its unit',
      `${service}gate:\n  total: { margin: 2 }\n`,
      '.profbound.yml:9:20: gate.total.margin: 2 is not a percentage: write a number and %, for instance 2%',
    ],
    [
      'a wrong unit',
      `${service}gate:\n  budget: 15 min\n`,
      '.profbound.yml:9:11: gate.budget: "15 min" is not a duration: write a number and ms, s, m or h, for instance 3s',
    ],
    [
      'an impossible value',
      `${service}capture: { seconds: 0 }\n`,
      '.profbound.yml:8:21: capture.seconds: Too small: expected number to be >=0.2',
    ],
    [
      'a pattern without a group',
      service.replace('(\\d+)', '\\d+'),
      '.profbound.yml:7:21: workloads.api.units.regex: /\\d+ requests/ has no group: put ( ) around the number',
    ],
    [
      'a seed without layouts',
      service.replace('start:', 'build: make LAYOUT=${LAYOUT_SEED}\n    start:'),
      '.profbound.yml:4:12: workloads.api.build: uses ${LAYOUT_SEED} and has no layouts: write { command: "make LAYOUT=${LAYOUT_SEED}", layouts: 8 }',
    ],
    [
      'layouts without a seed',
      service.replace('start:', 'build: { command: make, layouts: 8 }\n    start:'),
      '.profbound.yml:4:23: workloads.api.build.command: does not use ${LAYOUT_SEED}, so that every layout would be the same build: hand it to the linker, for instance make LAYOUT=${LAYOUT_SEED}',
    ],
    [
      'a relink without a seed',
      service.replace('start:', 'build: { command: make, relink: make link, layouts: 8 }\n    start:'),
      '.profbound.yml:4:37: workloads.api.build.relink: does not use ${LAYOUT_SEED}, so that every layout would be the same build: hand it to the linker, for instance make relink LAYOUT=${LAYOUT_SEED}',
    ],
    [
      'a seed in what is run once',
      service.replace(
        'start:',
        'build: { command: "make ${LAYOUT_SEED}", relink: "make link ${LAYOUT_SEED}", layouts: 8 }\n    start:',
      ),
      '.profbound.yml:4:23: workloads.api.build.command: uses ${LAYOUT_SEED}, but beside relink it is run once for all layouts: let only relink use it',
    ],
    [
      'one layout',
      service.replace('start:', 'build: { command: "make ${LAYOUT_SEED}", layouts: 1 }\n    start:'),
      '.profbound.yml:4:55: workloads.api.build.layouts: Too small: expected number to be >=2',
    ],
    ['a missing key', 'version: 1\n', '.profbound.yml:1:1: workloads: is missing'],
    ['no version', service.replace('version: 1\n', ''), '.profbound.yml:1:1: version: 1 is missing'],
    [
      'a text that YAML reads as a number',
      service.replace('load:', 'environment: { LEVEL: 1.10 }\n    load:'),
      '.profbound.yml:6:27: workloads.api.environment.LEVEL: a text is needed; quote it: LEVEL: "1.10"',
    ],
    [
      'an address that is ready how?',
      service.replace(/ready: .*/, 'ready: localhost:80'),
      '.profbound.yml:5:12: workloads.api.ready: localhost:80 is none of http://…, tcp:HOST:PORT, log:REGEX; did you mean tcp:localhost:80?',
    ],
    [
      'a pattern of a ready line that is none',
      service.replace(/ready: .*/, "ready: 'log:up ('"),
      '.profbound.yml:5:12: workloads.api.ready: Invalid regular expression',
    ],
    [
      'a length with a unit that is too long',
      `${service}capture: { seconds: 15m }\n`,
      '.profbound.yml:8:21: capture.seconds: Too big: expected number to be <=600',
    ],
    [
      'a length that is none',
      `${service}capture: { seconds: five }\n`,
      '.profbound.yml:8:21: capture.seconds: a length is a number of seconds between 0.2 and 600, as 5 or 5s, or auto',
    ],
    [
      'batch and start',
      service.replace('start:', 'batch: ./job\n    start:'),
      '.profbound.yml:3:3: workloads.api: batch and start exclude each other',
    ],
    [
      'a service without load',
      service.replace(/ {4}load.*\n/, ''),
      '.profbound.yml:3:3: workloads.api: a service needs load:',
    ],
    [
      'units beside the load that counts itself',
      service.replace(/load: .*/, 'load: { http: "http://x/" }'),
      '.profbound.yml:3:3: workloads.api: the built-in HTTP load counts its own units',
    ],
    [
      'a source of no format',
      withSource('{ jfr: x.jfr }'),
      '.profbound.yml:4:15: unknown key jfr in workloads.api.source',
    ],
    [
      'collapsed stacks without what a sample stands for',
      withSource('{ collapsed: "${OUTPUT}", command: x }'),
      '.profbound.yml:4:5: workloads.api.source.interval: is missing',
    ],
    [
      'a source in a file that nobody writes',
      withSource('{ perf_data: perf.data }'),
      '.profbound.yml:3:3: workloads.api: source has a file and no command: say with command: what writes it',
    ],
    [
      'a source that is fetched and written',
      withSource('{ pprof: "http://x/", command: x }'),
      '.profbound.yml:3:3: workloads.api: source has a URL and a command',
    ],
    [
      'a rate for samples of somebody else',
      withSource('{ pprof: "http://x/" }').replace('ready:', 'capture: { rate: 99 }\n    ready:'),
      '.profbound.yml:3:3: workloads.api: capture.rate and source exclude each other',
    ],
    [
      'a batch program with a source that it does not write',
      'version: 1\nworkloads:\n  job: { batch: ./job, source: { pprof: p.pb.gz } }\n',
      '.profbound.yml:3:3: workloads.job: the source of a batch program is the file that each of its runs writes',
    ],
    [
      'another version',
      service.replace('version: 1', 'version: 2'),
      '.profbound.yml:1:10: version: this version reads version: 1',
    ],
    [
      'a bad workload name',
      service.replace('  api:', '  ../api:'),
      '.profbound.yml:3:3: workloads.../api: a workload name is',
    ],
    ['broken YAML', 'version: 1\nworkloads: [\n', '.profbound.yml:3:1: '],
  ])('%s', (_what, text, message) => {
    expect(refusal(() => parseConfig(text, '.profbound.yml'))).toContain(message);
  });

  test('an empty file lacks its keys', () => {
    expect(refusal(() => parseConfig('', 'c.yml'))).toBe(
      'c.yml:1:1: version: 1 is missing\nc.yml:1:1: workloads: is missing',
    );
  });

  test('a misspelt key is not called missing as well', () => {
    expect(refusal(() => parseConfig(service.replace('workloads:', 'workload:'), 'c.yml'))).toBe(
      'c.yml:2:1: unknown key workload in the file; did you mean workloads?',
    );
  });

  test('a workload that is another kind of thing on each side', () => {
    const batch = 'version: 1\nworkloads:\n  api: { batch: ./job }\n';
    expect(refusal(() => resolvePlan(file(service), file(batch, 'head:c.yml')))).toBe(
      'head:c.yml:3:3: workload api is a batch program on one side and a service on the other',
    );
  });

  test('the position of a key, or of what is nearest around it', () => {
    expect(positionOf(file(service), ['workloads', 'api', 'load'])).toBe('.profbound.yml:6:5');
    expect(positionOf(file(service), ['workloads', 'api', 'capture', 'cpus'])).toBe('.profbound.yml:3:3');
  });

  test('all errors of a file are listed at once', () => {
    const text = `${service.replace('ready:', 'redy:')}gate: { budget: 3 }\n`;
    expect(refusal(() => parseConfig(text, 'c.yml')).split('\n')).toHaveLength(2);
  });
});

describe('the plan', () => {
  test('fills in the documented defaults', () => {
    const [api] = resolvePlan(file(service), file(service)).workloads;
    expect(api).toMatchObject({
      name: 'api',
      warmupSeconds: 1,
      readyTimeoutSeconds: 30,
      runtime: null,
      budgetSeconds: 900,
      port: null,
      load: { kind: 'command', rate: null },
      units: { kind: 'output', source: { kind: 'regex', pattern: '(\\d+) requests' } },
      mostPairs: null,
      capture: { seconds: null, rateHz: null, event: 'auto', backend: 'auto', maxDepth: 128, offCpu: true },
      source: null,
      waitPolicy: { mode: 'report', margin: 0.1, idle: [] },
      policy: {
        totalMargin: 0.02,
        functionMargin: 0.05,
        minShare: 0.005,
        looks: [10, 16, 24, 32, 40, 50, 60],
      },
    });
  });

  test('takes the policy from base, and says when head would change it', () => {
    const head = `${service}gate: { total: { margin: 50% }, on_inconclusive: pass }\n`;
    const plan = resolvePlan(file(service), file(head));
    expect(plan.workloads[0]?.policy.totalMargin).toBe(0.02);
    expect(plan.onInconclusive).toBe('warn');
    expect(plan.notes).toEqual([expect.stringContaining("base's gate was applied")]);
  });

  test('measures waits that base enforces, whatever head says, and takes the margin from base', () => {
    const base = `${service}gate: { off_cpu: { mode: enforce, margin: 25%, idle: [next_job] } }\n`;
    const head = `${service}capture: { off_cpu: false }\n`;
    const [enforced] = resolvePlan(file(base), file(head)).workloads;
    expect(enforced?.capture.offCpu).toBe(true);
    expect(enforced?.waitPolicy).toEqual({ mode: 'enforce', margin: 0.25, idle: ['next_job'] });
    const [reported] = resolvePlan(file(service), file(head)).workloads;
    expect(reported?.capture.offCpu).toBe(false);
    const wrong = `${service}gate: { off_cpu: { mode: fail } }\n`;
    expect(refusal(() => parseConfig(wrong, 'c.yml'))).toContain('c.yml:');
  });

  test('lets each side start as its own file says, under the load of head', () => {
    const head = service.replace('./api', './api --fast').replace('wrk', 'wrk -t4');
    const [api] = resolvePlan(file(service), file(head)).workloads;
    expect(api?.sides.base.start).toBe('./api --port ${PORT}');
    expect(api?.sides.head.start).toBe('./api --fast --port ${PORT}');
    expect(api?.load).toMatchObject({ command: 'wrk -t4 http://127.0.0.1:${PORT}/' });
  });

  test('names workloads that are on one side only', () => {
    const two = service.replace('workloads:', 'workloads:\n  job: { batch: ./job }');
    expect(resolvePlan(file(service), file(two)).notes).toEqual([
      expect.stringContaining('job is new in head'),
    ]);
    expect(resolvePlan(file(two), file(service)).notes).toEqual([
      expect.stringContaining('job is gone in head'),
    ]);
  });

  test.each([
    ['7', 7],
    ['7s', 7],
    ['500ms', 0.5],
    ['auto', null],
  ])('reads captures of %s', (written, seconds) => {
    const text = `${service}capture: { seconds: ${written} }\n`;
    expect(resolvePlan(file(text), file(text)).workloads[0]?.capture.seconds).toBe(seconds);
  });

  test('shortens the looks to the most pairs allowed', () => {
    const text = `${service}gate: { max_pairs: 12 }\n`;
    expect(resolvePlan(file(text), file(text)).workloads[0]?.policy.looks).toEqual([9, 12]);
  });

  test('has as many layouts as both sides ask for, and says where they differ', () => {
    const build = (text: string) => service.replace('start:', `build: ${text}\n    start:`);
    const eight = build('{ command: "make LAYOUT=${LAYOUT_SEED}", layouts: 8 }');
    const plan = resolvePlan(file(eight), file(eight));
    expect(plan.workloads[0]).toMatchObject({
      layouts: 8,
      sides: { head: { build: 'make LAYOUT=${LAYOUT_SEED}' } },
    });
    expect(plan.notes).toEqual([]);
    const relinked = file(build('{ command: make, relink: "link ${LAYOUT_SEED}", layouts: 8 }'));
    expect(resolvePlan(relinked, relinked).workloads[0]).toMatchObject({
      layouts: 8,
      sides: { base: { build: 'make', relink: 'link ${LAYOUT_SEED}' } },
    });
    const loosened = resolvePlan(file(eight), file(build('make LAYOUT=${LAYOUT_SEED:-1}')));
    expect(loosened.workloads[0]?.layouts).toBe(1);
    expect(loosened.notes).toEqual([
      'head changes build.layouts of api from 8 to 1; 1 a side was measured, the change takes effect once it is merged',
    ]);
  });

  test.each([
    [
      'batch and load',
      service.replace('start: ./api --port ${PORT}', 'batch: ./job'),
      'batch and load exclude each other',
    ],
    ['no start', service.replace(/ {4}start.*\n/, ''), 'needs start: (a service) or batch:'],
    ['no units', service.replace(/ {4}units.*\n/, ''), 'needs units:'],
    ['no ready', service.replace(/ {4}ready.*\n/, ''), 'needs ready:'],
    ['a ready that is nothing known', service.replace(/ready: .*/, 'ready: soon'), 'ready: soon is none of'],
    [
      'a counter without a source',
      service.replace(/units: .*/, 'units: { counter: "http://x/" }'),
      'units.counter needs one of',
    ],
  ])('refuses %s', (_what, text, message) => {
    expect(refusal(() => resolvePlan(file(text), file(text)))).toContain(message);
  });

  test("takes another profiler's profiles from head, and measures no waits then", () => {
    const enforced = `${service}gate: { off_cpu: { mode: enforce } }\n`;
    const planOf = (source: string) => resolvePlan(file(enforced), file(withSource(source))).workloads[0];
    const url = 'http://127.0.0.1:${PORT}/debug/pprof/profile?seconds=${SECONDS}';
    expect(planOf(`{ pprof: "${url}" }`)).toMatchObject({
      source: { format: 'pprof', from: url, command: null, intervalNanoseconds: null },
      capture: { offCpu: false },
    });
    expect(planOf('{ collapsed: "${OUTPUT}", interval: 1.5ms, command: "prof ${PID}" }')?.source).toEqual({
      format: 'collapsed',
      from: '${OUTPUT}',
      command: 'prof ${PID}',
      intervalNanoseconds: 1.5e6,
    });
    expect(planOf('{ perf_script: out.txt, command: x }')?.source?.format).toBe('perf_script');
    expect(planOf('{ perf_data: perf.data, command: x }')?.source?.format).toBe('perf_data');
  });

  test('refuses a workload nobody defined', () => {
    expect(refusal(() => resolvePlan(file(service), file(service), ['apo']))).toContain(
      'has no workload apo; it has api',
    );
  });
});
