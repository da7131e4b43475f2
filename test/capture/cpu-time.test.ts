/** CPU time of a tree is exact: it is what the kernel tells the tree's root of itself and of all it has waited for. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openCollector } from '../../src/capture/collector.js';
import { never, Tag, temporaryFolder } from '../workload/support.js';

/** Three levels of processes, 64 threads that end at different times, and processes that exit at once. */
const source = `
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
static void spin(long turns)
{
	for (volatile long i = 0; i < turns * 1000; i++)
		;
}
static void *work(void *turns)
{
	spin((intptr_t)turns);
	return NULL;
}
static void have(int children, void (*live)(int))
{
	for (int i = 0; i < children; i++) {
		if (fork() == 0) {
			live(i);
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
}
static void live_shortly(int number)
{
	if (number % 2)
		spin(5000 * number);
}
static void live_as_parent(int number)
{
	have(8, live_shortly);
	spin(20000 * number);
}
static double seconds(int who)
{
	struct rusage usage;
	getrusage(who, &usage);
	return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}
int main(void)
{
	pthread_t threads[64];
	for (intptr_t i = 0; i < 64; i++)
		pthread_create(&threads[i], NULL, work, (void *)(1000 * i));
	have(6, live_as_parent);
	for (int i = 0; i < 64; i++)
		pthread_join(threads[i], NULL);
	fprintf(stderr, "used %.6f s\\n", seconds(RUSAGE_SELF) + seconds(RUSAGE_CHILDREN));
	return 0;
}
`;

// Of the whole file: temporaryFolder() is a test's.
const folder = mkdtempSync(join(tmpdir(), 'profbound-cpu-time-'));
const program = join(folder, 'tree');

beforeAll(() => {
  writeFileSync(`${program}.c`, source);
  execFileSync('gcc', ['-O1', '-pthread', '-o', program, `${program}.c`]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['bpf', 'perf'] as const)('the %s backend counts what getrusage says', async (backend) => {
  const collector = await openCollector();
  const running = await collector.start(
    {
      target: {
        kind: 'command',
        command: [program],
        cwd: '/',
        environment: new Tag().environment,
        cpus: null,
        repeatSeconds: null,
      },
      out: temporaryFolder(),
      seconds: null,
      event: 'cpu-clock',
      rateHz: 'auto',
      maxDepth: 127,
      backend,
    },
    never,
  );
  const { summary, output } = await running.finished;
  const used = 1e9 * Number(/used (\S+) s/.exec(output)?.[1]);
  const deviation = summary.cpuNanoseconds / used - 1;
  console.log(
    `${backend} by ${summary.cpuAccount}: ${summary.cpuNanoseconds} ns, getrusage ${used} ns: ${(100 * deviation).toFixed(3)} %`,
  );
  // The task clock, where the perf backend must take it, also has what interrupts took.
  expect(Math.abs(deviation)).toBeLessThan(summary.cpuAccount === 'scheduler' ? 0.002 : 0.05);
  expect(summary.tasks).toBeGreaterThanOrEqual(1 + 64 + 6 + 48);
});
