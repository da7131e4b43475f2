import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ArchiveLimits, unpackBundle } from '../../src/bundle/archive.js';
import { UsageError } from '../../src/errors.js';
import { type ZipEntry, zipOf } from './zipWriter.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'profbound-archive-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const profile = 'workloads/api/pairs/001/base.cpu.pb.gz';
const manifest: ZipEntry = { name: 'bundle.json', bytes: '{}' };

function unpack(archive: Buffer | readonly ZipEntry[], limits?: ArchiveLimits): Promise<void> {
  const file = join(folder, 'bundle.zip');
  writeFileSync(file, Buffer.isBuffer(archive) ? archive : zipOf(archive as readonly ZipEntry[]));
  return unpackBundle(file, 'artifact x', join(folder, 'out', 'bundle'), limits);
}

async function refusal(archive: Buffer | readonly ZipEntry[], limits?: ArchiveLimits): Promise<string> {
  const error: unknown = await unpack(archive, limits).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  // Whatever it tried to write is in the folder it was given, or nowhere.
  expect(readdirSync(folder).filter((name) => !['bundle.zip', 'out'].includes(name))).toEqual([]);
  if (existsSync(join(folder, 'out'))) expect(readdirSync(join(folder, 'out'))).toEqual(['bundle']);
  return (error as Error).message;
}

test('takes out what a bundle consists of', async () => {
  const bytes = Buffer.from([31, 139, 0, 255]);
  const waits = profile.replace('.cpu.', '.offcpu.');
  await unpack([{ name: 'workloads/' }, { name: profile, bytes }, { name: waits, bytes }, manifest]);
  expect(readFileSync(join(folder, 'out/bundle/bundle.json'), 'utf8')).toBe('{}');
  for (const name of [profile, waits]) expect(readFileSync(join(folder, 'out/bundle', name))).toEqual(bytes);
});

describe('refuses', () => {
  test.each([
    ['names that lead out', '../bundle.json', /invalid relative path|no part of a bundle/],
    ['names that lead out further in', `workloads/api/../../../${profile}`, /invalid relative path/],
    ['absolute names', '/etc/cron.d/job', /absolute path/],
    ['names of another system', 'workloads\\api\\..\\..\\x', /invalid characters|no part of a bundle/],
    ['a drive', 'C:/bundle.json', /absolute path/],
    [
      'what is no part of a bundle',
      'workloads/api/pairs/001/.git/hooks/post-checkout',
      /no part of a bundle/,
    ],
    ['other letters', 'workloads/API/pairs/001/base.cpu.pb.gz', /no part of a bundle/],
    ['an end of line after a name', `${profile}\n`, /no part of a bundle/],
    ['a folder by a file’s name', 'bundle.json/', /no part of a bundle/],
  ])('%s', async (_, name, why) => {
    const message = await refusal([manifest, { name, bytes: 'x' }]);
    expect(message).toMatch(/^artifact x is not the archive of a bundle: /);
    expect(message).toMatch(why);
  });

  test('a name of 10,000 characters, which it quotes in part, and control characters, which it escapes', async () => {
    expect((await refusal([{ name: 'x'.repeat(10_000) }])).length).toBeLessThan(200);
    expect(await refusal([{ name: '\x1b[2J::error::' }])).toContain('"\\u001b[2J::error::" is no part');
  });

  test('links and devices by their type', async () => {
    const link = { name: profile, bytes: '/etc/passwd', mode: 0o120777 };
    expect(await refusal([manifest, link])).toContain(`${profile} is a link or a special file`);
    expect(await refusal([{ name: 'bundle.json', mode: 0o020666 }])).toContain('a special file');
  });

  test('a link that stands where it would write', async () => {
    mkdirSync(join(folder, 'out', 'bundle'), { recursive: true });
    writeFileSync(join(folder, 'out', 'victim'), 'untouched');
    symlinkSync('../victim', join(folder, 'out', 'bundle', 'bundle.json'));
    await expect(unpack([manifest])).rejects.toThrow('EEXIST');
    expect(readFileSync(join(folder, 'out', 'victim'), 'utf8')).toBe('untouched');
  });

  test('one name twice', async () => {
    expect(await refusal([manifest, { name: profile }, { name: profile }])).toContain('is there twice');
  });

  test('no bundle.json', async () => {
    expect(await refusal([{ name: profile }])).toContain('it has no bundle.json');
    expect(await refusal([])).toContain('it has no bundle.json');
  });

  test('more than the limits: by what it says, and by what it is', async () => {
    const limits = { entries: 3, bytes: 100_000 };
    const zeros = Buffer.alloc(1_000_000);
    const honest = await refusal([manifest, { name: profile, bytes: zeros }], limits);
    expect(honest).toContain('it unpacks to more than');
    rmSync(join(folder, 'out'), { recursive: true });
    const lying = await refusal([manifest, { name: profile, bytes: zeros, claimedSize: 10 }], limits);
    expect(lying).toMatch(/too many bytes/);
    expect(existsSync(join(folder, 'out/bundle', profile))).toBe(true);
    expect(readFileSync(join(folder, 'out/bundle', profile)).length).toBeLessThan(100_000);
    rmSync(join(folder, 'out'), { recursive: true });
    const many = Array.from({ length: 4 }, (_, index) => ({
      name: profile.replace('001', `00${index + 1}`),
    }));
    expect(await refusal(many, limits)).toContain('it has 4 entries; at most 3 are read');
  });

  test('what is damaged', async () => {
    const archive = zipOf([manifest, { name: profile, bytes: 'x'.repeat(1000) }]);
    expect(await refusal(Buffer.from('<!doctype html>'))).toMatch(/not a zip file/);
    expect(await refusal(Buffer.alloc(0))).toMatch(/./);
    for (let length = 1; length < archive.length; length += 7) {
      expect(await refusal(archive.subarray(0, length))).toMatch(/^artifact x is not the archive/);
      rmSync(join(folder, 'out'), { recursive: true, force: true });
    }
  });
});
