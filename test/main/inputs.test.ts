import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { UsageError } from '../../src/errors.js';
import { readInputs } from '../../src/main/inputs.js';

const action = parse(readFileSync('action.yml', 'utf8')) as {
  inputs: Record<string, { default?: string }>;
  outputs: Record<string, unknown>;
  runs: Record<string, string>;
};

const read = (given: Record<string, string>) => readInputs((name) => given[name] ?? '');
const token = { token: 't' };

describe('inputs', () => {
  test('the defaults of action.yml', () => {
    const defaults = Object.fromEntries(
      Object.entries(action.inputs).map(([name, { default: value = '' }]) => [name, value]),
    );
    expect(read(defaults)).toEqual({
      mode: 'gate',
      workingDirectory: '.',
      config: null,
      base: null,
      head: null,
      workloads: [],
      backend: null,
      out: '.profbound',
      artifactName: 'profbound',
      comment: true,
      check: true,
      publishTimeout: 15,
      token: '${{ github.token }}',
    });
  });

  test('all of them, and no other, are described in action.yml', () => {
    const asked: string[] = [];
    readInputs((name) => {
      asked.push(name);
      return name === 'token' ? 't' : '';
    });
    expect(asked.sort()).toEqual(Object.keys(action.inputs).sort());
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/action.js' });
  });

  test('workloads by commas, spaces or lines', () => {
    expect(read({ ...token, workloads: 'api, batch\nsearch' }).workloads).toEqual(['api', 'batch', 'search']);
  });

  test.each([
    ['backend', 'ebpf', /^input backend: "ebpf": auto, bpf or perf is meant$/],
    ['mode', 'judge', /^input mode: "judge": gate, measure, report or pgo is meant$/],
    ['comment', 'yes', /^input comment: "yes": true or false is meant$/],
    ['check', '1', /^input check: "1": true or false is meant$/],
    ['publish-timeout', 'soon', /^input publish-timeout: "soon": a number of seconds is meant/],
    ['workloads', 'Api', /^input workloads: "Api": a workload name is/],
    ['artifact-name', 'a/b', /^input artifact-name: "a\/b": an artifact name has none of/],
  ])('a wrong %s is named', (name, value, message) => {
    expect(() => read({ ...token, [name]: value })).toThrow(UsageError);
    expect(() => read({ ...token, [name]: value })).toThrow(message);
  });

  test('every wrong one is listed, and an empty token only matters for comment and check', () => {
    expect(() => read({ ...token, backend: 'x', comment: 'y' })).toThrow(/input backend.*\ninput comment/);
    expect(() => read({})).toThrow('input token is empty');
    expect(() => read({ comment: 'false' })).toThrow('input token is empty');
    expect(read({ comment: 'false', check: 'false' }).comment).toBe(false);
  });
});
