/** Judges a bundle that another run measured, perhaps of a fork's code: everything in it is untrusted, the gate is base's. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpackBundle } from '../bundle/archive.js';
import { openBundle } from '../bundle/reader.js';
import { type BundleManifest, bundleSchema } from '../bundle/schema.js';
import { type Base, underBase } from './basePolicy.js';
import { type GateOutcome, judgeOutput } from './gate.js';
import { outputPaths, prepareBundleFolder } from './output.js';

export interface ForeignBundle {
  /** A zip archive, and how messages call it. */
  readonly archive: string;
  readonly name: string;
  readonly base: Base;
  /** What the reader must know of where it comes from, by what it says it measured. @throws UsageError to refuse it */
  remarks(manifest: BundleManifest): Promise<readonly string[]>;
}

/**
 * Unpacks the bundle into the output folder, puts base's policy into it, and judges it: what lies there afterwards gives
 * this verdict wherever it is read.
 * @param out the output folder; absolute
 * @throws UsageError when it is no bundle, or a broken one
 */
export async function judgeForeign(foreign: ForeignBundle, out: string): Promise<GateOutcome> {
  const paths = outputPaths(out);
  prepareBundleFolder(paths);
  rmSync(paths.bundle, { recursive: true });
  await unpackBundle(foreign.archive, foreign.name, paths.bundle);
  const { manifest } = openBundle(paths.bundle);
  const judged = underBase(manifest, foreign.base, await foreign.remarks(manifest));
  const text = JSON.stringify(bundleSchema.parse(judged), null, 2);
  writeFileSync(join(paths.bundle, 'bundle.json'), `${text}\n`);
  return judgeOutput(out);
}
