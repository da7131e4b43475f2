/** Another profiler's files of one capture → one profile, whatever their format. */
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { readProfileBytes } from '../../bundle/reader.js';
import type { SourceFormat } from '../../bundle/summary.js';
import { encodeProfile } from '../../profile/codec.js';
import { CollapsedReader } from '../../profile/foreign/collapsed.js';
import { PerfScriptReader } from '../../profile/foreign/perfScript.js';
import { adoptPprof } from '../../profile/foreign/pprof.js';
import type { TextProfile, TextReader } from '../../profile/foreign/text.js';
import { Lines } from '../../workload/output.js';
import { readPerfData } from './perfData.js';

/** Of one text file. A minute of a thousand samples a second on eight CPUs is some 2 GB of perf script's text, a capture less. */
export const mostTextBytes = 1024 ** 3;
const chunkBytes = 1024 * 1024;

export interface ForeignProfile {
  /** As a pprof file. */
  readonly bytes: Uint8Array;
  /** What was sampled, e.g. `cpu-clock`. */
  readonly event: string;
  readonly samples: number;
  /** CPU time that the samples stand for; null where they do not say. */
  readonly nanoseconds: number | null;
  /** Nanoseconds of CPU time between two samples; null where that is not known. */
  readonly periodNanoseconds: number | null;
  readonly truncated: number;
  readonly lost: number;
  readonly unreadable: number;
}

/**
 * Reads a capture's files.
 * @param files at least one
 * @param intervalNanoseconds what a sample of collapsed stacks stands for; null: unknown
 * @throws Error with one sentence when one is missing, too large, or not of the format
 */
export async function readForeign(
  format: SourceFormat,
  files: readonly string[],
  intervalNanoseconds: number | null,
): Promise<ForeignProfile> {
  if (format === 'pprof') {
    const adopted = adoptPprof(files.map(readBytes));
    return { ...adopted, event: 'cpu', truncated: 0, lost: 0, unreadable: 0 };
  }
  return fromText(await readText(format, files, intervalNanoseconds));
}

/** The same of a text format as a profile; what a sample stands for is 1 where that is not known. */
export async function readText(
  format: Exclude<SourceFormat, 'pprof'>,
  files: readonly string[],
  intervalNanoseconds: number | null,
): Promise<TextProfile> {
  const reader = format === 'collapsed' ? new CollapsedReader(intervalNanoseconds) : new PerfScriptReader();
  for (const file of files) {
    if (format === 'perf_data') await readPerfData(file, reader, mostTextBytes);
    else feedFile(file, reader);
    // The last line of a file is no beginning of the next one's first.
    reader.line('');
  }
  return reader.end();
}

function fromText({ profile, ...rest }: TextProfile): ForeignProfile {
  const isTimed = rest.periodNanoseconds !== null;
  const nanoseconds = profile.samples.reduce((sum, each) => sum + each.nanoseconds, 0);
  return { ...rest, bytes: encodeProfile(profile), nanoseconds: isTimed ? nanoseconds : null };
}

function readBytes(file: string): Buffer {
  const real = realpathSync(file);
  return readProfileBytes(dirname(real), basename(real));
}

/** Hands a file's lines to a reader without ever holding all of it. */
function feedFile(file: string, reader: TextReader): void {
  const status = statSync(file);
  if (!status.isFile()) throw new Error('it is no plain file');
  if (status.size > mostTextBytes) {
    throw new Error(`it has ${status.size} bytes; at most ${mostTextBytes} are read`);
  }
  const lines = new Lines((line) => reader.line(line));
  const chunk = Buffer.allocUnsafe(chunkBytes);
  const descriptor = openSync(file, 'r');
  try {
    let left = mostTextBytes;
    for (;;) {
      const size = readSync(descriptor, chunk, 0, Math.min(chunkBytes, left), null);
      if (size === 0) break;
      left -= size;
      lines.push(chunk.subarray(0, size));
    }
  } finally {
    closeSync(descriptor);
  }
  lines.end();
}
