import { describe, expect, test } from '@jest/globals';
import type { Frame } from '../../src/profile/model.js';
import { identify } from '../../src/profile/names.js';

const frame = (name: string, rest: Partial<Frame> = {}): Frame => ({
  name,
  systemName: name,
  file: '',
  line: 0,
  mapping: '',
  ...rest,
});
const cleaned = (name: string, file = '') => identify(frame(name, { file }), '').name;

describe('the cleaned name', () => {
  test.each([
    // GCC and LLVM: parts and copies of one function
    ['lpFind.isra.0', 'lpFind'],
    ['lpFind.part.12.constprop.3', 'lpFind'],
    ['lpFind.cold', 'lpFind'],
    ['lpFind.constprop.0.cold', 'lpFind'],
    ['lpFind.cold.1', 'lpFind'],
    ['static_init.llvm.1234567890123456789', 'static_init'],
    ['helper.lto_priv.0', 'helper'],
    ['helper.localalias', 'helper'],
    ['Foo::bar(int) [clone .isra.0]', 'Foo::bar(int)'],
    ['Foo::bar(int) [clone .constprop.0] [clone .cold]', 'Foo::bar(int)'],
    ['_ZN3FooC2Ei.part.0', '_ZN3FooC2Ei'],
    // not marks: other functions, other names
    ['memcpy.avx2', 'memcpy.avx2'],
    ['gemm._omp_fn.0', 'gemm._omp_fn.0'],
    ['Foo::bar(int) [clone .avx2]', 'Foo::bar(int) [clone .avx2]'],
    ['spare.part', 'spare.part'],
    ['Foo::~Foo()', 'Foo::~Foo()'],
    ['operator*(int)', 'operator*(int)'],
    ['(anonymous namespace)::f()', '(anonymous namespace)::f()'],
    // Rust
    ['core::fmt::write::h0123456789abcdef', 'core::fmt::write'],
    ['_ZN4core3fmt5write17h0123456789abcdefE', '_ZN4core3fmt5writeE'],
    ['_ZN4core3fmt5write17h0123456789abcdefE.llvm.42', '_ZN4core3fmt5writeE'],
    [
      '<alloc[b5c9dd6ed37f5f4e]::vec::Vec<u8> as core[846817f741e54dfd]::fmt::Debug>::fmt',
      '<alloc::vec::Vec<u8> as core::fmt::Debug>::fmt',
    ],
    ['_RNvCs4fqI2P2rA04_5mylib3foo', '_RNvC5mylib3foo'],
    ['app::h12', 'app::h12'],
    ['matrix[0]::get', 'matrix[0]::get'],
    // Go
    ['main.Map[go.shape.int]', 'main.Map[...]'],
    ['main.Map[go.shape.[]uint8,go.shape.map[string]int_1].func1', 'main.Map[...].func1'],
    ['main.A[go.shape.int](main.B[go.shape.string])', 'main.A[...](main.B[...])'],
    ['main.Map[...]', 'main.Map[...]'],
    ['main.Map[int]', 'main.Map[int]'],
    ['main.Broken[go.shape.int', 'main.Broken[go.shape.int'],
    ['main.(*Server).run.func1', 'main.(*Server).run.func1'],
    // V8, CPython, .NET
    ['*tokenize', 'tokenize'],
    ['~tokenize', 'tokenize'],
    ['^tokenize', 'tokenize'],
    ['LazyCompile:*tokenize /app/lexer.js:10:3', 'tokenize'],
    ['JS:~get size /app/my set.js:10:3', 'get size'],
    ['JS:^run evalmachine.<anonymous>:1:7', 'run evalmachine.<anonymous>'],
    ['Function:* node:fs:1:2', '(anonymous)'],
    ['(anonymous:L#10:C#3)', '(anonymous)'],
    ['', '(anonymous)'],
    ['Builtin:ArrayMap', 'Builtin:ArrayMap'],
    ['py::Lexer.next:/app/lexer.py', 'Lexer.next'],
    ['int32 [MyApp] Program::Fib(int32)[OptimizedTier1]', 'int32 [MyApp] Program::Fib(int32)'],
    [
      '[System.Private.CoreLib] System.String::Concat()[Tier0]',
      '[System.Private.CoreLib] System.String::Concat()',
    ],
  ])('%s → %s', (given, expected) => {
    expect(cleaned(given)).toBe(expected);
  });

  test.each([
    ['main.cold', 'main.go'],
    ['Weather.cold', 'weather.ts'],
    ['Weather.cold', 'weather.mjs'],
  ])('%s is a name of its own in %s', (name, file) => {
    expect(cleaned(name, file)).toBe(name);
  });
});

