import { describe, expect, test } from '@jest/globals';
import { Outline } from '../../src/workload/headers.js';

/** The headers of the line that has `HERE` in it, as text. */
function around(source: string): string[][] {
  const lines = source.split('\n');
  const at = lines.findIndex((line) => line.includes('HERE'));
  const columns = (lines[at] as string).search(/\S/);
  const headers = new Outline(lines).headersOf(at + 1, columns, 16);
  return headers.map(([first, last]) => lines.slice(first - 1, last).map((line) => line.trim()));
}

test('a method reaches to its first statement where profiles begin it there', () => {
  const source = [
    'class A {',
    '  /** Adds. */',
    '  int add(',
    '      int a,',
    '      int b) {',
    '    // Both are small.',
    '',
    '    int sum = a;',
    '    sum += b;',
    '  }',
    '}',
  ];
  expect(new Outline(source, 'statement').headersOf(9, 4, 16)).toEqual([
    [3, 8],
    [1, 1],
  ]);
  expect(new Outline(source).headersOf(9, 4, 16)).toEqual([
    [3, 3],
    [1, 1],
  ]);
});

describe('what a line lies in', () => {
  test.each([
    [
      'a method',
      'class A {\n  one() {\n    x();\n  }\n  two() {\n    HERE();\n  }\n}',
      [['two() {'], ['class A {']],
    ],
    [
      'a header over several lines',
      'const x = 1;\nfunction f(\n  a,\n  b,\n) {\n  HERE();\n}',
      [['function f(', 'a,', 'b,', ') {']],
    ],
    [
      'a brace of its own',
      'int x;\nstatic void\nf (int a)\n{\n  HERE;\n}',
      [['static void', 'f (int a)', '{']],
    ],
    [
      'a decorated function',
      'import x\n\n@cached\ndef f():\n    if x:\n        HERE',
      [['if x:'], ['@cached', 'def f():']],
    ],
    [
      'preprocessor and labels',
      'int f(void) {\n#if A\n  x();\n#endif\nagain:\n  HERE;\n}',
      [['int f(void) {']],
    ],
    ['nothing', 'int f(void) {\n  x();\n}\n\nint HERE;', []],
  ])('%s', (_, source, headers) => {
    expect(around(source)).toEqual(headers);
  });
});
