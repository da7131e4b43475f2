/** docs/names.md says which names are one function and which are two: it is held to that here, rule by rule. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Frame } from '../../src/profile/model.js';
import { identify } from '../../src/profile/names.js';
import { type MarkRule, markRules, withoutMarks } from '../../src/profile/naming/marks.js';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'names.md'), 'utf8');
const rows = [...text.matchAll(/^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, rule, , same, different]) => ({
    rule: rule as string,
    same: pairs(same as string, ' = '),
    different: pairs(different as string, ' ≠ '),
  }),
);

/** "`f` in `a.c` = `f` of `liba.so`<br>…" → frames, two by two. */
function pairs(cell: string, sign: string): [Frame, Frame][] {
  return cell.split('<br>').map((each) => each.split(sign).map(frame) as [Frame, Frame]);
}

function frame(example: string): Frame {
  const found = /^`([^`]+)`(?: in `([^`]+)`)?(?: of `([^`]+)`)?$/.exec(example.trim());
  if (!found) throw new Error(`not an example: ${example}`);
  const [, name = '', file = '', mapping = ''] = found;
  return { name, systemName: name, file, line: 0, mapping };
}

const key = (one: Frame) => identify(one, '').key;

test('every rule for marks has its row, with examples of both kinds', () => {
  const homes = ['place', 'file', 'binary'];
  expect(rows.map(({ rule }) => rule)).toEqual([...Object.keys(markRules), ...homes]);
  for (const { same, different } of rows)
    expect([same.length > 0, different.length > 0]).toEqual([true, true]);
});

describe.each(rows)('$rule', ({ rule, same, different }) => {
  test('what is one function has one key', () => {
    expect(same.map(([, b]) => key(b))).toEqual(same.map(([a]) => key(a)));
  });

  test('what are two functions have two', () => {
    expect(different.filter(([a, b]) => key(a) === key(b)).map(([a]) => a.name)).toEqual([]);
  });

  if (rule in markRules) {
    test('is what makes its examples equal: without it none is', () => {
      const others = Object.entries<MarkRule>(markRules).flatMap(([id, apply]) =>
        id === rule ? [] : [apply],
      );
      const cleaned = ({ name, file }: Frame) => withoutMarks(name, file, others);
      const runtimeNames = /^JS:/;
      const missed = same.filter(([a, b]) => !runtimeNames.test(a.name) && cleaned(a) === cleaned(b));
      expect(missed.map(([a]) => a.name)).toEqual([]);
    });
  }
});

test('rules do not undo one another: a cleaned name is clean', () => {
  for (const [a, b] of rows.flatMap(({ same, different }) => [...same, ...different])) {
    for (const { name, file } of [a, b]) {
      const once = withoutMarks(name, file);
      expect(withoutMarks(once, file)).toBe(once);
    }
  }
});
