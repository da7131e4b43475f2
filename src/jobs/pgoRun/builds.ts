/** Builds one source with and without profiles, each in a folder of its own. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PgoPlan } from '../../config/pgo.js';
import { MeasureError, UsageError } from '../../errors.js';
import { annotate } from '../../pgo/annotation.js';
import { reportFlags } from '../../pgo/consumption.js';
import { type BuiltFile, readBuilt } from '../../pgo/elfFile.js';
import { provenanceFile, readBuildId } from '../../pgo/provenance.js';
import type { PgoBuild, VariantName } from '../../pgo/result.js';
import { buildSide } from '../../workload/build.js';
import type { Variants } from '../../workload/variants.js';
import type { Log } from '../log.js';
import { writeBytes } from '../output.js';

/** Tells a build command where the profile is; empty where there is none. */
const profileVariable = 'PGO_PROFILE';
/** The words that have the compiler say what it does by the profile; empty where there is none. */
const reportVariable = 'PGO_REPORT';

export interface Built {
  readonly root: string;
  readonly binary: string;
  readonly file: BuiltFile;
  readonly facts: PgoBuild;
  /** What the build printed: the last megabytes of it; of gcc also the dumps it wrote. */
  readonly output: string;
}

/** Whether the build command asks the compiler for its report. */
export function asksForReport({ rebuild }: PgoPlan): boolean {
  return new RegExp(`\\$\\{?${reportVariable}\\b`).test(rebuild);
}

const words: Readonly<Record<VariantName, string>> = {
  none: 'the program without a profile',
  zero: 'the program by an empty profile',
  last: 'the program by the last accepted profile',
  next: 'the program by the new profile',
};

export interface LastProfile {
  readonly bytes: Uint8Array;
  /** Of the program it was captured of, as the provenance beside it says; null where there is none. */
  readonly buildId: string | null;
}

/**
 * The profile that is accepted in the source; null where there is none.
 * @throws UsageError when there is something else in its place
 */
export async function lastProfile(plan: PgoPlan, variants: Variants): Promise<LastProfile | null> {
  const file = join(await variants.root('none'), plan.profile);
  if (!existsSync(file)) return null;
  try {
    return { bytes: readFileSync(file), buildId: readBuildId(provenanceFile(file)) };
  } catch (error) {
    throw new UsageError(`pgo.profile: cannot read ${plan.profile}: ${(error as Error).message}`);
  }
}

/**
 * Puts the profile in its place, or removes what is there, and builds.
 * @param profile null: without one
 * @throws MeasureError when the build fails, or leaves no program
 */
export async function buildVariant(
  plan: PgoPlan,
  variant: VariantName,
  profile: Uint8Array | null,
  variants: Variants,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<Built> {
  const root = await variants.root(variant);
  const place = join(root, plan.profile);
  rmSync(place, { force: true });
  if (profile !== null) {
    mkdirSync(dirname(place), { recursive: true });
    writeBytes(place, profile);
  }
  const environment = {
    ...plan.workload.environment,
    [profileVariable]: profile === null ? '' : place,
    [reportVariable]: profile === null ? '' : reportFlags[plan.format].join(' '),
  };
  const began = performance.now();
  const printed = await buildSide(words[variant], plan.rebuild, root, environment, log, signal);
  const seconds = (performance.now() - began) / 1000;
  const binary = join(root, plan.binary);
  if (!existsSync(binary)) {
    throw new MeasureError(
      `the build of ${words[variant]} left no ${plan.binary}, which pgo.binary names: ${plan.rebuild}`,
    );
  }
  const file = readBuilt(binary);
  const { buildId } = annotate(binary, []);
  const { bytes, codeBytes, compiler } = file;
  const output = plan.format === 'gcc' ? printed + dumpsBelow(root) : printed;
  return { root, binary, file, output, facts: { variant, seconds, bytes, codeBytes, buildId, compiler } };
}

/** Of the pass by which gcc reads a profile; it writes them beside what it compiles. */
const dumpFile = /\.\d{3}i\.afdo$/;
const mostDumpBytes = 64 * 1024 * 1024;

function dumpsBelow(root: string): string {
  let text = '';
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !dumpFile.test(entry.name)) continue;
    text += readFileSync(join(entry.parentPath, entry.name), 'utf8');
    if (text.length > mostDumpBytes) break;
  }
  return text;
}
