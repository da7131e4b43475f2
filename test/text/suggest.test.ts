import { expect, test } from '@jest/globals';
import { suggest } from '../../src/text/suggest.js';

const options = ['base', 'head', 'patch', 'config', 'workload', 'backend', 'out', 'json'];

test.each([
  ['bas', 'base'],
  ['wrokload', 'workload'],
  ['baceknd', 'backend'],
  ['ouy', 'out'],
])('%s means %s', (typed, meant) => expect(suggest(typed, options)).toBe(meant));

test.each(['bogus', 'x', 'verbose', 'telemetry'])('%s means none of them', (typed) => {
  expect(suggest(typed, options)).toBeNull();
});
