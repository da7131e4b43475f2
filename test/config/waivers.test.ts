import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseWaivers, waiversOf } from '../../src/config/waivers.js';
import { UsageError } from '../../src/errors.js';

const path = 'base:.profbound-waivers.yml';
const good = `version: 1
waivers:
  - function: tokenize
    file: src/tokenizer.js
    workload: api
    max: 30%
    reason: the new grammar reads everything twice
    expires: 2030-06-30
  - total: true
    max: 5%
    reason: hardened allocator
    expires: 2030-12-31
`;

test('reads functions and the total, with where they stand', () => {
  const file = parseWaivers(good, path);
  expect(file).toEqual([
    {
      workload: 'api',
      waiver: {
        at: `${path}:3:5`,
        time: 'cpu',
        function: { name: 'tokenize', file: 'src/tokenizer.js' },
        max: 0.3,
        reason: 'the new grammar reads everything twice',
        expires: '2030-06-30',
      },
    },
    {
      workload: null,
      waiver: {
        at: `${path}:9:5`,
        time: 'cpu',
        function: null,
        max: 0.05,
        reason: 'hardened allocator',
        expires: '2030-12-31',
      },
    },
  ]);
  expect(waiversOf(file, 'api').map(({ max }) => max)).toEqual([0.3, 0.05]);
  expect(waiversOf(file, 'other').map(({ max }) => max)).toEqual([0.05]);
});

test('reads waivers of waiting: of one function, and of all together', () => {
  const waiting = good
    .replace('function: tokenize', 'waiting: load_record')
    .replace('file: src/tokenizer.js', 'file: src/store.js')
    .replace('total: true', 'waiting: true');
  expect(parseWaivers(waiting, path).map(({ waiver }) => waiver)).toMatchObject([
    { time: 'waiting', function: { name: 'load_record', file: 'src/store.js' } },
    { time: 'waiting', function: null },
  ]);
});

test('the example of the documentation is one', () => {
  const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(readFileSync('docs/waivers.md', 'utf8')) ?? [];
  expect(parseWaivers(example, path).map(({ workload }) => workload)).toEqual(['search', null, null]);
});

describe('errors say file:line:column and what was meant', () => {
  test.each([
    [
      'nothing waived',
      good.replace('total: true', 'workload: api'),
      '9:5: waivers.1: a waiver needs function: NAME, total: true, or waiting: NAME or true',
    ],
    [
      'two things waived',
      good.replace('total: true', 'total: true\n    function: f'),
      '9:5: waivers.1: function, total and waiting exclude each other: write a waiver of each',
    ],
    [
      'a file of the total',
      good.replace('total: true', 'total: true\n    file: a.c'),
      '9:5: waivers.1: file is for a function; the total has none',
    ],
    ['no ceiling', good.replace('    max: 5%\n', ''), '9:5: waivers.1.max: is missing'],
    [
      'a ceiling without its unit',
      good.replace('5%', '5'),
      '10:10: waivers.1.max: 5 is not a percentage: write a number and %, for instance 5%',
    ],
    ['no reason', good.replace('hardened allocator', "''"), '11:13: waivers.1.reason: say why'],
    [
      'no day',
      good.replace('2030-12-31', 'never'),
      '12:14: waivers.1.expires: the last day it holds is needed, for instance 2030-12-31',
    ],
    [
      'a day that is none',
      good.replace('2030-12-31', '2030-02-30'),
      '12:14: waivers.1.expires: the last day it holds is needed, for instance 2030-12-31',
    ],
    [
      'a misspelt key',
      good.replace('expires: 2030-12-31', 'expire: 2030-12-31'),
      '12:5: unknown key expire in waivers.1; did you mean expires?',
    ],
    ['no version', good.replace('version: 1\n', ''), '1:1: version: 1 is missing'],
  ])('%s', (_, text, message) => {
    const read = () => parseWaivers(text, path);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(`${path}:${message}`);
  });
});
