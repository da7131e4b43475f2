/** Finds the native collector that is delivered with the program, and makes sure it is the one that was delivered. */
import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MeasureError } from '../errors.js';
import { shippedFile } from '../workload/shippedFile.js';

/** @throws MeasureError when there is none for this machine */
export function shippedBinary(): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new MeasureError(
      `profiles are captured on Linux x64 only; this is ${process.platform} ${process.arch}`,
    );
  }
  return shippedFile(join('native', 'linux-x64', 'profbound-collect'));
}

/** The agent that describes a JVM's code. @throws MeasureError when it is missing or was changed */
export function shippedJavaAgent(): string {
  const agent = join(dirname(shippedBinary()), 'profbound-java.so');
  verifyBinary(agent);
  return agent;
}

/**
 * Compares a binary with the SHA256SUMS beside it, before it is ever executed.
 * @throws MeasureError when either is missing or they do not agree
 */
export function verifyBinary(binary: string): void {
  const name = basename(binary);
  const sumsFile = join(dirname(binary), 'SHA256SUMS');
  const expected = read(sumsFile)
    .toString('utf8')
    .split('\n')
    .map((line) => /^([0-9a-f]{64}) [ *](.+)$/.exec(line))
    .find((match) => match?.[2] === name)?.[1];
  if (expected === undefined) throw new MeasureError(`${sumsFile} has no checksum of ${name}`);
  const actual = createHash('sha256').update(read(binary)).digest('hex');
  if (actual !== expected) {
    throw new MeasureError(
      `${binary} was changed: its SHA-256 is ${actual}, ${sumsFile} says ${expected}; it was not executed`,
    );
  }
  try {
    accessSync(binary, constants.X_OK);
  } catch {
    throw new MeasureError(`${binary} cannot be executed: run chmod +x on it`);
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new MeasureError(`cannot read ${file}: ${(error as Error).message}`);
  }
}
