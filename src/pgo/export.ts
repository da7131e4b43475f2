/** Samples and a binary → the profile one compiler reads, or the reason why there is none. */
import { UsageError } from '../errors.js';
import { boltProfile } from './bolt.js';
import type { PgoFormat } from './formats.js';
import { gccProfile } from './gcc.js';
import { goProfile } from './go.js';
import { llvmProfile } from './llvm.js';
import { elsewhere } from './samples.js';
import type { SampledBinary } from './sourceProfile.js';

/** What has to be there for samples to be described, by format. */
const cures: Readonly<Record<Exclude<PgoFormat, 'bolt'>, string>> = {
  go: 'build it with Go 1.20 or newer, which keeps where functions begin',
  llvm: 'build it with clang -gline-tables-only -fdebug-info-for-profiling or rustc -Cdebuginfo=1 -Zdebug-info-for-profiling, and do not strip it',
  gcc: 'build it with -g, and do not strip it',
};

export interface ExportedProfile {
  readonly bytes: Uint8Array;
  /** Functions with samples of their own. */
  readonly functions: number;
  /** Share of the samples whose function, with the line it begins at, is known: the profile rests on these alone. */
  readonly describedShare: number;
}

/**
 * @param binaries of one program, each with its samples; one where offsets in the binary count
 * @throws UsageError when the binaries do not say what the format needs
 */
export function exportProfile(format: PgoFormat, binaries: readonly SampledBinary[]): ExportedProfile {
  const described = describedShare(binaries);
  if (format !== 'bolt' && described === 0) {
    throw new UsageError(`none of the samples' functions says in which line it begins: ${cures[format]}`);
  }
  const functions = sampledFunctions(binaries);
  if (functions === 0)
    throw new UsageError('none of the samples lies in a function that has a name: the binary is stripped');
  const names = binaries.flatMap(({ annotation }) => annotation.symbols.map(({ name }) => name));
  if (format === 'go' && !names.some((name) => name.startsWith('runtime.'))) {
    throw new UsageError('this is no Go program: none of its functions belongs to package runtime');
  }
  return { bytes: write(format, binaries), functions, describedShare: described };
}

function write(format: PgoFormat, binaries: readonly SampledBinary[]): Uint8Array {
  if (format === 'go') return goProfile(binaries);
  if (format === 'llvm') return llvmProfile(binaries);
  if (format === 'gcc') return gccProfile(binaries);
  const [binary, ...others] = binaries as [SampledBinary, ...SampledBinary[]];
  if (others.length > 0) throw new UsageError('BOLT rewrites one binary: name the one that was measured');
  return boltProfile(binary);
}

function describedShare(binaries: readonly SampledBinary[]): number {
  let described = 0;
  let all = 0;
  for (const { samples, annotation } of binaries) {
    all += samples.weight;
    for (const { addresses, weight } of samples.stacks) {
      const frames = annotation.locations.get(addresses[0] ?? elsewhere)?.frames;
      if (frames?.at(-1)?.function.startLine) described += weight;
    }
  }
  return described / all;
}

function sampledFunctions(binaries: readonly SampledBinary[]): number {
  const names = binaries.flatMap(({ samples, annotation }) =>
    samples.stacks.flatMap(
      ({ addresses }) => annotation.locations.get(addresses[0] ?? elsewhere)?.symbol.name ?? [],
    ),
  );
  return new Set(names).size;
}
