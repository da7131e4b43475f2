import { describe, expect, test } from '@jest/globals';
import type { Frame, Profile } from '../../src/profile/model.js';
import { identify } from '../../src/profile/names.js';
import {
  buildDifferentialTrees,
  type DifferentialNode,
  type WeightedProfile,
} from '../../src/profile/tree.js';
import { randomProfile, seeds } from './random-profile.js';

const calls = (...sides: Parameters<typeof buildDifferentialTrees>) => buildDifferentialTrees(...sides).calls;

/** A profile from `root;…;leaf nanoseconds` lines. */
function folded(
  lines: string[],
  frame: Partial<Frame> = {},
  weight: Partial<WeightedProfile> = {},
): WeightedProfile {
  const frames: Frame[] = [];
  const samples = lines.map((line) => {
    const [path = '', cost] = line.split(' ');
    const stack = path.split(';').map((name) => {
      const index = frames.findIndex((known) => known.name === name);
      if (index >= 0) return index;
      return frames.push({ name, systemName: name, file: '', line: 0, mapping: '', ...frame }) - 1;
    });
    return { stack: stack.reverse(), count: 1, nanoseconds: Number(cost), labels: {} };
  });
  const profile: Profile = {
    frames,
    samples,
    startedAtNanoseconds: 0n,
    durationNanoseconds: 0,
    periodNanoseconds: 0,
  };
  return { profile, root: '', scale: 1, ...weight };
}

/** `name base/head` lines, indented by depth. */
function drawn(node: DifferentialNode, depth = 0): string[] {
  const line = `${' '.repeat(depth)}${node.name} ${node.base}/${node.head}`;
  return [line, ...node.children.flatMap((child) => drawn(child, depth + 1))];
}

function everyNode(node: DifferentialNode): DifferentialNode[] {
  return [node, ...node.children.flatMap(everyNode)];
}

