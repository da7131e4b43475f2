import { describe, expect, test } from '@jest/globals';
import type { Changes } from '../../src/bundle/changes.js';
import type { Frame, Profile } from '../../src/profile/model.js';
import { identify, withPlaces } from '../../src/profile/names.js';
import { ChangeMap } from '../../src/verdict/blame/changeMap.js';

const roots = { base: '/w/base', head: '/w/head' } as const;
type Side = keyof typeof roots;
type Hunk = [base: [number, number], head: [number, number]];

/** Keys of functions by name and line, on a side of a change of src/web.go. */
function keys(
  side: Side,
  functions: readonly (readonly [string, number])[],
  hunks: Hunk[] | null,
  file = 'src/web.go',
) {
  const changes: Changes = {
    prefix: '',
    filesLeft: 0,
    files: [
      {
        path: 'src/web.go',
        kind: 'modified',
        tail: 1,
        hunks: hunks?.map(([base, head]) => ({ base, head, inside: [] })) ?? null,
      },
    ],
  };
  const path = file.startsWith('/') ? file : `${roots[side]}/${file}`;
  const frames = functions.map(
    ([name, line]): Frame => ({ name, systemName: name, file: path, line, mapping: '/srv/web' }),
  );
  const nothing = { startedAtNanoseconds: 0n, durationNanoseconds: 0, periodNanoseconds: 0 };
  const profile: Profile = { frames, samples: [], ...nothing };
  const map = new ChangeMap(changes, { name: side, commit: null, root: roots[side] });
  const placed = withPlaces(profile, (of, line) => map.placeOf(side, of, line));
  return placed.frames.map((frame) => identify(frame, roots[side]).key);
}

describe('closures of a file that changed', () => {
  const before = [
    ['main.handle.func1', 20],
    ['main.handle.func2', 30],
    ['main.handle.func2.1', 34],
  ] as const;

  test('are matched by where they begin, whatever their numbers are now', () => {
    // A closure of three lines was inserted before the second one.
    const after = [
      ['main.handle.func1', 20],
      ['main.handle.func2', 25],
      ['main.handle.func3', 33],
      ['main.handle.func3.1', 37],
    ] as const;
    const inserted: Hunk[] = [
      [
        [24, 0],
        [25, 3],
      ],
    ];
    const base = keys('base', before, inserted);
    const head = keys('head', after, inserted);
    expect([base[0], base[1], base[2]]).toEqual([head[0], head[2], head[3]]);
    expect(base).not.toContain(head[1]);
    expect(new Set(head).size).toBe(4);
  });

  test('have no counterpart where theirs was removed, whoever has their number now', () => {
    const removed: Hunk[] = [
      [
        [20, 3],
        [19, 0],
      ],
    ];
    const base = keys('base', before, removed);
    const head = keys(
      'head',
      [
        ['main.handle.func1', 27],
        ['main.handle.func1.1', 31],
      ],
      removed,
    );
    expect(base.slice(1)).toEqual(head);
    expect(head).not.toContain(base[0]);
  });

  test('are matched within the lines that were changed, and not beyond', () => {
    const changed: Hunk[] = [
      [
        [20, 1],
        [20, 2],
      ],
      [
        [30, 5],
        [31, 5],
      ],
    ];
    const base = keys('base', before, changed);
    const head = keys(
      'head',
      [
        ['main.handle.func1', 21],
        ['main.handle.func2', 31],
      ],
      changed,
    );
    expect(base.slice(0, 2)).toEqual(head);
    expect(base[0]).not.toBe(base[1]);
  });

  test('of different functions that begin on one line stay apart', () => {
    const [a, b] = keys(
      'head',
      [
        ['main.handle.func1', 20],
        ['main.handle.gowrap1', 20],
      ],
      [],
    );
    expect(a).not.toBe(b);
  });

  test.each([
    [
      'C++',
      'src/web.cc',
      'run(V&)::{lambda(int)#1}::operator()(int) const',
      'run(V&)::{lambda(int)#2}::operator()(int) const',
    ],
    ['clang', 'src/web.cc', 'run(V&)::$_0::operator()(int) const', 'run(V&)::$_3::operator()(int) const'],
    [
      'LLVM',
      'src/web.cc',
      "run(V&)::'lambda'(int)::operator()(int) const",
      "run(V&)::'lambda0'(int)::operator()(int) const",
    ],
    ['Rust', 'src/main.rs', 'web::run::{closure#0}', 'web::run::{closure#1}'],
    ['OpenMP', 'src/web.c', 'run._omp_fn.0', 'run._omp_fn.1'],
    ['a range over a function', 'src/a.go', 'main.run-range1', 'main.run-range2'],
    ['javac', 'src/web/Main.java', 'web.Main.lambda$run$0', 'web.Main.lambda$run$1'],
    ['a Java class without a name', 'src/web/Main.java', 'web.Main$1.run', 'web.Main$2.run'],
    ['a local Java class', 'src/web/Main.java', 'web.Main$1Local.run', 'web.Main$2Local.run'],
    ['a class in one', 'src/web/Main.java', 'web.Main$1$Node.walk', 'web.Main$2$Node.walk'],
    ['Kotlin', 'src/web/Main.kt', 'web.MainKt.run$lambda$0', 'web.MainKt.run$lambda$1'],
    ['an older Kotlin', 'src/web/Main.kt', 'web.MainKt.run$lambda-0', 'web.MainKt.run$lambda-1'],
    ["Kotlin's classes", 'src/web/Main.kt', 'web.MainKt$run$1.invoke', 'web.MainKt$run$2.invoke'],
    ['Scala', 'src/web/Main.scala', 'web.Main$.$anonfun$run$1', 'web.Main$.$anonfun$run$2'],
    ["Scala's classes", 'src/web/Main.scala', 'web.Main$$anon$1.run', 'web.Main$$anon$2.run'],
  ])('%s: a file that nothing changed in has them on the same lines', (_, file, first, second) => {
    expect(keys('base', [[first, 12]], [], file)).toEqual(keys('head', [[second, 12]], [], file));
    expect(keys('base', [[first, 12]], [], file)).not.toEqual(keys('head', [[first, 13]], [], file));
  });
});

