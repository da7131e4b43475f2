/** Each sample belongs to what was mapped at its time, in the process as it saw its files then. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FinishedCapture, openCollector } from '../../src/capture/collector.js';
import { decodeProfile } from '../../src/profile/codec.js';
import { type RunningProcess, startProcess } from '../../src/workload/process.js';
import { eventually, never, Tag, temporaryFolder } from '../workload/support.js';

/** Does what its arguments say, one after the other; times are in ms of CPU, so that a busy machine takes none of them. */
const program = `
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}
static void work(int rounds)
{
	for (volatile int i = 0; i < rounds; i++)
		;
}
__attribute__((noinline)) void BODY(double end, void (*step)(int))
{
	while (now() < end)
		step(100000);
}
static int act(int count, char **arguments);
static int others;
static void *act_on(void *arguments)
{
	/* Not before the first thread has ended. */
	usleep(100000);
	exit(act(others, arguments));
}
static int act(int count, char **arguments)
{
	void *last = 0;
	for (int i = 1; i + 1 < count; i += 2) {
		char *value = arguments[i + 1];
		if (strcmp(arguments[i], "run") == 0)
			BODY(now() + atof(value), work);
		else if (strcmp(arguments[i], "remove") == 0)
			unlink(value);
		else if (strcmp(arguments[i], "say") == 0)
			puts(value), fflush(stdout);
		else if (strcmp(arguments[i], "exec") == 0)
			execv(value, arguments + i + 1);
		else if (strcmp(arguments[i], "leave") == 0) {
			pthread_t thread;
			others = count - i - 1;
			pthread_create(&thread, 0, act_on, arguments + i + 1);
			pthread_exit(0);
		}
#ifndef __STATIC__
		else if (strcmp(arguments[i], "load") == 0) {
			void *handle = dlopen(value, RTLD_NOW);
			void *step = dlsym(handle, "step");
			if (last && last != step)
				return 3;
			last = step;
			BODY(now() + 200, step);
			dlclose(handle);
		} else if (strcmp(arguments[i], "visit") == 0) {
			void *step = dlsym(dlopen(value, RTLD_NOW), "step");
			BODY(now() + 10, step);
		}
#endif
	}
	return 0;
}
int main(int count, char **arguments)
{
	return act(count, arguments);
}
`;

const library = `
__attribute__((noinline)) void WORK(int rounds)
{
	for (volatile int i = 0; i < rounds; i++)
		;
}
void step(int rounds)
{
	WORK(rounds);
	__asm__ volatile("");
}
`;

// Of the whole file: temporaryFolder() is a test's.
const folder = mkdtempSync(join(tmpdir(), 'profbound-mappings-'));
const kinds = [...'0123456789'];
const compile = (output: string, ...words: readonly string[]): void => {
  mkdirSync(dirname(output), { recursive: true });
  execFileSync('gcc', [
    '-O1',
    '-fno-omit-frame-pointer',
    '-fno-optimize-sibling-calls',
    '-o',
    output,
    ...words,
  ]);
};
const inFolder = (name: string): string => join(folder, name);
const outside = inFolder('program');
/** Has the path of `outside` below the root `jail`. */
const jail = inFolder('jail');
const inside = join(jail, outside);

