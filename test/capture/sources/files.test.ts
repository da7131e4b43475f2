/** Files of other profilers, and what may lie there instead. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { SourceFormat } from '../../../src/bundle/summary.js';
import { formatOf } from '../../../src/capture/sources/format.js';
import { readForeign } from '../../../src/capture/sources/profile.js';
import { decodeProfile } from '../../../src/profile/codec.js';
import { perfScript, stacks } from '../../profile/foreign/texts.js';
import { oneFunction } from '../../profile/message.js';
import { temporaryFolder } from '../../workload/support.js';

const pprof = oneFunction(['samples/count', 'cpu/nanoseconds'], [[3, 3e7]], {
  period: { type: 'cpu/nanoseconds', value: 1e7 },
});

function written(content: string | Uint8Array): string {
  const file = join(temporaryFolder(), 'profile');
  writeFileSync(file, content);
  return file;
}

/** A perf.data file of a shell that counts. */
function perfData(): string {
  const file = join(temporaryFolder(), 'perf.data');
  const words = ['record', '-q', '-e', 'cpu-clock', '-F', '997', '-g', '-o', file, '--'];
  const job = ['sh', '-c', 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'];
  const { status, stderr } = spawnSync('perf', [...words, ...job], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return file;
}

describe('each format', () => {
  test('is told by how it begins, and read', async () => {
    const script = written(perfScript);
    expect(formatOf(script)).toBe('perf_script');
    expect(await readForeign('perf_script', [script], null)).toMatchObject({
      event: 'cpu-clock',
      samples: 4,
      nanoseconds: 4 * 1003009,
      lost: 3,
    });
    const collapsed = written('a;b 3\n');
    expect(formatOf(collapsed)).toBe('collapsed');
    // A file without a line end goes before another one.
    const found = await readForeign('collapsed', [written('a;b 3'), collapsed], 1e6);
    expect(stacks(decodeProfile(found.bytes))).toEqual({ 'a;b': [6, 6e6] });
    for (const bytes of [pprof, gzipSync(pprof)]) {
      const file = written(bytes);
      expect(formatOf(file)).toBe('pprof');
      expect(await readForeign('pprof', [file, file], null)).toMatchObject({ samples: 6, nanoseconds: 6e7 });
    }
  });

  test('perf.data is read through perf', async () => {
    const file = perfData();
    expect(formatOf(file)).toBe('perf_data');
    const found = await readForeign('perf_data', [file], null);
    expect(found).toMatchObject({ event: 'cpu-clock', periodNanoseconds: 1003009, unreadable: 0 });
    expect(found.samples).toBeGreaterThan(10);
    expect(found.nanoseconds).toBe(found.samples * 1003009);
    // Of a file that was cut off there is an error, or what was before.
    truncateSync(file, Math.floor(readFileSync(file).length / 2));
    await readForeign('perf_data', [file], null).then(
      (rest) => expect(rest.samples).toBeLessThanOrEqual(found.samples),
      (error: Error) =>
        expect(error.message).toMatch(/^(perf script failed|it has no output of perf script)/),
    );
  });
});

describe('is refused in one sentence', () => {
  const hostile: readonly (readonly [string, SourceFormat, () => string, RegExp])[] = [
    ['nothing', 'collapsed', () => join(temporaryFolder(), 'none'), /ENOENT/],
    ['a folder', 'collapsed', () => temporaryFolder(), /^it is no plain file$/],
    ['a device without an end', 'perf_script', () => '/dev/zero', /^it is no plain file$/],
    ['a device without an end', 'pprof', () => '/dev/zero', /is not a plain file$/],
    [
      '2 GB',
      'collapsed',
      () => sparse(2 * 1024 ** 3),
      /^it has 2147483648 bytes; at most 1073741824 are read$/,
    ],
    ['2 GB', 'pprof', () => sparse(2 * 1024 ** 3), /has 2147483648 bytes; at most \d+ are read$/],
    [
      'a line without an end',
      'collapsed',
      () => written(Buffer.alloc(200 * 1024 * 1024, 'x')),
      /^it has no collapsed stacks: line 1 is "x{80}"; expected/,
    ],
    [
      'a line without an end',
      'perf_script',
      () => written(Buffer.alloc(200 * 1024 * 1024, '\t1 ')),
      /^it has no output of perf script: line 1 is /,
    ],
    [
      'a perf.data file that says it has 4 GB of events',
      'perf_data',
      () => {
        const bytes = Buffer.alloc(4096);
        bytes.write('PERFILE2');
        bytes.writeBigUInt64LE(104n, 8);
        for (let at = 16; at < 104; at += 8) bytes.writeBigUInt64LE(0xffff_ffffn, at);
        return written(bytes);
      },
      /^perf script failed \((exit code \d+|SIG\w+)\)|^it has no output of perf script/,
    ],
    ['another file', 'perf_data', () => written('hello'), /^perf script failed \(exit code \d+\): /],
  ];
  test.each(hostile)('%s instead of %s', async (_what, format, file, message) => {
    const before = process.memoryUsage().rss;
    await expect(readForeign(format, [file()], 1e6)).rejects.toThrow(message);
    // Far from holding the file. Its own buffer, where the test made one, is in it.
    expect(process.memoryUsage().rss - before).toBeLessThan(600 * 1024 * 1024);
  });

  test('what differs from line to line takes no more memory than the bounds say', async () => {
    const lines = Array.from({ length: 500_000 }, (_, i) => `main;f${i} 1`).join('\n');
    await expect(readForeign('collapsed', [written(lines)], 1e6)).rejects.toThrow(
      /^it has more than 400000 different stacks/,
    );
  });

  test('names are only names', async () => {
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    const name = '<script>alert(1)</script>\u202e__proto__\x1b[31m';
    const found = await readForeign('collapsed', [written(`main;${name} 5\n`)], 1e6);
    expect(decodeProfile(found.bytes).frames.map((frame) => frame.name)).toContain(name);
  });
});

function sparse(bytes: number): string {
  const file = written('');
  truncateSync(file, bytes);
  return file;
}
