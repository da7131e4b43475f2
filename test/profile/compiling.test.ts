/** A leaf that a program's own threads and those that compile for it share: only the former call it for the program. */
import { expect, test } from '@jest/globals';
import { CallTree } from '../../src/profile/callTree.js';
import { functionTable } from '../../src/profile/functions.js';
import type { Profile } from '../../src/profile/model.js';
import { surroundingsOf } from '../../src/profile/surroundings.js';
import { buildDifferentialTrees } from '../../src/profile/tree.js';

const compiler = '[JIT compiler]';
const names = ['memcpy', 'handle', 'Compile'];
const profile: Profile = {
  frames: names.map((name) => ({ name, systemName: name, file: `/r/${name}.c`, line: 1, mapping: 'app' })),
  samples: [
    { stack: [0, 1], count: 1, nanoseconds: 10, labels: { thread: 'http-1' } },
    { stack: [0, 2], count: 2, nanoseconds: 20, labels: { thread: 'C2 CompilerThre' } },
    { stack: [2], count: 4, nanoseconds: 40, labels: { thread: 'C1 CompilerThre' } },
    { stack: [2], count: 8, nanoseconds: 80, labels: { thread: '.NET Tiered Com' } },
    // What begins alike is another thread.
    { stack: [2], count: 16, nanoseconds: 160, labels: { thread: 'JVMCIty' } },
  ],
  startedAtNanoseconds: 0n,
  durationNanoseconds: 0,
  periodNanoseconds: 0,
};

test('costs are one row', () => {
  const rows = [...functionTable(profile, '/r').functions.values()];
  expect(rows.map(({ name, nanoseconds, resolved }) => [name, nanoseconds, resolved])).toEqual([
    ['memcpy', 10, true],
    ['Compile', 160, true],
    [compiler, 140, true],
  ]);
});

test('and one place in every tree', () => {
  const tree = new CallTree();
  const { places, nanoseconds } = tree.add(profile, '/r');
  const number = tree.number(compiler);
  const ofCompiler = [...places].map(
    (place) => tree.functions[place] === number && tree.callers[place] === 0,
  );
  expect(ofCompiler).toEqual([false, true, true, true, false]);
  expect([...nanoseconds]).toEqual([10, 20, 40, 80, 160]);
  const weighted = [{ profile, root: '/r', scale: 1 }];
  const { root } = buildDifferentialTrees(weighted, weighted, { minShare: 0 }).calls;
  const top = root.children.map(({ name, base }) => [name, base]);
  expect(top).toContainEqual([compiler, 140]);
  expect(top).toContainEqual(['handle', 10]);
});

test('and nobody calls from there', () => {
  const found = surroundingsOf(profile, '/r', new Set(['memcpy (memcpy.c)']));
  const { nanoseconds, callers } = found.get('memcpy (memcpy.c)') ?? {};
  expect(nanoseconds).toBe(10);
  expect([...(callers?.values() ?? [])].map(({ name }) => name)).toEqual(['handle']);
});
