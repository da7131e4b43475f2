/** A bundle on disk: simulated pairs, with real profiles of what was simulated. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BundleManifest, Capture } from '../../src/bundle/schema.js';
import { encodeProfile } from '../../src/profile/codec.js';
import type { FunctionTable } from '../../src/profile/functions.js';
import { manifestOf, program, simulate, type Truth } from '../verdict/simulate.js';
import { zipOf } from './zipWriter.js';

export interface Written {
  /** Renames the functions of the profiles. */
  readonly nameOf?: (name: string) => string;
  /** Counts and times of all samples, instead of what was simulated. */
  readonly value?: number;
  readonly change?: (manifest: BundleManifest) => BundleManifest;
  readonly truth?: Partial<Truth>;
}

/** Writes a bundle of 8 pairs in which `f03` takes twice as long. @returns what is in its bundle.json */
export function writeBundle(
  directory: string,
  { nameOf = (name) => name, value, change, truth }: Written = {},
): BundleManifest {
  const base = program(12);
  const head = { ...base, f03: 2 * (base.f03 as number) };
  const { workload, tableOf } = simulate({
    seed: 3,
    pairs: 8,
    base,
    head,
    noise: 0.1,
    samples: 2000,
    ...truth,
  });
  for (const capture of workload.captures) {
    writeProfile(join(directory, capture.cpuProfile), tableOf(workload, capture), capture, nameOf, value);
  }
  const policy = { ...workload.policy, looks: [4, workload.captures.length / 2] };
  const manifest = manifestOf({ ...workload, policy });
  const written = change?.(manifest) ?? manifest;
  writeManifest(directory, written);
  return written;
}

/** Such a bundle as the archive that a run leaves of it. */
export function archivedBundle(written: Written = {}): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'profbound-measured-'));
  try {
    writeBundle(folder, written);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    return zipOf(
      files.map(({ parentPath, name }) => {
        const file = join(parentPath, name);
        return { name: file.slice(folder.length + 1), bytes: readFileSync(file) };
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Puts anything in the place of bundle.json. */
export function writeManifest(directory: string, manifest: unknown): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'bundle.json'), JSON.stringify(manifest));
}

function writeProfile(
  file: string,
  { functions }: FunctionTable,
  { summary }: Capture,
  nameOf: (name: string) => string,
  value?: number,
): void {
  const known = [...functions.values()];
  const bytes = encodeProfile({
    frames: known.map(({ name, line }) => ({
      name: nameOf(name),
      systemName: nameOf(name),
      file: `/src/${nameOf(name)}`,
      line: line ?? 0,
      mapping: nameOf(name),
    })),
    samples: known.map(({ count, nanoseconds }, index) => ({
      stack: [index],
      count: value ?? count,
      nanoseconds: value ?? Math.round(nanoseconds),
      labels: {},
    })),
    startedAtNanoseconds: 0n,
    durationNanoseconds: summary.wallNanoseconds,
    periodNanoseconds: 1_000_000,
  });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}