describe('the tree of calls', () => {
  test('merges both sides by caller and function, the most expensive first, then by key', () => {
    const { root } = calls(
      [folded(['main;parse;scan 10', 'main;parse 5', 'main;b 7', 'idle 1'])],
      [folded(['main;parse;scan 30', 'main;a 7', 'main;b 2'])],
    );
    expect(drawn(root)).toEqual([
      'all 23/39',
      ' main 22/39',
      '  parse 15/30',
      '   scan 10/30',
      '  a 0/7',
      '  b 7/2',
      ' idle 1/0',
    ]);
    expect(root.children[0]?.children[0]).toMatchObject({ baseSelf: 5, headSelf: 0 });
  });

  test('scales every profile and adds up the profiles of a side', () => {
    const { root } = calls(
      [folded(['f 10'], {}, { scale: 0.5 }), folded(['f 10'], {}, { scale: 2 })],
      [folded(['f 10'])],
    );
    expect(drawn(root)).toEqual(['all 25/10', ' f 25/10']);
  });

  test('takes iterables that can be walked only once', () => {
    function* captures() {
      yield folded(['f 1']);
      yield folded(['f 2']);
    }
    expect(drawn(calls(captures(), captures()).root)).toEqual(['all 3/3', ' f 3/3']);
  });

  test("finds a function again in the other worktree; file and line are head's", () => {
    const base = folded(
      ['f.cold 1'],
      { file: '/base/a.c', line: 3, mapping: '/base/app' },
      { root: '/base' },
    );
    const head = folded(['f 1'], { file: '/head/a.c', line: 9, mapping: '/head/app' }, { root: '/head' });
    expect(calls([base], [head]).root.children).toEqual([
      {
        key: 'f (a.c)',
        name: 'f',
        file: 'a.c',
        line: 9,
        mapping: '/head/app',
        base: 1,
        head: 1,
        baseSelf: 1,
        headSelf: 1,
        children: [],
      },
    ]);
  });

  test('keeps recursion as it is', () => {
    const { root } = calls([], [folded(['f;f;f 1', 'f;f 1', 'f 1'])]);
    expect(drawn(root)).toEqual(['all 0/3', ' f 0/3', '  f 0/2', '   f 0/1']);
  });

  test('merges what is small on both sides into one last child; nothing is lost', () => {
    const base = folded(['f;big 900', 'f;x 4', 'f;x;deep 1', 'f;y 3', 'f;only 2', 'f 100']);
    const head = folded(['f;big 800', 'f;x 1', 'f;y 2', 'f;only 50']);
    expect(drawn(calls([base], [head], { minShare: 0.01 }).root)).toEqual([
      'all 1010/853',
      ' f 1010/853',
      '  big 900/800',
      '  only 2/50',
      '  [smaller] 8/3',
    ]);
  });

  test('by default small means below 0.1 % of the larger side', () => {
    const head = folded(['f;kept 10', 'f;small 9', 'f 9981']);
    const children = calls([folded(['f 1'])], [head]).root.children[0]?.children;
    expect(children?.map(({ name }) => name)).toEqual(['kept', '[smaller]']);
  });

  test('a minimum share of 0 keeps everything', () => {
    const { root } = calls([], [folded(['f;small 1', 'f 1e9'])], { minShare: 0 });
    expect(drawn(root)).toEqual(['all 0/1000000001', ' f 0/1000000001', '  small 0/1']);
  });

  test('merges what is deeper than the limit', () => {
    const head = folded(['a;b;c 1', 'a;b;d;e 2', 'a;b 4']);
    expect(drawn(calls([], [head], { maxDepth: 2 }).root)).toEqual([
      'all 0/7',
      ' a 0/7',
      '  b 0/7',
      '   [deeper] 0/3',
    ]);
  });

  test.each([127, 1000, 100_000])('a stack of %i frames is no problem', (depth) => {
    const frames = folded(['f 1']).profile.frames;
    const sample = { stack: Array<number>(depth).fill(0), count: 1, nanoseconds: 8, labels: {} };
    const profile = { ...folded([]).profile, frames, samples: [sample] };
    const { root } = calls([{ profile, root: '', scale: 1 }], []);
    const nodes = everyNode(root);
    expect(nodes.length).toBe(depth <= 1000 ? depth + 1 : 1002);
    expect(nodes.every(({ base }) => base === 8)).toBe(true);
  });

  test('samples without a stack are shown as such', () => {
    const profile = { ...folded([]).profile, samples: [{ stack: [], count: 1, nanoseconds: 3, labels: {} }] };
    const { root } = calls([{ profile, root: '', scale: 1 }], [folded(['f 1'])]);
    expect(drawn(root)).toEqual(['all 3/1', ' [no stack] 3/0', ' f 0/1']);
  });

  test('two empty sides give an empty tree', () => {
    expect(drawn(calls([], []).root)).toEqual(['all 0/0']);
  });
});

describe('the tree of callers', () => {
  const callers = (...sides: Parameters<typeof buildDifferentialTrees>) =>
    buildDifferentialTrees(...sides).callers;

  test('starts at the functions that spend the time, wherever they are called from', () => {
    const base = folded(['main;parse;scan 10', 'main;scan 5', 'main 2']);
    const head = folded(['main;parse;scan 30', 'main;scan 5', 'other 1']);
    const { root } = callers([base], [head]);
    expect(drawn(root)).toEqual([
      'all 17/36',
      ' scan 15/35',
      '  parse 10/30',
      '   main 10/30',
      '  main 5/5',
      ' main 2/0',
      ' other 0/1',
    ]);
    expect(root.children[0]?.children[1]).toMatchObject({ baseSelf: 5, headSelf: 5 });
  });

  test('a function counts by all it spends, however many callers it has, before what is small is merged', () => {
    const lines = Array.from({ length: 200 }, (_, index) => `main;caller${index};scan 1`);
    const { root, leftOut } = callers([], [folded([...lines, 'main 9800'])], { minShare: 0.01 });
    expect(drawn(root)).toEqual(['all 0/10000', ' main 0/9800', ' scan 0/200', '  [smaller] 0/200']);
    expect(leftOut).toBe(200);
  });

  test.each(seeds)(
    'adds up to the same total, every node to its own cost and its children (seed %i)',
    (seed) => {
      const profiles: WeightedProfile[] = [{ profile: randomProfile(seed), root: '/build', scale: 0.37 }];
      for (const minShare of [0, 0.05]) {
        const { root } = callers(profiles, profiles, { minShare });
        const whole = calls(profiles, profiles).root.head;
        expect(Math.abs(root.head - whole)).toBeLessThanOrEqual(1e-12 * whole);
        const wrong = everyNode(root).filter(
          ({ head, headSelf, children }) =>
            children.reduce((sum, child) => sum + child.head, headSelf) !== head,
        );
        expect(wrong).toEqual([]);
      }
    },
  );
});

