/** Bundle → verdict → report: the same bundle gives the same bytes, on any machine, in any language, at any time. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..', 'src');

/** Random draws and what recordings are resampled by: for calibrations, which no bundle is judged by. */
const drawing = ['stats/random.ts', 'stats/autocorrelation.ts'];

/** Stages that may know nothing but their input; `.js` in HTML runs in the reader's browser. */
const pure = ['stats', 'verdict', 'profile', 'report', 'text'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.startsWith('html/script/'))
    .map((file) => join(folder, file))
    .filter((file) => !drawing.includes(file)),
);

const forbidden: readonly (readonly [RegExp, string])[] = [
  [
    /Math\.(?!abs|ceil|floor|imul|max|min|round|sign|sqrt|trunc|LN2|PI|SQRT2)\w+/,
    'differs by engine: src/stats/exact.ts has what does not',
  ],
  // A power of two is exact everywhere.
  [/(?<!\b2) \*\* /, 'differs by engine: exact.square, or exact.exp of a logarithm'],
  [/toLocale|localeCompare|\bIntl\b/, 'differs by language'],
  [/new Date\(\)|Date\.now|performance\.|getTimezone/, 'reads a clock'],
  [/\bprocess\.|'node:(?!path|zlib|crypto')/, 'reads the environment'],
  [/Math\.random|randomInt|randomUUID/, 'is random'],
];

test.each(pure)('%s', (file) => {
  const code = readFileSync(join(root, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
  const found = code
    .split('\n')
    .flatMap((line) =>
      forbidden.filter(([pattern]) => pattern.test(line)).map(([, why]) => `${line.trim()}: ${why}`),
    );
  expect(found).toEqual([]);
});
