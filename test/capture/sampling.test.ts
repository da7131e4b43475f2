/** What is sampled, how often, and what a sample stands for: measured on programs that do a known amount of it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SampledEvent } from '../../src/bundle/summary.js';
import { type FinishedCapture, openCollector } from '../../src/capture/collector.js';
import { MeasureError } from '../../src/errors.js';
import { failure, never, Tag, temporaryFolder } from '../workload/support.js';

/** `busy` runs for so many ms; `faults` touches so many pages; `switches` gives up the CPU so many times. */
const source = `
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}
__attribute__((noinline)) void spin(double end)
{
	while (now() < end)
		for (volatile int i = 0; i < 1000; i++)
			;
}
__attribute__((noinline)) void touch(long pages)
{
	char *memory = mmap(0, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(memory, pages * 4096, MADV_NOHUGEPAGE);
	for (long page = 0; page < pages; page++)
		memory[page * 4096] = 1;
}
__attribute__((noinline)) void give_up(long times)
{
	struct timespec least = { .tv_nsec = 1 };
	while (times-- > 0)
		nanosleep(&least, 0);
}
int main(int count, char **arguments)
{
	long amount = atol(arguments[2]);
	if (strcmp(arguments[1], "busy") == 0)
		spin(now() + amount);
	else if (strcmp(arguments[1], "faults") == 0)
		touch(amount);
	else
		give_up(amount);
	return 0;
}
`;

// Of the whole file: temporaryFolder() is a test's.
const folder = mkdtempSync(join(tmpdir(), 'profbound-sampling-'));
const program = join(folder, 'program');

beforeAll(() => {
  writeFileSync(`${program}.c`, source);
  execFileSync('gcc', ['-O1', '-g', '-fno-omit-frame-pointer', '-o', program, `${program}.c`]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Asked {
  readonly event?: SampledEvent;
  readonly rateHz?: number | 'auto';
  readonly fixedPeriod?: boolean;
  readonly backend?: 'bpf' | 'perf';
}

async function capture(what: string, amount: number, asked: Asked): Promise<FinishedCapture> {
  const collector = await openCollector();
  const running = await collector.start(
    {
      target: {
        kind: 'command',
        command: [program, what, String(amount)],
        cwd: '/',
        environment: new Tag().environment,
        cpus: '0',
        repeatSeconds: null,
      },
      out: temporaryFolder(),
      seconds: null,
      event: asked.event ?? 'cpu-clock',
      rateHz: asked.rateHz ?? 'auto',
      fixedPeriod: asked.fixedPeriod ?? false,
      maxDepth: 127,
      backend: asked.backend ?? 'bpf',
    },
    never,
  );
  return running.finished;
}

const pprof = (words: readonly string[], file: string): string =>
  execFileSync('go', ['tool', 'pprof', ...words, file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

describe.each(['bpf', 'perf'] as const)('the %s backend', (backend) => {
  test.each([
    [997, false],
    [99, false],
    [997, true],
  ])('at %d Hz, fixed %s: weights add up to the CPU time', async (rateHz, fixedPeriod) => {
    const { summary } = await capture('busy', 1500, { rateHz, fixedPeriod, backend });
    expect(summary).toMatchObject({ event: 'cpu-clock', rateHz, fixedPeriod, unit: 'nanoseconds' });
    // Six standard errors of samples at random times, which these are better than, and 5 % for interrupts.
    const tolerance = 6 / Math.sqrt(summary.samples) + 0.05;
    expect(Math.abs(summary.weight / summary.cpuNanoseconds - 1)).toBeLessThan(tolerance);
    expect(summary.perCpu).toEqual([{ cpu: 0, node: 0, samples: summary.samples, weight: summary.weight }]);
  });

  test('counts page faults where they happen', async () => {
    const pages = 40_000;
    const { summary, profileFile } = await capture('faults', pages, { event: 'page-faults', backend });
    expect(summary).toMatchObject({ event: 'page-faults', unit: 'count' });
    expect(summary.weight / pages).toBeGreaterThan(0.8);
    expect(summary.weight / pages).toBeLessThan(1.25);
    const top = pprof(['-top', '-cum'], profileFile);
    expect(top).toContain('Type: page-faults');
    expect(top).toMatch(/% {2}touch$/m);
  });

  test('counts context switches where they happen', async () => {
    const switches = 4000;
    const { summary, profileFile } = await capture('switches', switches, {
      event: 'context-switches',
      backend,
    });
    expect(summary.weight / switches).toBeGreaterThan(0.7);
    expect(summary.weight / switches).toBeLessThan(1.4);
    expect(pprof(['-top', '-cum'], profileFile)).toMatch(/100% {2}main$/m);
  });

  test('samples hardware events, or says that there is no PMU', async () => {
    const captured = capture('busy', 300, { event: 'instructions', backend }).then(
      ({ summary }) => summary.unit,
      (error: Error) => error,
    );
    const outcome = await captured;
    if (outcome === 'count') return;
    expect(outcome).toBeInstanceOf(MeasureError);
    expect((outcome as MeasureError).message).toContain(
      'this machine cannot count instructions: it has no PMU',
    );
  });
});

test('the labels of CPU and node are there for number 0 as well', async () => {
  const { profileFile } = await capture('busy', 300, {});
  const tags = pprof(['-tags'], profileFile);
  expect(tags).toMatch(/cpu: Total .*\n.*: 0\n/);
  expect(tags).toMatch(/node: Total .*\n.*: 0\n/);
});

test('an event that is none is a usage error that lists them', async () => {
  const error = await failure(Error, () => capture('busy', 1, { event: 'heartbeats' as SampledEvent }));
  expect(error.message).toContain('context-switches');
});
