/** Real gates on a service that waits: CPU time is the same on both sides, a request waits twice as long on head. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { brief, configuration, expectCode, Project, runCli } from './project.js';

const source = readFileSync('test/integration/programs/waiting-service.c', 'utf8');

function sides(project: Project, gate: Readonly<Record<string, unknown>>, capture = {}): Project {
  const text = (microseconds: number) => {
    const settings = JSON.parse(
      configuration({
        build: `gcc -O2 -g -pthread -DWAIT_MICROSECONDS=${microseconds} -o service service.c`,
        start: 'exec ./service ${PORT}',
        ready: 'tcp:127.0.0.1:${PORT}',
        load: { http: 'http://127.0.0.1:${PORT}/', connections: 2, rate: 80 },
      }),
    );
    return JSON.stringify({
      ...settings,
      capture: { ...settings.capture, ...capture },
      gate: { ...settings.gate, ...gate },
    });
  };
  return project.write({
    'base/service.c': source,
    'base/.profbound.yml': text(2000),
    'head/service.c': source,
    'head/.profbound.yml': text(4000),
  });
}

describe('a request that waits 4 ms instead of 2 ms', () => {
  const project = new Project();
  afterAll(() => project.remove());
  beforeAll(async () => {
    // Head would rather not be looked at: base decides.
    sides(project, { off_cpu: { mode: 'enforce' } }, { off_cpu: false });
    expectCode(await project.gate('--base', 'dir:base', '--head', 'dir:head'), 1);
  }, 120_000);

  test('fails where waits are enforced, naming the function that waits', () => {
    const [workload] = project.result().workloads;
    const codes = workload?.reasons.map(({ code }) => code);
    expect(codes).toContain('wait_longer');
    expect(codes).not.toContain('total_slower');
    const reason = workload?.reasons.find(({ code }) => code === 'wait_longer');
    expect(reason?.message).toMatch(/^waiting asleep in load_record \(service\.c:\d+\) grew from /);
    expect(project.read('out/summary.md')).toContain('`load_record`');
    expect(project.read('out/report.html')).toContain('load_record');
  });

  test('has a flame graph of waits, in which the function is coloured and waiting for work is not drawn', () => {
    const page = project.read('out/report.html');
    const [drawn = ''] = page.slice(page.indexOf('Differential off-CPU flame graph')).split('</figure>');
    expect(drawn).toMatch(
      /<svg class="slower"[^>]*><title>load_record\nservice\.c:\d+\n[^<]*per request[^<]*\nproven longer, waits asleep \+/,
    );
    expect(drawn).toContain('>handle</text>');
    expect(drawn).not.toContain('next_connection');
  });

  test('is measured per unit, apart from waiting for work', () => {
    const offCpu = project.result().workloads[0]?.offCpu;
    const wait = offCpu?.waits.find(({ name }) => name === 'load_record');
    expect(wait).toMatchObject({ kind: 'sleep', idle: false, class: 'longer', file: 'service.c' });
    expect(wait?.paths[0]?.callers.slice(0, 2)).toEqual(['handle', 'serve']);
    // It sleeps as long as it asked for, and until a CPU takes it; less where a capture's end cut it.
    const [base, head] = [wait?.base ?? 0, wait?.head ?? 0];
    for (const [slept, asked] of [
      [base, 2e6],
      [head, 4e6],
    ] as const) {
      expect(slept).toBeGreaterThan(0.85 * asked);
      expect(slept).toBeLessThan(1.7 * asked);
    }
    for (const name of ['serve', 'next_connection', 'main', 'tick']) {
      expect(offCpu?.waits.find((one) => one.name === name)).toMatchObject({ idle: true, class: 'unproven' });
    }
    expect(offCpu?.idle.base).toBeGreaterThan(wait?.base ?? 0);
    expect(offCpu?.quality.base.withoutStack).toBeLessThan(0.05);
  });

  test('does not fail, and is shown as longer, where waits are only reported', async () => {
    const file = project.path('out/bundle/bundle.json');
    const bundle = JSON.parse(readFileSync(file, 'utf8'));
    bundle.workloads[0].offCpu.mode = 'report';
    project.write({ 'out/bundle/bundle.json': JSON.stringify(bundle) });
    const run = await runCli(['report', 'out', '--out', 'out'], { cwd: project.folder });
    expectCode(run, 0);
    const result = project.result();
    expect(result.verdict).not.toBe('fail');
    expect(result.reasons.map(({ code }) => code)).toContain('waits_reported');
    expect(run.stdout).toMatch(/▲ longer +load_record +service\.c:\d+/);
  });
});

test('what cannot be measured is said, and nothing passes by it', async () => {
  const project = new Project();
  try {
    sides(project, { max_pairs: 4, off_cpu: { mode: 'enforce' } }, brief.capture);
    const run = await project.gate('--base', 'dir:base', '--head', 'dir:base', '--backend', 'perf');
    expectCode(run, 0);
    const [workload] = project.result().workloads;
    expect(workload).toMatchObject({ verdict: 'inconclusive', offCpu: null });
    expect(workload?.reasons.map(({ code }) => code)).toContain('waits_not_measured');
    expect(workload?.capture.limits.join()).toContain('Where threads wait was not captured');
  } finally {
    project.remove();
  }
}, 120_000);
