/** A bundle that comes as a zip archive, as artifacts do: only what a bundle consists of is taken out, and no more than fits. */
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { UsageError } from '../errors.js';

export interface ArchiveLimits {
  readonly entries: number;
  /** Bytes of all files together, unpacked. */
  readonly bytes: number;
}

/** 20 workloads of 60 pairs with waits are 4,800 profiles and half a gigabyte. */
export const usualLimits: ArchiveLimits = { entries: 20_000, bytes: 1024 ** 3 };

/** Everything a bundle consists of: no other name is written to disk, so none can lead out of the folder. */
const known =
  /^(bundle\.json|workloads\/[a-z0-9][a-z0-9_-]{0,63}\/pairs\/\d{3,6}\/(base|head)\.(cpu|offcpu)\.pb\.gz)$/;
const knownFolder = /^workloads\/([a-z0-9][a-z0-9_-]{0,63}\/(pairs\/(\d{3,6}\/)?)?)?$/;

const fileTypeMask = 0o170000;
const plainFile = 0o100000;

/**
 * Unpacks a bundle's archive.
 * @param archive what `name` calls in messages; may hold anything
 * @param folder  empty or not there yet
 * @throws UsageError when it is no archive, has anything else than a bundle in it, or unpacks to more than the limits
 */
export async function unpackBundle(
  archive: string,
  name: string,
  folder: string,
  limits: ArchiveLimits = usualLimits,
): Promise<void> {
  try {
    // Strict names and sizes: what an entry unpacks to is cut off where it exceeds what it says.
    const zip = await openPromise(archive, { strictFileNames: true, validateEntrySizes: true });
    try {
      await unpackEntries(zip, folder, limits);
    } finally {
      zip.close();
    }
  } catch (error) {
    throw new UsageError(`${name} is not the archive of a bundle: ${(error as Error).message}`);
  }
}

async function unpackEntries(zip: ZipFile, folder: string, limits: ArchiveLimits): Promise<void> {
  if (zip.entryCount > limits.entries) {
    throw new Error(`it has ${zip.entryCount} entries; at most ${limits.entries} are read`);
  }
  const seen = new Set<string>();
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const { fileName } = entry;
    if (knownFolder.test(fileName)) continue;
    if (!known.test(fileName)) throw new Error(`${quoted(fileName)} is no part of a bundle`);
    if (!isPlain(entry))
      throw new Error(`${fileName} is a link or a special file; a bundle holds plain files`);
    if (seen.has(fileName)) throw new Error(`${fileName} is there twice`);
    seen.add(fileName);
    bytes += entry.uncompressedSize;
    if (bytes > limits.bytes) {
      throw new Error(`it unpacks to more than ${limits.bytes / 1024 / 1024} MB`);
    }
    const target = join(folder, fileName);
    mkdirSync(dirname(target), { recursive: true });
    // Never into something that is there already, be it a link.
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { flags: 'wx' }));
  }
  if (!seen.has('bundle.json')) throw new Error('it has no bundle.json');
}

/** Archives made on Unix say of what type a file is; others, and some writers, leave it 0. */
function isPlain({ versionMadeBy, externalFileAttributes }: Entry): boolean {
  const isUnix = versionMadeBy >>> 8 === 3;
  const type = (externalFileAttributes >>> 16) & fileTypeMask;
  return !isUnix || type === 0 || type === plainFile;
}

const longestName = 100;

function quoted(name: string): string {
  return JSON.stringify(name.length > longestName ? `${name.slice(0, longestName)}…` : name);
}