describe('the number has to do', () => {
  const [one, two] = ['main.run.func1', 'main.run.func2'];

  test.each([
    ['without a line', 'src/web.go', 0],
    ['outside of what was compared', '/usr/local/go/src/net/http/server.go', 12],
    ["in other people's code", 'vendor/x/y.go', 12],
  ])('%s', (_, file, line) => {
    expect(keys('base', [[one, line]], [], file)).toEqual(keys('head', [[one, line && line + 1]], [], file));
    expect(keys('base', [[one, line]], [], file)).not.toEqual(keys('head', [[two, line]], [], file));
  });

  test('where it is not known which lines changed', () => {
    expect(keys('base', [[one, 12]], null)).toEqual(keys('head', [[one, 14]], null));
  });
});

describe('what has a name', () => {
  test.each([
    ['src/web.go', 'main.handle'],
    // A function that is called so.
    ['src/web.go', 'main.func1'],
    ['src/web.cc', 'run(int)'],
    ['src/web.cc', 'Money::operator$_0()'],
    ['src/web.js', '(anonymous)'],
    ['src/web.py', '<lambda>'],
    ['src/web/Main.java', 'web.Main$Line.ask2'],
    ['src/web/Main.scala', 'web.Main.copy$default$12'],
  ])('is not told by its lines: in %s %s', (file, name) => {
    expect(keys('base', [[name, 12]], [], file)).toEqual(keys('head', [[name, 80]], [], file));
  });
});

describe('instances for a closure', () => {
  const sort = (lambda: string) => `void std::sort<int*, ${lambda} >(int*, int*, ${lambda})`;
  const key = (name: string) =>
    identify(
      { name, systemName: name, file: '/usr/include/c++/14/bits/stl_algo.h', line: 9, mapping: '' },
      '',
    ).key;

  test.each([
    ['run(V&)::{lambda(int, int)#1}', 'run(V&)::{lambda(int, int)#2}'],
    ['run(V&)::$_0', 'run(V&)::$_1'],
  ])('are one for all of a function: %s', (first, second) => {
    expect(key(sort(first))).toBe(key(sort(second)));
  });

  test.each([
    ['of another signature', 'run(V&)::{lambda(long, long)#1}'],
    ['of another function', 'walk(V&)::{lambda(int, int)#1}'],
  ])('%s are others', (_, lambda) => {
    expect(key(sort('run(V&)::{lambda(int, int)#1}'))).not.toBe(key(sort(lambda)));
  });

  test.each([
    ['operator<', 'bool operator< <int>(V<int>)::{lambda(int)#1}::operator()(int) const'],
    ['operator->', 'P<int>::operator->()::{lambda(int)#1}::operator()(int) const'],
    ['operator>>', 'S& operator>><int>(S&)::{lambda(int)#1}::operator()(int) const'],
    [
      'a closure within one',
      'f(int)::{lambda(int)#2}::operator()(int) const::{lambda(int)#1}::operator()(int) const',
    ],
  ])('brackets of %s do not hide whose number it is', (_, name) => {
    expect(key(name)).not.toBe(key(name.replace('#1', '#3')));
  });
});

test('a closure behind empty lines that were inserted keeps its counterpart', () => {
  const blanks = [{ base: [10, 0] as [number, number], head: [11, 2] as [number, number] }];
  const files = [{ path: 'a.go', kind: 'modified' as const, tail: 1, hunks: [], blanks }];
  const map = new ChangeMap({ prefix: '', filesLeft: 0, files }, { name: 'x', commit: null, root: '/w' });
  expect(map.placeOf('base', '/w/a.go', 20)).toBe(map.placeOf('head', '/w/a.go', 22));
  expect(map.placeOf('base', '/w/a.go', 10)).toBe(map.placeOf('head', '/w/a.go', 10));
});
