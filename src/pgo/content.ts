/** What a written profile says, in whichever format. */
import { isUtf8 } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../errors.js';
import type { PgoFormat } from './formats.js';
import { readBolt } from './readers/bolt.js';
import { readGcc } from './readers/gcc.js';
import { readGo } from './readers/go.js';
import { readLlvm } from './readers/llvm.js';
import type { Body, SourceProfile } from './sourceProfile.js';

/** A profile of the largest programs is some ten MB; a file from elsewhere may be anything. */
const mostBytes = 256 * 1024 * 1024;

export interface ProfileContent {
  readonly format: PgoFormat;
  /** Functions with positions in them: lines of source; of `bolt` offsets in bytes. Of `go` calls alone. */
  readonly profile: SourceProfile;
  /** Share of the weight that no function's lines can be counted for, since its first one is not there. */
  readonly startless: number;
}

export interface ReadOptions {
  /** What the profile is called in messages: its path or URL. */
  readonly name: string;
  /** The llvm-profdata that turns LLVM's binary format into text; null: only text is read. */
  readonly llvmProfdata: string | null;
}

/**
 * Reads what a compiler would read.
 * @throws UsageError naming the profile when it is empty, damaged or of another format
 */
export function readProfile(format: PgoFormat, bytes: Uint8Array, options: ReadOptions): ProfileContent {
  const { name } = options;
  if (bytes.length === 0) throw new UsageError(`${name} is empty: there is no profile in it`);
  if (bytes.length > mostBytes) {
    throw new UsageError(`${name} has ${bytes.length} bytes, and a profile has ${mostBytes} at most`);
  }
  let content: ProfileContent;
  try {
    content = { format, startless: 0, ...read(format, bytes, options) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${name}: ${(error as Error).message}`);
  }
  if (isWithoutWeight(content)) throw new UsageError(`${name} is empty: it has no samples in any function`);
  return content;
}

function read(
  format: PgoFormat,
  bytes: Uint8Array,
  options: ReadOptions,
): Pick<ProfileContent, 'profile'> & Partial<ProfileContent> {
  if (format === 'go') return readGo(bytes);
  if (format === 'gcc') return { profile: readGcc(bytes) };
  if (format === 'llvm') return { profile: readLlvm(isText(bytes) ? bytes : toText(bytes, options)) };
  return { profile: readBolt(bytes) };
}

/** Of LLVM's two formats, the one that every version reads; the other begins with a number that is no text. */
export function isText(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !bytes.subarray(0, 64).some((byte) => byte < 0x20 && byte !== 0x0a);
}

function toText(bytes: Uint8Array, { name, llvmProfdata }: ReadOptions): Uint8Array {
  if (llvmProfdata === null) {
    throw new UsageError(
      `${name} is not text: name the llvm-profdata that reads LLVM's binary format (pgo.llvm_profdata)`,
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'profbound-pgo-'));
  try {
    const [input, output] = [join(folder, 'profile.bin'), join(folder, 'profile.txt')];
    writeFileSync(input, bytes);
    const words = ['merge', '--sample', '--text', input, '-o', output];
    const { status, stderr, error } = spawnSync(llvmProfdata, words, { encoding: 'utf8' });
    if (error) throw new UsageError(`cannot run ${llvmProfdata}: ${error.message}`);
    if (status !== 0) {
      const said = stderr.replaceAll(input, 'it').trim().split('\n')[0];
      throw new UsageError(`${name}: ${llvmProfdata} does not take the profile: ${said}`);
    }
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isWithoutWeight({ profile, startless }: ProfileContent): boolean {
  return startless === 0 && ![...profile.values()].some(hasWeight);
}

function hasWeight({ positions, calls }: Body): boolean {
  for (const { count, targets } of positions.values()) {
    if (count > 0 || [...targets.values()].some((calls) => calls > 0)) return true;
  }
  return [...calls.values()].some((bodies) => [...bodies.values()].some(hasWeight));
}