test('says how many places are merged, and leaves out what it is told to', () => {
  const head = folded(['f;kept 10', 'f;small;deep 9', 'f 9981']);
  expect(calls([], [head]).leftOut).toBe(2);
  const omits = ({ nanoseconds }: { nanoseconds: number }) => nanoseconds < 100;
  expect(drawn(calls([], [{ ...head, omits }]).root)).toEqual(['all 0/9981', ' f 0/9981']);
});

describe('random profiles', () => {
  const sides = (seed: number): [WeightedProfile[], WeightedProfile[]] => [
    [weighted(seed, 0.37), weighted(seed + 1, 1 / 3)],
    [weighted(seed + 2, 1.7), weighted(seed, 0.001)],
  ];
  const weighted = (seed: number, scale: number) => ({ profile: randomProfile(seed), root: '/build', scale });

  test.each(seeds)(
    'inclusive is exactly self plus children; keys are unique and sorted (seed %i)',
    (seed) => {
      const { root } = calls(...sides(seed), { minShare: 0.01 });
      const smallest = 0.01 * Math.max(root.base, root.head) * (1 - 1e-12);
      // One expectation for all nodes: there are thousands.
      const wrong = everyNode(root).filter(({ base, head, baseSelf, headSelf, children }) => {
        const named = children.filter(({ key }) => key !== '[smaller]');
        const costs = named.map((child) => Math.max(child.base, child.head));
        return !(
          children.reduce((sum, child) => sum + child.base, baseSelf) === base &&
          children.reduce((sum, child) => sum + child.head, headSelf) === head &&
          new Set(children.map(({ key }) => key)).size === children.length &&
          costs.every((cost, index) => cost >= smallest && cost <= (costs[index - 1] ?? Infinity)) &&
          // `[smaller]` comes last.
          named.every((child, index) => child === children[index])
        );
      });
      expect(wrong).toEqual([]);
    },
  );

  test.each(seeds)('the total is that of the samples, pruned or not (seed %i)', (seed) => {
    const [base, head] = sides(seed);
    const total = (side: WeightedProfile[]) =>
      side
        .flatMap(({ profile, scale }) => profile.samples.map(({ nanoseconds }) => nanoseconds * scale))
        .reduce((sum, cost) => sum + cost, 0);
    for (const minShare of [0, 0.2]) {
      const { root } = calls(base, head, { minShare });
      expect(Math.abs(root.base - total(base))).toBeLessThanOrEqual(1e-12 * total(base));
      expect(Math.abs(root.head - total(head))).toBeLessThanOrEqual(1e-12 * total(head));
    }
  });

  test.each(seeds)('every path costs what its samples cost (seed %i)', (seed) => {
    const side = weighted(seed, 1);
    const expected = new Map<string, number>();
    for (const { stack, nanoseconds } of side.profile.samples) {
      const keys = stack
        .map((index) => identify(side.profile.frames[index] as Frame, '/build').key)
        .reverse();
      const path = (keys.length > 0 ? keys : ['[no stack]']).join('\n');
      expected.set(path, (expected.get(path) ?? 0) + nanoseconds);
    }
    const found = new Map<string, number>();
    const collect = (node: DifferentialNode, path: string[]) => {
      if (node.headSelf > 0) found.set(path.join('\n'), node.headSelf);
      for (const child of node.children) collect(child, [...path, child.key]);
    };
    collect(calls([], [side], { minShare: 0 }).root, []);
    for (const [path, cost] of [...expected]) if (cost === 0) expected.delete(path);
    expect(found).toEqual(expected);
  });

  test('the same profiles give the same tree', () => {
    expect(JSON.stringify(calls(...sides(4)))).toBe(JSON.stringify(calls(...sides(4))));
  });
});
