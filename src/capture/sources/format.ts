/** Which format a profile's file has, by how it begins. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { SourceFormat } from '../../bundle/summary.js';

const looked = 64 * 1024;

/** What is no text is taken for pprof, whose reader says what it is not. */
export function formatOf(file: string): SourceFormat {
  const start = startOf(file);
  if (start.subarray(0, 8).toString('latin1').startsWith('PERFILE')) return 'perf_data';
  const isText = start.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
  if (!isText || start.length === 0) return 'pprof';
  const text = start.toString('latin1');
  return /^\t *[0-9a-f]+ |^# captured on|\s\d+\.\d+:\s/m.test(text) ? 'perf_script' : 'collapsed';
}

function startOf(file: string): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const start = Buffer.alloc(looked);
    return start.subarray(0, readSync(descriptor, start, 0, looked, 0));
  } finally {
    closeSync(descriptor);
  }
}
