/** Stacks reach the functions that threads begin in, without a frame pointer anywhere. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CaptureRequest, type FinishedCapture, openCollector } from '../../src/capture/collector.js';
import { breaksOf } from '../../src/profile/breaks.js';
import { decodeProfile } from '../../src/profile/codec.js';
import { startProcess } from '../../src/workload/process.js';
import { workloads } from '../bench/collector/workloads.js';
import { eventually, never, Tag } from '../workload/support.js';

/** Calls itself DEPTH times, on two threads, once more from a signal handler, and works there until its time is up. */
const program = `
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#define KEEP __asm__ volatile("" ::: "memory")
static time_t until;
__attribute__((noinline)) void bottom(void)
{
	volatile unsigned long sum = 0;
	while (time(NULL) < until)
		for (int i = 0; i < 100000; i++)
			sum += i;
}
__attribute__((noinline)) void handler(int number) { bottom(); KEEP; }
__attribute__((noinline)) void descend(int depth)
{
	char buffer[depth % 7 + 1];
	memset(buffer, depth, sizeof(buffer));
	__asm__ volatile("" :: "r"(buffer) : "memory");
	if (depth)
		descend(depth - 1);
	else
		raise(SIGUSR1);
	KEEP;
}
__attribute__((noinline)) void *thread(void *depth) { descend(*(int *)depth); KEEP; return NULL; }
int main(int count, char **arguments)
{
	int depth = atoi(arguments[2]);
	pthread_t other;
	until = time(NULL) + atoi(arguments[1]);
	signal(SIGUSR1, handler);
	pthread_create(&other, NULL, thread, &depth);
	thread(&depth);
	pthread_join(other, NULL);
	return 0;
}
`;

