import { describe, expect, test } from '@jest/globals';
import { type ArgumentsDefinition, oneOf, parseArguments, positive } from '../../src/main/arguments.js';

const definition: ArgumentsDefinition = {
  name: 'gate',
  options: {
    out: { type: 'string', value: 'DIR', description: '' },
    workload: { type: 'string', multiple: true, description: '' },
    json: { type: 'boolean', description: '' },
  },
  positionals: ['BASE'],
  takesRest: true,
};

describe('parseArguments', () => {
  test('reads options in both spellings, flags, positionals and what follows --', () => {
    const given = parseArguments(
      ['a', '--out=x', '--json', '--workload', 'w1', '--workload', 'w2', '--', '-c', '--json'],
      definition,
    );
    expect(given.value('out')).toBe('x');
    expect(given.flag('json')).toBe(true);
    expect(given.values('workload')).toEqual(['w1', 'w2']);
    expect(given.positionals).toEqual(['a']);
    expect(given.rest).toEqual(['-c', '--json']);
  });

  test('tells what was not given', () => {
    const given = parseArguments(['a'], definition);
    expect(given.value('out')).toBeNull();
    expect(given.flag('json')).toBe(false);
    expect(given.rest).toBeNull();
  });

  test.each([
    [['a', '--ouy', 'x'], 'unknown option --ouy; did you mean --out?'],
    [['a', '--entirely-different'], 'unknown option --entirely-different; profbound gate --help lists them'],
    [['a', '-x'], /^unknown option -x/],
    [['a', '--constructor'], /^unknown option --constructor/],
    [['a', '--out'], '--out needs a value: --out DIR'],
    [['a', '--out', '--json'], '--out needs a value: --out DIR'],
    [['a', '--out='], '--out needs a value: --out DIR'],
    [['a', '--json=yes'], '--json takes no value'],
    [['a', '--out', 'x', '--out', 'y'], '--out is given 2 times; gate takes one'],
    [['a', 'b'], 'profbound gate: b is one argument too many; see profbound gate --help'],
    [[], 'profbound gate needs BASE; see profbound gate --help'],
  ])('%j is refused', (words, message) => {
    expect(() => parseArguments(words, definition)).toThrow(message);
  });

  test('refuses words after -- where they mean nothing', () => {
    expect(() => parseArguments(['a', '--', 'b'], { ...definition, takesRest: false })).toThrow(
      'profbound gate takes nothing after --: b',
    );
  });

  test('takes a value that begins with a dash when it is attached', () => {
    expect(parseArguments(['a', '--out=-x'], definition).value('out')).toBe('-x');
  });
});

test('oneOf names the words there are', () => {
  expect(oneOf('--backend', 'bpf', ['bpf', 'perf'])).toBe('bpf');
  expect(() => oneOf('--backend', 'ebpf', ['bpf', 'perf'])).toThrow('--backend ebpf: it is one of bpf, perf');
});

test.each(['0', '-1', 'ten', '1e3', ''])('positive refuses %j', (written) => {
  expect(() => positive('--seconds', written)).toThrow('a number above 0 is needed');
});
