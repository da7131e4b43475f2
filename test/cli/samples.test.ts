/** The samples' files and the schema that editors complete them by. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { readConfig } from '../../src/config/file.js';
import { resolvePlan } from '../../src/config/resolve.js';

const schema = JSON.parse(readFileSync('dist/profbound.schema.json', 'utf8'));
const validate = new Ajv({ strict: false }).compile(schema);
const samples = readdirSync('samples', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => join('samples', name))
  .sort();

test('there are samples', () =>
  expect(samples).toEqual([
    'samples/cpp-service',
    'samples/go-service',
    'samples/java-service',
    'samples/node-service',
    'samples/python-service',
    'samples/redis',
    'samples/rust-service',
  ]));

describe.each(samples)('%s', (sample) => {
  const file = join(sample, '.profbound.yml');
  const text = readFileSync(file, 'utf8');

  test('keeps the schema, which it names by a path that is there', () => {
    expect({ isValid: validate(parse(text)), errors: validate.errors }).toEqual({
      isValid: true,
      errors: null,
    });
    const named = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text)?.[1] ?? 'nothing';
    expect(existsSync(join(sample, named))).toBe(true);
  });

  test('resolves to a plan of one workload', () => {
    const config = readConfig(file);
    expect(resolvePlan(config, config).workloads).toHaveLength(1);
  });

  test('has patches that fit', () => {
    const patches = readdirSync(sample).filter((name) => name.endsWith('.patch'));
    // Of each service what takes more CPU time and what waits longer; of software nobody here wrote what there is.
    const wanted = sample.endsWith('-service') ? ['slower.patch', 'waiting.patch'] : ['slow.patch'];
    expect(patches).toEqual(expect.arrayContaining(wanted));
    for (const patch of patches) {
      const checked = spawnSync('git', ['apply', '--check', '--verbose', patch], {
        cwd: sample,
        encoding: 'utf8',
      });
      expect({ patch, status: checked.status }).toEqual({ patch, status: 0 });
      expect(checked.stderr).not.toMatch(/offset|skipped/i);
    }
  });
});

describe('the schema', () => {
  const text = readFileSync('samples/redis/.profbound.yml', 'utf8');

  test.each([
    ['an unknown key', text.replace('ready:', 'redy:')],
    ['a duration without unit', text.replace('500ms', '500')],
    ['another version', text.replace('version: 1', 'version: 2')],
  ])('refuses %s', (_what, broken) => {
    expect(validate(parse(broken))).toBe(false);
  });

  test('describes every key of a workload', () => {
    const workload = schema.properties.workloads.additionalProperties.properties;
    for (const [key, { description }] of Object.entries<{ description?: string }>(workload)) {
      expect({ key, description }).toEqual({ key, description: expect.stringMatching(/\.$/) });
    }
  });
});