const folder = mkdtempSync(join(tmpdir(), 'profbound-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const binary = join(folder, 'descends');
beforeAll(() => {
  writeFileSync(`${binary}.c`, program);
  execFileSync('gcc', ['-O2', '-fomit-frame-pointer', '-pthread', '-o', binary, `${binary}.c`]);
});

const request = (target: CaptureRequest['target'], maxDepth = 127): CaptureRequest => ({
  target,
  out: mkdtempSync(join(folder, 'capture-')),
  seconds: null,
  event: 'auto',
  rateHz: 997,
  maxDepth,
  backend: 'bpf',
});

const command = (words: readonly string[]) =>
  ({
    kind: 'command',
    command: words,
    cwd: '/',
    environment: new Tag().environment,
    cpus: null,
    repeatSeconds: null,
  }) as const;

async function captureCommand(words: readonly string[]): Promise<FinishedCapture> {
  const collector = await openCollector();
  return (await collector.start(request(command(words)), never)).finished;
}

async function captureProcess(
  pid: number,
  milliseconds: number,
  maxDepth?: number,
): Promise<FinishedCapture> {
  const collector = await openCollector();
  const capture = await collector.start(request({ kind: 'pids', pids: [pid] }, maxDepth), never);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return capture.stop();
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** What the collector says of the unwinding itself. */
function figures({ summary, profileFile }: FinishedCapture) {
  const { overhead } = JSON.parse(readFileSync(join(profileFile, '..', 'capture.json'), 'utf8'));
  return {
    samples: summary.samples,
    lost: sum(summary.lost),
    complete: 1 - sum(summary.incomplete) / summary.samples,
    copied: overhead.stacksCopied as number,
    framePointers: overhead.framesByFramePointer as number,
  };
}

/** The function names of each stack of the thread's own code, leaf first. */
function stacks({ profileFile }: FinishedCapture): string[][] {
  const profile = decodeProfile(readFileSync(profileFile));
  return profile.samples.map(({ stack }) => stack.map((frame) => profile.frames[frame]?.name ?? ''));
}

test('of a command, from its loading on; copies are needed at its beginning only', async () => {
  const capture = await captureCommand([binary, '2', '20']);
  const { samples, lost, complete, copied } = figures(capture);
  expect(samples).toBeGreaterThan(500);
  expect(lost).toBe(0);
  expect(complete).toBeGreaterThanOrEqual(0.995);
  expect(copied).toBeGreaterThan(0);
  expect(copied).toBeLessThan(samples / 4);
  const whole = stacks(capture).filter((names) => names.includes('bottom'));
  const [first = []] = whole.filter((names) => names.includes('main'));
  expect(first).toEqual(expect.arrayContaining(['handler', 'descend', 'thread', 'main', '_start']));
  expect(first.filter((name) => name === 'descend')).toHaveLength(21);
  expect(whole.some((names) => names.includes('start_thread') && !names.includes('main'))).toBe(true);
});

async function attachTo(depth: number, maxDepth?: number): Promise<FinishedCapture> {
  const running = await startProcess({
    words: [binary, '5', String(depth)],
    cwd: '/',
    environment: new Tag().environment,
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const capture = await captureProcess(running.pid, 1000, maxDepth);
  await running.stop();
  return capture;
}

test('of a process that runs already; no copy is needed', async () => {
  const { samples, lost, complete, copied, framePointers } = figures(await attachTo(20));
  expect(samples).toBeGreaterThan(200);
  expect({ lost, copied, framePointers }).toEqual({ lost: 0, copied: 0, framePointers: 0 });
  expect(complete).toBeGreaterThanOrEqual(0.995);
});

test('as deep as is asked for; what is deeper says so', async () => {
  const deep = await attachTo(900, 1024);
  expect(figures(deep).complete).toBeGreaterThanOrEqual(0.995);
  expect(deep.summary.truncated).toBe(0);
  const cut = await attachTo(900, 64);
  expect(cut.summary.truncated).toBeGreaterThan(cut.summary.samples / 2);
});

test('of redis-server as installed, under load', async () => {
  const port = '7411';
  const server = await startProcess({
    words: ['redis-server', '--port', port, '--save', '', '--appendonly', 'no'],
    cwd: folder,
    environment: new Tag().environment,
  });
  const answers = () => execFileSync('redis-cli', ['-p', port, 'ping'], { stdio: 'pipe' }).includes('PONG');
  await eventually(() => {
    try {
      return answers();
    } catch {
      return false;
    }
  });
  const load = await startProcess({
    words: ['redis-benchmark', '-p', port, '-q', '-n', '100000000', '-P', '16', '-t', 'set,get'],
    cwd: folder,
    environment: new Tag().environment,
  });
  const { samples, lost, complete } = figures(await captureProcess(server.pid, 2000));
  await load.stop();
  await server.stop();
  expect(samples).toBeGreaterThan(200);
  expect(lost).toBe(0);
  expect(complete).toBeGreaterThanOrEqual(0.995);
});

/** In any window: the capture begins and ends within the load. */
test.each(
  workloads
    .filter(({ name }) => !['redis-server', 'Go'].includes(name))
    .map(({ name, start }) => [name, start] as const),
)('of %s, under load', async (_, start) => {
  const running = await start(mkdtempSync(join(folder, 'workload-')));
  try {
    const load = running.load(3);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const collector = await openCollector();
    const capture = await collector.start(request({ kind: 'pids', pids: running.pids }), never);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const { samples, lost, complete } = figures(await capture.stop());
    await load;
    expect(samples).toBeGreaterThan(100);
    expect(lost).toBe(0);
    expect(complete).toBeGreaterThanOrEqual(0.995);
  } finally {
    running.stop();
  }
});

/** Allocates, collects and waits for timers: half of its work runs on stacks that the runtime switched to. */
const allocating = `
package main

import (
	"runtime"
	"time"
)

type node struct{ left, right *node }

func grow(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{grow(depth - 1), grow(depth - 1)}
}

var kept [16]*node

func main() {
	for i := 0; i < 4; i++ {
		i := i
		go func() {
			for round := 0; ; round++ {
				kept[i*4+round%4] = grow(10)
				if round%50 == 0 {
					runtime.GC()
				}
			}
		}()
		go func() {
			for {
				<-time.NewTimer(50 * time.Microsecond).C
			}
		}()
	}
	time.Sleep(2 * time.Second)
}
`;

test.each([
  ['with symbols and debug information', ''],
  ['stripped', '-s -w'],
])('of a Go program that collects garbage, %s', async (_, flags) => {
  const source = mkdtempSync(join(folder, 'go-'));
  writeFileSync(join(source, 'main.go'), allocating);
  writeFileSync(join(source, 'go.mod'), 'module allocating\n\ngo 1.18\n');
  execFileSync('go', ['build', '-ldflags', flags, '-o', 'allocating', '.'], { cwd: source });
  const capture = await captureCommand([join(source, 'allocating')]);
  const { samples, complete } = figures(capture);
  expect(samples).toBeGreaterThan(500);
  expect(complete).toBeGreaterThanOrEqual(0.995);
  const switched = stacks(capture).filter((names) => names.includes('runtime.systemstack'));
  expect(switched.some((names) => names.includes('main.grow'))).toBe(true);
});

test('of code that says nothing of its callers break off there, and it is said in which file', async () => {
  const source = mkdtempSync(join(folder, 'blind-'));
  const library = join(source, 'libblind.so');
  const blind = ['-O2', '-fomit-frame-pointer', '-fno-asynchronous-unwind-tables', '-fno-unwind-tables'];
  writeFileSync(
    join(source, 'blind.c'),
    `volatile unsigned long turns;
     __attribute__((noinline)) void work(void) { for (int i = 0; i < 100000; i++) turns++; }
     void blind(void) { volatile char room[64]; room[0] = 1; work(); turns += room[0]; }`,
  );
  writeFileSync(
    join(source, 'main.c'),
    '#include <time.h>\nvoid blind(void);\nint main(void) { time_t end = time(0) + 2; while (time(0) < end) blind(); return 0; }',
  );
  execFileSync('gcc', [...blind, '-fPIC', '-shared', '-o', library, join(source, 'blind.c')]);
  const linked = [library, `-Wl,-rpath,${source}`];
  execFileSync('gcc', ['-O2', '-o', join(source, 'main'), join(source, 'main.c'), ...linked]);
  const capture = await captureCommand([join(source, 'main')]);
  const { incomplete, samples } = capture.summary;
  expect(sum(incomplete) / samples).toBeGreaterThan(0.9);
  const breaks = breaksOf(decodeProfile(readFileSync(capture.profileFile)));
  const inLibrary = breaks.filter(({ file }) => file === 'libblind.so');
  expect(inLibrary.reduce((total, one) => total + one.samples, 0) / samples).toBeGreaterThan(0.9);
  for (const { cause, samples: broken } of inLibrary)
    expect(broken).toBeLessThanOrEqual(incomplete[cause] ?? 0);
});