beforeAll(() => {
  const [text, libraryText] = [inFolder('program.c'), inFolder('library.c')];
  writeFileSync(text, program);
  writeFileSync(libraryText, library);
  for (const kind of kinds) {
    compile(inFolder(`short${kind}`), `-DBODY=body${kind}`, text, '-ldl');
    compile(inFolder(`lib${kind}.so`), `-DWORK=work${kind}`, '-shared', '-fPIC', libraryText);
  }
  for (const [output, body] of [
    [outside, 'outside'],
    [inside, 'inside'],
    [inFolder('first'), 'first'],
    [inFolder('second'), 'second'],
  ] as const)
    compile(output, `-DBODY=${body}`, '-D__STATIC__', '-static', '-no-pie', text);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Backend = 'bpf' | 'perf';
type Target =
  | { readonly kind: 'pids'; readonly pids: readonly number[] }
  | { readonly kind: 'command'; readonly command: readonly string[] };

async function start(target: Target, backend: Backend) {
  const collector = await openCollector();
  return collector.start(
    {
      target:
        target.kind === 'pids'
          ? target
          : { ...target, cwd: folder, environment: new Tag().environment, cpus: '0', repeatSeconds: null },
      out: temporaryFolder(),
      seconds: null,
      event: 'cpu-clock',
      rateHz: 997,
      maxDepth: 127,
      backend,
    },
    never,
  );
}

async function run(command: readonly string[], backend: Backend): Promise<FinishedCapture> {
  const running = await start({ kind: 'command', command }, backend);
  return running.finished;
}

/** The stacks of a capture as names, leaf first, each with its number of samples. */
/** Starts a program, and waits until it says something: it has done by then what comes before. */
async function startSaying(words: readonly [string, ...string[]]): Promise<RunningProcess> {
  let hasSaid = false;
  const onLine = () => {
    hasSaid = true;
  };
  const environment = new Tag().environment;
  const running = await startProcess({ words, cwd: folder, environment, onLine });
  await eventually(() => hasSaid);
  return running;
}

function stacksOf({ profileFile }: FinishedCapture): { names: string[]; count: number }[] {
  const { frames, samples } = decodeProfile(readFileSync(profileFile));
  return samples.map(({ stack, count }) => ({
    names: [...stack].map((index) => frames[index]?.name ?? ''),
    count,
  }));
}

/** Which part of the samples has a frame of each name. */
function shares(capture: FinishedCapture, ...names: readonly string[]): number[] {
  const stacks = stacksOf(capture);
  const count = (chosen: typeof stacks) => chosen.reduce((sum, each) => sum + each.count, 0);
  return names.map((name) => count(stacks.filter((each) => each.names.includes(name))) / count(stacks));
}

/**
 * A part that took half of the CPU time has more of the samples than this: while a hypervisor runs something else, the
 * clock of CPU time goes on without samples, in one part perhaps and not in the other.
 */
const half = 0.2;

const sum = (byCause: Readonly<Record<string, number>>): number =>
  Object.values(byCause).reduce((total, each) => total + each, 0);

describe.each(['bpf', 'perf'] as const)('the %s backend', (backend) => {
  test('attributes the samples of 200 processes that live 10 ms, each with its library', async () => {
    const script = `for i in $(seq 20); do for j in ${kinds.join(' ')}; do ./short$j visit ./lib$j.so & done; wait; done`;
    const capture = await run(['sh', '-c', script], backend);
    const { summary } = capture;
    expect(summary.tasks).toBeGreaterThan(200);
    expect(summary.incomplete.process_gone).toBe(0);
    expect(sum(summary.unresolved) / summary.samples).toBeLessThan(0.01);
    const working = stacksOf(capture).filter(({ names }) => names.some((name) => /^work\d$/.test(name)));
    const found = new Set<string>();
    for (const { names } of working) {
      const kind = /\d/.exec(names.find((name) => /^work\d$/.test(name)) ?? '')?.[0];
      expect(names).toContain(`body${kind}`);
      found.add(kind ?? '');
    }
    expect([...found].sort()).toEqual(kinds);
    expect(working.reduce((total, { count }) => total + count, 0) / summary.samples).toBeGreaterThan(0.15);
  });

  test('names a program that deleted itself', async () => {
    const doomed = inFolder('doomed');
    copyFileSync(outside, doomed);
    execFileSync('chmod', ['755', doomed]);
    const capture = await run([doomed, 'remove', doomed, 'run', '500'], backend);
    expect(shares(capture, 'outside')[0]).toBeGreaterThan(0.9);
  });

  test('names a program that was deleted before the capture, while another has its path', async () => {
    const doomed = inFolder('doomed');
    copyFileSync(inside, doomed);
    execFileSync('chmod', ['755', doomed]);
    const running = await startSaying([doomed, 'remove', doomed, 'say', 'running', 'run', '2000']);
    try {
      copyFileSync(outside, doomed);
      const capture = await (await start({ kind: 'pids', pids: [running.pid] }, backend)).finished;
      expect(shares(capture, 'inside')[0]).toBeGreaterThan(0.9);
      expect(shares(capture, 'outside')[0]).toBe(0);
    } finally {
      await running.stop();
    }
  });

  test.each([
    ['mount namespace', ['unshare', '-m', 'sh', '-c', `mount --bind ${inside} ${outside} &&`]],
    ['chroot', ['sh', '-c', `cd ${jail} &&`]],
  ])('takes the file that a process sees in its %s, not the one of this path here', async (kind, words) => {
    const one = kind === 'chroot' ? `chroot ${jail} ${outside}` : outside;
    const script = `${words.at(-1)} for i in $(seq 30); do ${one} run 10; done`;
    const capture = await run([...words.slice(0, -1), script], backend);
    const [right, wrong] = shares(capture, 'inside', 'outside');
    expect(right).toBeGreaterThan(0.15);
    expect(wrong).toBe(0);
    expect(capture.summary.unresolved.file_unreadable).toBe(0);
  });

  test('parts the samples of a process where it becomes another program', async () => {
    const words = ['run', '400', 'exec', inFolder('second'), 'run', '400'];
    const capture = await run([inFolder('first'), ...words], backend);
    const [first, second] = shares(capture, 'first', 'second');
    expect(first).toBeGreaterThan(half);
    expect(second).toBeGreaterThan(half);
    expect(
      stacksOf(capture).filter(({ names }) => names.includes('first') && names.includes('second')),
    ).toEqual([]);
  });

  test('parts the samples of two libraries that were at the same address', async () => {
    const capture = await run(['./short0', 'load', './lib1.so', 'load', './lib2.so'], backend);
    expect(capture.summary.target.exitCode).toBe(0);
    const [one, two] = shares(capture, 'work1', 'work2');
    expect(one).toBeGreaterThan(half);
    expect(two).toBeGreaterThan(half);
    expect(
      stacksOf(capture).filter(({ names }) => names.includes('work1') && names.includes('work2')),
    ).toEqual([]);
  });

  test('names a process whose first thread has ended, of which /proc/PID shows nothing any more', async () => {
    const running = await startSaying([outside, 'leave', 'now', 'say', 'running', 'run', '1000']);
    try {
      const capture = await (await start({ kind: 'pids', pids: [running.pid] }, backend)).finished;
      expect(shares(capture, 'outside')[0]).toBeGreaterThan(0.9);
      expect(capture.summary.unresolved.process_gone).toBe(0);
    } finally {
      await running.stop();
    }
  });

  test('keeps what it saw of a process that is killed', async () => {
    const running = await startProcess({
      words: [outside, 'run', '60000'],
      cwd: folder,
      environment: new Tag().environment,
    });
    try {
      const capture = await start({ kind: 'pids', pids: [running.pid] }, backend);
      await new Promise((resolve) => setTimeout(resolve, 300));
      process.kill(running.pid, 'SIGKILL');
      const finished = await capture.finished;
      expect(finished.summary.target.exited).toBe(true);
      expect(shares(finished, 'outside')[0]).toBeGreaterThan(0.9);
    } finally {
      await running.stop();
    }
  });
});
