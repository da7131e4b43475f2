/** docs/reasons.md lists every reason there is, and every reason has a test that brings it about. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');

function textsBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== join('verdict', 'reasons.test.ts'))
    .map((file) => readFileSync(join(root, folder, file), 'utf8'));
}

const written = new Set(
  textsBelow('src/verdict').flatMap((text) =>
    [
      ...text.matchAll(/(?:\bcode: (?:\w+ \? '([a-z_]+)' : )?|\breason\(\s*|\badd\((?='wait))'([a-z_]+)'/g),
    ].flatMap(([, ...codes]) => codes.filter((code) => code !== undefined)),
  ),
);
const rows = [
  ...readFileSync(join(root, 'docs', 'reasons.md'), 'utf8').matchAll(/^\| `([a-z_]+)` \|(.*)\|(.*)\|$/gm),
].map(([, code, says, cure]) => ({ code: code as string, says: says?.trim(), cure: cure?.trim() }));

test('every reason in the code is documented once, with what it says and what to do', () => {
  expect(rows.map(({ code }) => code).sort()).toEqual([...written].sort());
  for (const { says, cure } of rows) {
    expect(says).toMatch(/\.$/);
    expect(cure).toMatch(/\.$/);
  }
});

test('every reason is brought about by a test', () => {
  const tests = textsBelow('test').join('\n');
  expect([...written].filter((code) => !tests.includes(`'${code}'`))).toEqual([]);
});