describe('the key', () => {
  test('is the same in both worktrees, on other lines, in other tiers', () => {
    const base = frame('*parse', { file: '/tmp/base/src/x.js', line: 10, mapping: '/usr/bin/node' });
    const head = frame('~parse', { file: 'file:///tmp/head/src/x.js', line: 99, mapping: '/usr/bin/node' });
    expect(identify(base, '/tmp/base').key).toBe('parse (src/x.js)');
    expect(identify(head, '/tmp/head/').key).toBe('parse (src/x.js)');
  });

  test.each([
    ['/srv/tree/src/a.c', '/srv/tree', 'f (src/a.c)'],
    ['/srv/tree/build/../src/./a.c', '/srv/tree', 'f (src/a.c)'],
    ['/srv/tree2/src/a.c', '/srv/tree', 'f (/srv/tree2/src/a.c)'],
    ['/srv/a.c', '/srv/tree', 'f (/srv/a.c)'],
    ['/srv/tree/..hidden/a.c', '/srv/tree', 'f (..hidden/a.c)'],
    ['./src/a.c', '/srv/tree', 'f (src/a.c)'],
    ['../lib/a.c', '/srv/tree', 'f (../lib/a.c)'],
    ['/usr/src/a.c', '', 'f (/usr/src/a.c)'],
    ['node:internal/fs', '/srv/tree', 'f (node:internal/fs)'],
    ['webpack://app/./a.js', '/srv/tree', 'f (webpack://app/./a.js)'],
    ['', '/srv/tree', 'f'],
  ])('file %s below %j gives %s', (file, root, expected) => {
    expect(identify(frame('f', { file }), root).key).toBe(expected);
  });

  test('tells anonymous functions of two files apart, not those of two lines', () => {
    const anonymous = (file: string, line: number) =>
      identify(frame('(anonymous)', { file, line }), '/r').key;
    expect(anonymous('/r/a.js', 1)).not.toBe(anonymous('/r/b.js', 1));
    expect(anonymous('/r/a.js', 1)).toBe(anonymous('/r/a.js', 2));
  });

  test.each([
    ['/usr/lib/libc.so.6', 'f (libc.so.6)'],
    ['/opt/app/server (deleted)', 'f (server)'],
    ['[kernel.kallsyms]', 'f ([kernel.kallsyms])'],
    ['/tmp/perf-4711.map', 'f ([jit])'],
    ['/tmp/jitted-4711-3.so', 'f ([jit])'],
  ])('names the binary %s where the file is unknown', (mapping, expected) => {
    expect(identify(frame('f', { mapping }), '/r').key).toBe(expected);
  });

  test('holds no place a runtime put into the name', () => {
    const v8 = frame('LazyCompile:*tokenize /tmp/base/lexer.js:10:3', { mapping: '[perf map]' });
    const python = frame('py::tokenize:/tmp/base/lexer.py', { mapping: '[perf map]' });
    expect(identify(v8, '/tmp/base').key).toBe('tokenize (lexer.js)');
    expect(identify(python, '/tmp/base').key).toBe('tokenize (lexer.py)');
  });
});

describe('pseudo frames', () => {
  test.each([
    ['[unknown]', '/usr/lib/libc.so.6', '[unknown] (libc.so.6)'],
    ['[unknown]', '', '[unknown]'],
    ['[unknown] (no mapping)', '/x/y', '[unknown] (no mapping)'],
    ['[truncated]', '/x/y', '[truncated]'],
    ['[kernel, not visible to this user]', '', '[kernel, not visible to this user]'],
  ])('%s in %j is unresolved as %s', (name, mapping, expected) => {
    expect(identify(frame(name, { mapping, file: '/r/a.c' }), '/r')).toEqual({
      key: expected,
      name: expected,
      file: null,
      resolved: false,
    });
  });

  test.each(['main.F[...]', '[Lib] Type::Method()', '-[NSString length]', 'a[0]'])(
    '%s is a function',
    (name) => {
      expect(identify(frame(name), '').resolved).toBe(true);
    },
  );
});

describe('hostile names', () => {
  test('are cut in the middle, marks at the end still known', () => {
    const long = `${'a'.repeat(50_000)}.isra.0`;
    const { key, name } = identify(frame(long, { file: `/${'d/'.repeat(50_000)}x.c` }), '/r');
    expect(name).toMatch(/^a+…a+$/);
    expect(key.length).toBeLessThan(10_000);
  });

  test.each([
    ['clone notes', ' [clone .isra.0'.repeat(5000)],
    ['open shapes', '[go.shape.'.repeat(5000)],
    ['suffixes', '.cold.1.isra.0'.repeat(5000).concat('!')],
    ['hashes', 'a[0123456789abcdef]'.repeat(5000)],
  ])('%s repeated without end still give a name', (_, name) => {
    expect(cleaned(name).length).toBeGreaterThan(0);
  });
});

test('what a profile calls a binary may be of any length: no rule looks at more of it than is shown', () => {
  // Of a rule that goes back over what it has read, this would never end.
  const mapping = `/lib/x.cpython-${'1'.repeat(1_000_000)}`;
  const frame = { name: 'f', systemName: 'f', file: '', line: 0, mapping };
  expect(identify(frame, '').key.length).toBeLessThan(4000);
  expect(identify({ ...frame, name: '[unknown]' }, '').key.length).toBeLessThan(4000);
});

test('a place within a name goes to its end, over line ends', () => {
  const frame = { systemName: '', file: '', line: 0, mapping: '' };
  expect(identify({ ...frame, name: 'LazyCompile:*parse /app/a / /b\nc.js:1:2' }, '/app')).toMatchObject({
    name: 'parse',
    file: 'a / /b\nc.js',
  });
  expect(identify({ ...frame, name: 'py::parse:/app/a:/b\nc.py' }, '/app')).toMatchObject({
    name: 'parse',
    file: 'a:/b\nc.py',
  });
});
