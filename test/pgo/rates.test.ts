/** Builds that were captured at different rates: what counts is the time that samples stand for, not how many there are. */
import { expect, test } from '@jest/globals';
import { exportProfile } from '../../src/pgo/export.js';
import type { PgoFormat } from '../../src/pgo/formats.js';
import { readGcc } from '../../src/pgo/readers/gcc.js';
import { readGo } from '../../src/pgo/readers/go.js';
import { readLlvm } from '../../src/pgo/readers/llvm.js';
import type { SampledBinary, SourceProfile } from '../../src/pgo/sourceProfile.js';
import { annotation, frames } from './madeUp.js';

/** A build in which `main.run` calls nothing but one function, which has all of the samples. */
function build(called: string, samples: number, weight: number): SampledBinary {
  const symbols = {
    'main.run': { 100: frames('main_run@10:12') },
    [called]: { 200: frames(`${called}@30:31`) },
    // By which a program is known to be Go's.
    'runtime.main': { 300: frames('runtime_main@50:51') },
  };
  return {
    samples: { stacks: [{ addresses: [200, 100], samples, weight }], samples, weight },
    annotation: annotation(symbols),
  };
}

const kilohertz = build('often', 10_000, 2.5e9);
const hertz = build('seldom', 1000, 10e9);

/** What functions have in a profile of both builds: 2.5 s at 4 kHz, and 10 s at 100 Hz. */
const readers: Readonly<Record<Exclude<PgoFormat, 'bolt'>, (bytes: Uint8Array) => number[]>> = {
  go(bytes) {
    const calls = [...(readGo(bytes).profile.get('main_run')?.positions.values() ?? [])];
    return ['often', 'seldom'].map((name) =>
      calls.reduce((sum, { targets }) => sum + (targets.get(name) ?? 0), 0),
    );
  },
  llvm: (bytes) => totals(readLlvm(bytes)),
  gcc: (bytes) => totals(readGcc(bytes)),
};

function totals(profile: SourceProfile): number[] {
  return ['often', 'seldom'].map((name) => profile.get(name)?.total ?? 0);
}

test.each(['go', 'llvm', 'gcc'] as const)(
  '%s: 2.5 s at 4 kHz and 10 s at 100 Hz are one to four',
  (format) => {
    const { bytes } = exportProfile(format, [kilohertz, hertz]);
    const [often = 0, seldom = 0] = readers[format](bytes);
    expect(often).toBeGreaterThan(1000);
    expect(seldom / often).toBeCloseTo(4, 2);
  },
);
