/** Texts that were damaged at random: refused in one sentence, or read as a profile that is sound and can be kept. */
import { expect, test } from '@jest/globals';
import { decodeProfile, encodeProfile } from '../../../src/profile/codec.js';
import { CollapsedReader } from '../../../src/profile/foreign/collapsed.js';
import { PerfScriptReader } from '../../../src/profile/foreign/perfScript.js';
import { adoptPprof } from '../../../src/profile/foreign/pprof.js';
import type { TextProfile, TextReader } from '../../../src/profile/foreign/text.js';
import { Lines } from '../../../src/workload/output.js';
import { message } from '../message.js';
import { randomNumbers } from '../random-profile.js';
import { perfScript } from './texts.js';

const collapsed =
  'main;parse;next 40\n[main tid=3];java/lang/Thread.run_[j];do_syscall_64_[k] 3\na;b c;d 1\n';
const salt = [
  '\n',
  '\t',
  ' ',
  ';',
  '(',
  ')',
  ':',
  '[',
  ']',
  '+0x',
  '0',
  '18446744073709551616',
  '-1',
  '1e9',
  '\0',
  '\u2028',
  '<script>',
  '__proto__',
  'constructor',
  '\r',
  '\u{1f600}',
  '\ud800',
  '..',
  '/',
  '%',
  '"',
  '\\',
  '\x1b[31m',
  ' (inlined)',
  ' ([unknown])',
];

function damaged(text: string, random: () => number): string {
  let result = text;
  const at = () => Math.floor(random() * (result.length + 1));
  for (let change = Math.ceil(random() * 8); change > 0; change--) {
    const [from, to] = [at(), at()];
    const kind = Math.floor(random() * 5);
    if (kind === 0) result = result.slice(0, from) + result.slice(from + Math.floor(random() * 20));
    else if (kind === 1)
      result = result.slice(0, from) + salt[Math.floor(random() * salt.length)] + result.slice(from);
    else if (kind === 2) result += result.slice(Math.min(from, to), Math.max(from, to));
    else if (kind === 3)
      result = result.slice(0, from) + String.fromCharCode(random() * 300) + result.slice(from + 1);
    else
      result =
        result.slice(0, from) + salt[Math.floor(random() * salt.length)]?.repeat(2000) + result.slice(from);
  }
  return result;
}

/** Through the cutting of lines, as a file is read, in pieces as they come. */
function readText(reader: TextReader, text: string, random: () => number): TextProfile {
  const lines = new Lines((line) => reader.line(line));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() * 400);
    lines.push(bytes.subarray(at, at + size));
    at += size;
  }
  lines.end();
  return reader.end();
}

test.each<[string, string, () => TextReader]>([
  ['collapsed stacks', collapsed, () => new CollapsedReader(1e6)],
  ['perf script', perfScript, () => new PerfScriptReader()],
])('%s', (_, text, reader) => {
  const random = randomNumbers(20261126);
  let sound = 0;
  for (let round = 0; round < 1000; round++) {
    let found: TextProfile;
    try {
      found = readText(reader(), damaged(text, random), random);
    } catch (error) {
      expect((error as Error).message).toMatch(/^(most of )?it (is|has) [^\n]{5,700}$/);
      continue;
    }
    sound++;
    const { profile, samples } = found;
    expect(profile.samples.reduce((sum, { count }) => sum + count, 0)).toBe(samples);
    for (const { stack } of profile.samples) {
      for (const frame of stack) expect(profile.frames[frame]?.name.length).toBeGreaterThan(0);
    }
    if (profile.samples.every(({ nanoseconds }) => Number.isSafeInteger(nanoseconds))) {
      expect(decodeProfile(encodeProfile(profile)).samples).toHaveLength(profile.samples.length);
    }
  }
  expect(sound).toBeGreaterThan(300);
});

test('pprof', () => {
  const random = randomNumbers(7);
  const whole = message({
    period: { type: 'cpu/nanoseconds', value: 1e7 },
    mappings: [{ id: 1, file: '/srv/app' }],
    functions: [
      { id: 1, name: 'f' },
      { id: 2, name: 'g' },
    ],
    locations: [
      { id: 1, mapping: 1, lines: [1, 2] },
      { id: 2, mapping: 1, lines: [2] },
    ],
    samples: [
      { locations: [1, 2], values: [2, 2e7] },
      { locations: [2], values: [1, 1e7] },
    ],
  });
  let sound = 0;
  for (let round = 0; round < 1000; round++) {
    const bytes = Uint8Array.from(whole);
    for (let change = Math.ceil(random() * 3); change > 0; change--) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    let adopted: Uint8Array;
    try {
      adopted = adoptPprof(random() < 0.3 ? [bytes, whole] : [bytes]).bytes;
    } catch (error) {
      expect((error as Error).message).toMatch(/^[^\n]{5,700}$/);
      continue;
    }
    // What is kept can be read.
    decodeProfile(adopted);
    sound++;
  }
  expect(sound).toBeGreaterThan(40);
});
