import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { causes } from '../../src/bundle/causes.js';

const root = join(import.meta.dirname, '..', '..');

test('the causes are those of the collector, as its list has them now', () => {
  const script = `process.stdout.write((await import(${JSON.stringify(join(root, '.ci', 'causes.mjs'))})).causesModule())`;
  const made = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const format = ['format', '--stdin-file-path=src/bundle/causes.ts'];
  const formatted = execFileSync(join(root, 'node_modules', '.bin', 'biome'), format, {
    cwd: root,
    input: made,
    encoding: 'utf8',
  });
  expect(readFileSync(join(root, 'src', 'bundle', 'causes.ts'), 'utf8')).toBe(formatted);
  // Every line of the list is in it.
  const list = readFileSync(join(root, 'native', 'src', 'profile', 'causes.def'), 'utf8');
  const entries = [...list.matchAll(/^(?:LOST|INCOMPLETE|UNRESOLVED|UNTRACED)\(/gm)].length;
  expect(Object.values(causes).flatMap((kind) => Object.keys(kind))).toHaveLength(entries);
});
