import { describe, expect, test } from '@jest/globals';
import { CallTree, type PlaceCosts } from '../../src/profile/callTree.js';
import type { Profile } from '../../src/profile/model.js';

/** Stacks outermost caller first, separated by `>`; '' is a sample without a stack. */
function profile(costs: Readonly<Record<string, number>>, folder = '/src'): Profile {
  const stacks = Object.keys(costs).map((stack) => (stack === '' ? [] : stack.split('>')));
  const names = [...new Set(stacks.flat())];
  return {
    frames: names.map((name) => ({
      name,
      systemName: name,
      file: `${folder}/${name}.c`,
      line: 1,
      mapping: 'app',
    })),
    samples: stacks.map((stack, index) => ({
      stack: stack.map((name) => names.indexOf(name)).reverse(),
      count: 1,
      nanoseconds: Object.values(costs)[index] as number,
      labels: {},
    })),
    startedAtNanoseconds: 0n,
    durationNanoseconds: 0,
    periodNanoseconds: 0,
  };
}

/** What was spent at each place, by the way there. */
function ways(tree: CallTree, { places, nanoseconds }: PlaceCosts): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [index, leaf] of places.entries()) {
    const names: string[] = [];
    for (let place = leaf; place > 0; place = tree.callers[place] as number) {
      names.unshift((tree.keys[tree.functions[place] as number] as string).replace(/ \(.*/, ''));
    }
    const way = names.join('>');
    sums[way] = (sums[way] ?? 0) + (nanoseconds[index] as number);
  }
  return sums;
}

describe('a call tree', () => {
  test('keeps who called whom, and gives the same places to the same function in another folder', () => {
    const tree = new CallTree();
    const base = tree.add(profile({ 'main>a>b': 3, 'main>b': 4 }, '/base'), '/base');
    const head = tree.add(profile({ 'main>b': 5, 'main>a>b': 6 }, '/head'), '/head');
    expect(ways(tree, base)).toEqual({ 'main>a>b': 3, 'main>b': 4 });
    expect([...head.places]).toEqual([...base.places].reverse());
    expect([...head.nanoseconds]).toEqual([5, 6]);
    for (const [place, caller] of tree.callers.entries()) expect(caller).toBeLessThan(place);
  });

  test('folds recursion: each function once on the way, the innermost last', () => {
    const tree = new CallTree();
    const deep = `main>${'value>list>'.repeat(1000)}value>text`;
    const costs = tree.add(
      profile({ 'main>value>list>value': 1, 'main>value>text': 2, [deep]: 4, 'main>a>b>a>c>b': 8 }),
      '/src',
    );
    expect(ways(tree, costs)).toEqual({ 'main>value': 1, 'main>value>text': 6, 'main>a>c>b': 8 });
  });

  test('has a place for samples without a stack', () => {
    const tree = new CallTree();
    expect(ways(tree, tree.add(profile({ '': 7 }), '/src'))).toEqual({ '[no stack]': 7 });
  });

  test('that is full keeps the function a stack is in, and the callers it knows', () => {
    const tree = new CallTree(4);
    const costs = tree.add(profile({ 'main>a>b': 1, 'main>a>c': 2, 'main>x>y>b': 4, 'main>a': 8 }), '/src');
    expect(ways(tree, costs)).toEqual({
      'main>a>b': 1,
      '[no room]>c': 2,
      '[no room]>b': 4,
      'main>a': 8,
    });
  });
});
