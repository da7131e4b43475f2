/** Conversion by LLVM itself, which checks a profile on the way. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MeasureError, UsageError } from '../errors.js';

/**
 * Turns a text profile into LLVM's extensible binary format, which is a fraction of its size.
 * @param command the compiler's own llvm-profdata: newer ones write what older compilers do not read
 */
export function toExtensibleBinary(text: Uint8Array, command: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'profbound-pgo-'));
  try {
    const input = join(folder, 'profile.txt');
    const output = join(folder, 'profile.bin');
    writeFileSync(input, text);
    const words = ['merge', '--sample', '--extbinary', input, '-o', output];
    const { status, stderr, error } = spawnSync(command, words, { encoding: 'utf8' });
    if (error) throw new UsageError(`cannot run ${command}: ${error.message}`);
    if (status !== 0) throw new MeasureError(`${command} does not take the profile`, stderr);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
