/** Reads a bundle that may come from elsewhere: sizes bounded, schema checked, no path followed out of it. */
import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import * as z from 'zod';
import { UsageError } from '../errors.js';
import { decodeProfile } from '../profile/codec.js';
import type { Profile } from '../profile/model.js';
import { type BundleManifest, bundleSchema, type Capture } from './schema.js';

/** A run of 60 pairs in ten workloads writes about 2 MB of bundle.json; a 2 s capture about 100 KB of profile. */
const maxManifestBytes = 64 * 1024 * 1024;
const maxProfileBytes = 64 * 1024 * 1024;

export interface Bundle {
  readonly directory: string;
  readonly manifest: BundleManifest;
  /** Decodes one capture's profile; throws a UsageError that names the file when it is missing or broken. */
  profile(capture: Capture): Profile;
}

/**
 * Opens the bundle in a folder.
 * @throws UsageError when it is not a bundle, is of another version, or is broken
 */
export function openBundle(directory: string): Bundle {
  const file = join(directory, 'bundle.json');
  const text = readBounded(directory, 'bundle.json', maxManifestBytes).toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const version = (json as { schema?: unknown } | null)?.schema;
  if (version !== 'profbound/bundle@1') {
    throw new UsageError(`${file} has schema ${versionText(version)}; this version reads profbound/bundle@1`);
  }
  const parsed = bundleSchema.safeParse(json);
  if (!parsed.success) throw new UsageError(`${file} is not a valid bundle:\n${faultsOf(parsed.error)}`);
  return {
    directory,
    manifest: parsed.data,
    profile: (capture) => readProfile(directory, capture.cpuProfile),
  };
}

/** Anything may stand there: lists in lists, deeper than can be written out, or megabytes of text. */
function versionText(version: unknown): string {
  return typeof version === 'string' ? JSON.stringify(version.slice(0, 100)) : typeof version;
}

/** Of a bundle with very many faults the first, and no more of them than anybody reads. */
const mostFaults = 10;
const mostFaultCharacters = 4000;

function faultsOf({ issues }: z.ZodError): string {
  const left = issues.length - mostFaults;
  const text = z.prettifyError({ issues: issues.slice(0, mostFaults) });
  return `${text.slice(0, mostFaultCharacters)}${left > 0 ? `\n… and ${left} more` : ''}`;
}

/** Reads and decodes one pprof file below `directory`. */
export function readProfile(directory: string, path: string): Profile {
  const bytes = readProfileBytes(directory, path);
  try {
    return decodeProfile(bytes);
  } catch (error) {
    throw new UsageError(`${join(directory, path)}: ${(error as Error).message}`);
  }
}

/** The bytes of one file below `directory`, a profile as it is. @throws UsageError */
export function readProfileBytes(directory: string, path: string): Buffer {
  return readBounded(directory, path, maxProfileBytes);
}

function readBounded(directory: string, path: string, maxBytes: number): Buffer {
  const file = join(directory, path);
  try {
    // Links are refused wherever they lead: a bundle contains plain files only.
    const real = realpathSync(file);
    if (real !== join(realpathSync(directory), path) || !real.startsWith(realpathSync(directory) + sep)) {
      throw new UsageError(`${file} is a link; a bundle holds plain files`);
    }
    const status = lstatSync(file);
    if (!status.isFile()) throw new UsageError(`${file} is not a plain file`);
    if (status.size > maxBytes) {
      throw new UsageError(`${file} has ${status.size} bytes; at most ${maxBytes} are read`);
    }
    return readFileSync(file);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`);
  }
}
