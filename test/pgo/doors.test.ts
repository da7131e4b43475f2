/** Where functions are entered and left, on code that is made up. */
import { expect, test } from '@jest/globals';
import type { CodeBlock } from '../../src/pgo/annotation.js';
import { doorsOf } from '../../src/pgo/doors.js';

type Written = readonly [count: number, exit: CodeBlock['exit'] | 'case', ...ways: number[]];

/** Of blocks with their samples and the places of those that may follow: what is not the rule, by place. */
function doors(...written: readonly Written[]): string[] {
  const blocks = written.map(
    ([, exit, ...ways], address): CodeBlock => ({
      address,
      bytes: 1,
      instructions: 1,
      exit: exit === 'case' ? 'none' : exit,
      isCase: exit === 'case',
      successors: ways,
    }),
  );
  const found = doorsOf(
    blocks,
    blocks.map(({ successors }) => successors),
    written.map(([count]) => count),
  );
  return found.map(({ isEntered, isLeft, isInTable }) =>
    [isEntered === 'never' ? '' : isEntered, isLeft ? 'left' : '', isInTable ? 'case' : '']
      .filter((word) => word !== '')
      .join(' '),
  );
}

test('entered at its first block, left where it returns', () => {
  expect(doors([0, 'none', 1, 2], [5, 'none', 2], [0, 'out'])).toEqual(['surely', '', 'left']);
});

test('entered also where nothing leads to, if that ran: else it may fill a gap', () => {
  // 1 stands between a jump and a loop's body; 4 and 5 are a handler with a loop, which is known from within alone.
  const code = doors(
    [1, 'none', 3],
    [0, 'none', 2],
    [9, 'none', 3],
    [9, 'none', 2, 6],
    [7, 'none', 5],
    [7, 'none', 4, 6],
    [1, 'out'],
  );
  expect(code).toEqual(['surely', 'hardly', '', '', 'surely', '', 'left']);
});

test('left from where no way leads out', () => {
  expect(doors([1, 'none', 1, 2], [9, 'none', 1], [1, 'out'])).toEqual(['surely', 'left', 'left']);
});

test('a table leads to what the block before does not run into', () => {
  const code = doors([9, 'pointer'], [3, 'none', 2], [4, 'none', 4], [5, 'none', 4], [9, 'out']);
  expect(code).toEqual(['surely', 'case', '', 'case', 'left']);
});

test('of tables that are known just the cases, also those that the one before runs into', () => {
  const code = doors([9, 'pointer'], [1, 'case', 2], [8, 'case', 3], [9, 'none', 4], [0, 'out']);
  expect(code).toEqual(['surely', 'case', 'case', '', 'left']);
});
