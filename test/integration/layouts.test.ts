/** A real gate of a C program in two code layouts a side. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { configuration, expectCode, Project } from './project.js';

const program = (rounds: number): string => `#include <stdio.h>
__attribute__((noinline)) unsigned mix(unsigned x) { return (x ^ (x >> 15)) * 0x2c1b3c6du; }
__attribute__((noinline)) unsigned spin(unsigned rounds) {
  unsigned sum = 0;
  for (unsigned round = 0; round < rounds; round++) sum += mix(round);
  return sum;
}
int main(void) { printf("%u\\n", spin(${rounds}u)); }
`;
const compile = 'clang-19 -g -O1 -ffunction-sections';
const link = "-fuse-ld=lld '-Wl,--shuffle-sections=.text*='${LAYOUT_SEED} -o job";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

test.each([
  ['builds', { command: `${compile} ${link} job.c`, layouts: 2 }, ['-01', '-02']],
  [
    'builds that were compiled once',
    { command: `${compile} -c $PWD/job.c`, relink: `clang-19 ${link} job.o`, layouts: 2 },
    ['', ''],
  ],
])('measures %s equally often, judges over them, and shows what layouts make', async (_, build, numbers) => {
  const batch = configuration({ build, start: null, ready: null, load: null, warmup: null, batch: './job' });
  project.write({
    'base/job.c': program(1_000_000),
    'base/.profbound.yml': batch,
    'head/job.c': program(10_000_000),
    'head/.profbound.yml': batch,
  });
  const run = await project.gate('--base', 'dir:base', '--head', 'dir:head');
  expect(project.remains()).toEqual([]);
  expect(run.stderr).not.toContain('build.layouts');

  const [workload] = project.bundle().workloads;
  const roots = [...(workload?.layouts?.base ?? []), ...(workload?.layouts?.head ?? [])];
  expect(roots.map((root) => root.replace(/^.*(?=layouts)/, ''))).toEqual(
    ['base', 'head'].flatMap((side) => numbers.map((number) => `layouts/${side}${number}`)),
  );
  const drawn = (side: string) =>
    workload?.captures.filter((capture) => capture.side === side).map(({ layout }) => layout) ?? [];
  const met = drawn('base').map((layout, pair) => `${layout} ${drawn('head')[pair]}`);
  expect(met.sort()).toEqual(['1 1', '1 2', '2 1', '2 2']);

  const [result] = project.result().workloads;
  // Two degrees of freedom prove hardly anything on a noisy machine.
  expect(['fail', 'inconclusive']).toContain(result?.verdict);
  expectCode(run, result?.verdict === 'fail' ? 1 : 0);
  expect(result).toMatchObject({ pairs: 4, layouts: { builds: 2 } });
  expect(result?.layouts?.deviation?.estimate).toBeGreaterThanOrEqual(0);
  expect(result?.layouts?.part).toBeLessThanOrEqual(1);
  // Files are named alike, whichever copy a capture ran in.
  expect(result?.functions.find(({ name }) => name === 'spin')).toMatchObject({ file: 'job.c', line: 3 });
  expect(run.stdout).toMatch(/layout ±\S+ % \(\S+ % … \S+ %\) over 2 builds a side/);
  expect(project.read('out/summary.md')).toContain('Code layout ±');
  expect(project.read('out/report.html')).toContain('Code layout');
});
