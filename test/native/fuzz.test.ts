import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';

/** Each of them; `make fuzz FUZZ_SECONDS=N` runs longer, and goes on from what earlier runs found. */
const seconds = 2;

test('what reads files of the measured programs withstands a bounded run of its fuzzers', () => {
  const { status, stdout, stderr } = spawnSync(
    'make',
    ['-s', '-C', 'native', 'fuzz', `FUZZ_SECONDS=${seconds}`],
    {
      encoding: 'utf8',
    },
  );
  expect(`${stdout}${status === 0 ? '' : stderr}`).not.toContain('FAILED');
  const fuzzers = readdirSync('native/fuzz').filter((file) => /^fuzz_.*\.c$/.test(file));
  expect(fuzzers.length).toBeGreaterThan(0);
  expect(stdout.match(/ [1-9]\d* inputs, no finding$/gm)).toHaveLength(fuzzers.length);
  expect(status).toBe(0);
}, 600_000);
