/** The rules for names, held to what real compilers make of one source, and of one with a closure more. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Frame, Profile } from '../../src/profile/model.js';
import { identify, withPlaces } from '../../src/profile/names.js';
import { ChangeMap } from '../../src/verdict/blame/changeMap.js';
import { sectionsOf } from '../../src/workload/unifiedDiff.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'profbound-names-')));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program; returns what it printed. `git diff` ends with 1 where there is a difference. */
function run(cwd: string, program: string, words: readonly string[], input = ''): string {
  const environment = { ...process.env, GOPROXY: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '', GOWORK: 'off' };
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd,
    input,
    encoding: 'utf8',
    env: environment,
  });
  if (error) throw error;
  if (status !== 0 && !(program === 'git' && status === 1)) throw new Error(`${program} failed: ${stderr}`);
  return stdout;
}

function sources(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(folder, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

/** Functions of a program with debug information that are made from files in `root`. */
function nativeFunctions(root: string, program: string): Frame[] {
  const rows = run(root, 'nm', ['--demangle', '--line-numbers', program]).split('\n');
  return rows.flatMap((row) => {
    const [, name, file, line] = /^[0-9a-f]+ [tTwW] (.*)\t(.*):(\d+)$/.exec(row) ?? [];
    if (name === undefined || !file?.startsWith(root)) return [];
    return [{ name, systemName: name, file, line: Number(line), mapping: program }];
  });
}

function goFunctions(root: string, program: string): Frame[] {
  const symbols = run(root, 'go', ['tool', 'nm', program]).split('\n');
  const own = symbols.flatMap((row) => /^\s*([0-9a-f]+) [tT] (main\..*)$/.exec(row)?.slice(1) ?? []);
  const addresses = own.filter((_, index) => index % 2 === 0);
  const lines = run(root, 'go', ['tool', 'addr2line', program], `${addresses.join('\n')}\n`)
    .trim()
    .split('\n');
  return addresses.flatMap((_, index) => {
    const [, file, line] = /^(.*):(\d+)$/.exec(lines[2 * index + 1] ?? '') ?? [];
    const name = lines[2 * index] ?? '';
    return file ? [{ name, systemName: name, file, line: Number(line), mapping: program }] : [];
  });
}

/** Methods of all classes below `root`, as the agent for Java describes them: by class, with the first of their lines. */
function javaMethods(root: string): Frame[] {
  const classes = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.class'),
  );
  return classes.flatMap((file) => {
    const owner = file.replace(/\.class$/, '').replaceAll('/', '.');
    const methods = run(root, 'javap', ['-private', '-l', file]).matchAll(
      /^ {2}.* (\S+)\(.*\n((?: {4}.*\n)+)/gm,
    );
    return [...methods].map(([, method, table = '']) => {
      const lines = [...table.matchAll(/line (\d+):/g)].map(([, line]) => Number(line));
      const name = `${owner}.${method}`;
      const source = file.replace(/(?:\$.*)?\.class$/, '.java');
      return { name, systemName: name, file: source, line: Math.min(...lines), mapping: '[perf map]' };
    });
  });
}

describe('copies that optimisers make have the name and the file of what they are made from', () => {
  const files = {
    'a.c': `static __attribute__((noinline)) int helper(int x) { for (int i = 0; i < x; i++) x ^= i * 31; return x; }
int entry(int x) { return helper(x) + 1; }
`,
    'b.c': `extern int entry(int);
extern void abort(void);
struct pair { int a, b; };
static __attribute__((noinline)) int helper(int x) { for (int i = 0; i < x; i++) x += i * 17; return x; }
static __attribute__((noinline)) int takes(struct pair *p, int unused) { int s = 0; for (int i = 0; i < p->a; i++) s ^= i * p->a; return s; }
static __attribute__((noinline)) int constant(int x, int y) { for (int i = 0; i < y; i++) x = x * 7 + i; return x; }
static __attribute__((noinline)) int rare(int x) { if (x == 12345) abort(); for (int i = 0; i < x; i++) x ^= i; return x; }
int main(int argc, char **argv) {
	struct pair p = { argc, 2 };
	return entry(argc) + helper(argc) + takes(&p, argc) + constant(argc, 1000) + constant(argc + 2, 1000) + rare(argc);
}
`,
  };
  const written = [
    'entry (a.c)',
    'helper (a.c)',
    'helper (b.c)',
    'constant (b.c)',
    'main (b.c)',
    'rare (b.c)',
    'takes (b.c)',
  ];

  test.each([
    ['gcc', ['-O2'], ['takes.constprop.0.isra.0', 'constant.constprop.0', 'rare.cold']],
    ['gcc', ['-O2', '-flto'], ['helper.lto_priv.0', 'helper.lto_priv.1']],
    ['clang-19', ['-O2', '-flto=thin', '-fuse-ld=lld-19'], ['helper.llvm.']],
  ])('%s %j', (compiler, options, marked) => {
    const root = sources('copies', files);
    run(root, compiler, ['-g', ...options, 'a.c', 'b.c', '-o', 'program']);
    const functions = nativeFunctions(root, 'program');
    for (const mark of marked) expect(functions.map(({ name }) => name).join(' ')).toContain(mark);
    const keys = new Set(functions.map((frame) => identify(frame, root).key));
    // What is inlined everywhere is no function any more; what is not has no other name, and no two have one.
    const inlined = new Set(['entry (a.c)']);
    expect([...keys].filter((key) => !written.includes(key))).toEqual([]);
    expect(written.filter((key) => !keys.has(key) && !inlined.has(key))).toEqual([]);
  });
});

describe('closures behind an inserted one keep their counterparts', () => {
  /** What each closure computes tells which it is; the inserted one is `inserted`. */
  const cpp = (inserted: string) => `#include <vector>
__attribute__((noinline)) static int walk(std::vector<int> &v) {
${inserted}	auto first = [&](int x) __attribute__((noinline)) { return x + int(v.size()); };
	auto second = [&](int x) __attribute__((noinline)) { return x * int(v.size()); };

	auto third = [&](int x) __attribute__((noinline)) { return x - int(v.size()); };
	return first(v[0]) + second(v[1]) + third(v[2])${inserted && ' + inserted(v[3])'};
}
int main(int argc, char **) {
	std::vector<int> v(argc + 4, argc);
	return walk(v);
}
`;
  const lambda = '\tauto inserted = [&](int x) __attribute__((noinline)) { return x ^ int(v.size()); };\n\n';
  const goText = (inserted: string) => `package main

import "os"

//go:noinline
func call(f func(int) int, x int) int { return f(x) }

func main() {
	n := len(os.Args)
${inserted}	a := call(func(x int) int { return x + n }, 1) // first
	b := call(func(x int) int { // second
		return call(func(y int) int { return y * n }, x) // within second
	}, 2)
	os.Exit(a + b)
}
`;
  const goInserted = '\t_ = call(func(x int) int { return x ^ n }, 1) // inserted\n';

  const javaText = (inserted: string) => `package walk;

import java.util.function.IntUnaryOperator;

final class Walk {
  static int walk(int n) {
${inserted}    IntUnaryOperator first = x -> x + n;
    IntUnaryOperator second = x -> {
      return x * n;
    };
    var nameless = new Object() {
      int run(int x) {
        return x - n;
      }
    };
    class Local {
      int run(int x) {
        return x / n;
      }
    }
    return first.applyAsInt(second.applyAsInt(nameless.run(new Local().run(n))));
  }
}
`;
  const javaInserted = `    if (n > 9) {
      class Local {
        int run(int x) {
          return x ^ 1;
        }
      }
      IntUnaryOperator inserted = x -> x ^ n;
      return inserted.applyAsInt(new Object() { int run(int x) { return x ^ 2; } }.run(new Local().run(n)));
    }
`;

  const compile = (words: readonly string[]) => (root: string) => {
    run(root, words[0] as string, [...words.slice(1), 'a.cpp', '-o', 'program']);
    return nativeFunctions(root, 'program');
  };
  const buildGo = (root: string) => {
    run(root, 'go', ['build', '-o', 'program', 'a.go']);
    return goFunctions(root, 'program');
  };

  const buildJava = (root: string) => {
    run(root, 'javac', ['walk/Walk.java']);
    return javaMethods(root);
  };

  test.each([
    ['g++', 'a.cpp', cpp, lambda, compile(['g++', '-g', '-O1']), /#\d/, [3, 4]],
    ['clang', 'a.cpp', cpp, lambda, compile(['clang++-19', '-g', '-O1']), /\$_\d/, [3, 4]],
    ['go', 'a.go', goText, goInserted, buildGo, /\.func\d/, [3, 4]],
    ['javac', 'walk/Walk.java', javaText, javaInserted, buildJava, /lambda\$walk\$\d|\$\d\w*\.run$/, [4, 7]],
  ] as const)('%s', (name, file, text, inserted, build, number, closures) => {
    const roots = {
      base: sources(`${name}-base`, { [file]: text('') }),
      head: sources(`${name}-head`, { [file]: text(inserted) }),
    };
    const diff = run(folder, 'git', [
      'diff',
      '--no-index',
      '-U0',
      join(roots.base, file),
      join(roots.head, file),
    ]);
    const [section] = sectionsOf(diff);
    const hunks = section?.hunks.map(({ base, head }) => ({ base, head, inside: [] })) ?? [];
    const changes = {
      prefix: '',
      filesLeft: 0,
      files: [{ path: file, kind: 'modified' as const, tail: 1, hunks }],
    };
    const keysOf = (side: 'base' | 'head') => {
      const lines = text(side === 'head' ? inserted : '').split('\n');
      const frames = build(roots[side]).filter((frame) => number.test(frame.name));
      const nothing = { samples: [], startedAtNanoseconds: 0n, durationNanoseconds: 0, periodNanoseconds: 0 };
      const profile: Profile = { frames, ...nothing };
      const map = new ChangeMap(changes, { name: side, commit: null, root: roots[side] });
      const placed = withPlaces(profile, (of, line) => map.placeOf(side, of, line)).frames;
      return new Map(
        placed.map((frame) => [identify(frame, roots[side]).key, { frame, line: lines[frame.line - 1] }]),
      );
    };
    const base = keysOf('base');
    const head = keysOf('head');
    expect([base.size, head.size]).toEqual(closures);
    for (const [key, { line }] of base) expect(head.get(key)?.line).toBe(line);
    // By their numbers they would have been taken for each other.
    const numbers = (side: typeof base) =>
      new Map([...side.values()].map(({ frame, line }) => [frame.name, line]));
    const byNumber = numbers(head);
    expect([...numbers(base)].some(([closure, line]) => byNumber.get(closure) !== line)).toBe(true);
  });
});
