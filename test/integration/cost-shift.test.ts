/** A real gate on changes of a small C program: code that only moves is told from code that got slower. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Side } from '../../src/bundle/schema.js';
import type { FunctionClass, WorkloadResult } from '../../src/verdict/result.js';
import { expectCode, Project } from './project.js';

const loop = (rounds: string): string =>
  `for (long round = 0; round < ${rounds}; round++) state = state * 6364136223846793005UL + (state >> 33);`;

/** One step of the work in the program below. */
const step = (name: string, rounds: string, attributes = '__attribute__((noinline)) '): string =>
  `${attributes}static unsigned long ${name}(unsigned long state) { ${loop(rounds)} return state; }\n`;

/** Reads, encodes and writes, a hundred times. No two functions are alike: the compiler would make one of them. */
function program({ helpers, encode }: { helpers: string; encode: string }): string {
  return `#include <stdio.h>
${step('input', '90000')}${step('output', '70000')}${helpers}
__attribute__((noinline)) static unsigned long encode(unsigned long state) { ${loop('40000')} ${encode} ${loop('40000')} return state; }
__attribute__((noinline)) static unsigned long item(unsigned long state) { return output(encode(input(state))) + 1; }
int main(void) {
  unsigned long state = 1;
  for (int count = 0; count < 100; count++) state = item(state);
  printf("%lu\\n", state);
  return 0;
}
`;
}

const before = program({ helpers: step('digest', '80000'), encode: 'state = digest(state);' });

const inlinable = program({ helpers: step('digest', '80000', ''), encode: 'state = digest(state);' });
const uninlined = '-fno-inline-small-functions -fno-inline-functions-called-once';

interface Build {
  readonly source: string;
  readonly flags?: string;
}

/** One workload each, measured by one gate. */
const changes: Readonly<Record<string, Readonly<Record<Side, Build>>>> = {
  renamed: {
    base: { source: before },
    head: {
      source: program({ helpers: step('checksum', '80000'), encode: 'state = checksum(state);' }),
    },
  },
  split: {
    base: { source: before },
    head: {
      source: program({
        helpers: step('digest', '42000') + step('finish', '38000'),
        encode: 'state = finish(digest(state));',
      }),
    },
  },
  inlined: { base: { source: inlinable, flags: uninlined }, head: { source: inlinable } },
  slower: {
    base: { source: before },
    head: { source: program({ helpers: step('digest', '200000'), encode: 'state = digest(state);' }) },
  },
};

const project = new Project();
const results = new Map<string, WorkloadResult>();

beforeAll(async () => {
  for (const side of ['base', 'head'] as const) {
    const workloads: Record<string, unknown> = {};
    for (const [name, builds] of Object.entries(changes)) {
      const { source, flags = '' } = builds[side];
      workloads[name] = { build: `gcc -O2 ${flags} -o ${name} ${name}.c`, batch: `./${name}`, warmup: '0s' };
      project.write({ [`${side}/${name}.c`]: source });
    }
    const config = {
      version: 1,
      workloads,
      capture: { seconds: 0.4, rate: 1999 },
      gate: { max_pairs: 8 },
    };
    project.write({ [`${side}/.profbound.yml`]: JSON.stringify(config) });
  }
  expectCode(await project.gate('--base', 'dir:base', '--head', 'dir:head'), 1);
  for (const workload of project.result().workloads) results.set(workload.name, workload);
  // 64 captures; on a machine busy with other things they take their time.
}, 600_000);
afterAll(() => project.remove());

function resultOf(name: string): WorkloadResult {
  return results.get(name) as WorkloadResult;
}

function classOf(name: string, key: string): FunctionClass | undefined {
  return resultOf(name).functions.find((each) => each.name === key)?.class;
}

test.each([
  { name: 'renamed', into: 'checksum' },
  { name: 'split', into: 'finish' },
  { name: 'inlined', into: 'encode' },
])('a function that is $name: its cost moved to $into, which is no fail', ({ name, into }) => {
  expect(classOf(name, into)).toBe('moved');
  expect(resultOf(name).verdict).not.toBe('fail');
  expect(resultOf(name).reasons.map(({ code }) => code)).toContain('cost_moved');
});

test('a function that got slower fails by its name, and nothing moved', () => {
  const { verdict, reasons, functions } = resultOf('slower');
  expect(verdict).toBe('fail');
  expect(classOf('slower', 'digest')).toBe('slower');
  expect(reasons.find(({ code }) => code === 'function_slower')?.message).toContain('digest');
  expect(functions.filter((each) => each.class === 'moved')).toEqual([]);
});
