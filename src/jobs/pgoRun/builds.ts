/** Builds one source with and without profiles, each in folders of its own, where asked for in several code layouts. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Side } from '../../bundle/schema.js';
import type { PgoPlan } from '../../config/pgo.js';
import { MeasureError, UsageError } from '../../errors.js';
import { annotate } from '../../pgo/annotation.js';
import { isMadeOf } from '../../pgo/bolt.js';
import { reportFlags } from '../../pgo/consumption.js';
import { type BuiltFile, readBuilt } from '../../pgo/elfFile.js';
import { provenanceFile, readBuildId } from '../../pgo/provenance.js';
import type { PgoBuild, VariantName } from '../../pgo/result.js';
import { buildSide } from '../../workload/build.js';
import { Copies, Shelf, type SideLayouts } from '../../workload/layouts.js';
import type { Variants } from '../../workload/variants.js';
import { alikeNote, seedFor } from '../builds.js';
import { writeBytes } from '../output.js';
import type { ProfileContext } from './context.js';
import { profilePaths } from './output.js';

/** Tells a build command where the profile is; empty where there is none. */
const profileVariable = 'PGO_PROFILE';
/** The words that have the compiler say what it does by the profile; empty where there is none. */
const reportVariable = 'PGO_REPORT';
/** Tells it where the program is that the profile is of; empty where there is none. */
const programVariable = 'PGO_PROGRAM';

const withoutProfile = { [profileVariable]: '', [reportVariable]: '', [programVariable]: '' };

/** What is built, and by which profile; null: without one. */
interface Recipe {
  readonly variant: VariantName;
  readonly profile: Uint8Array | null;
}

/** The one build of a recipe, or its first in several layouts. */
export interface Built extends Recipe {
  readonly root: string;
  readonly binary: string;
  readonly file: BuiltFile;
  readonly facts: PgoBuild;
  /** What the build printed: the last megabytes of it; of gcc also the dumps it wrote. */
  readonly output: string;
}

/** Whether the build command asks the compiler for its report. */
export function asksForReport({ rebuild }: Pick<PgoPlan, 'rebuild'>): boolean {
  return new RegExp(`\\$\\{?${reportVariable}\\b`).test(rebuild);
}

const words: Readonly<Record<VariantName, string>> = {
  none: 'the program without a profile',
  zero: 'the program by an empty profile',
  last: 'the program by the last accepted profile',
  next: 'the program by the new profile',
};

/** Which side of a comparison each is, and so which numbers its linker starts from. */
const sideOf: Readonly<Record<VariantName, Side>> = {
  next: 'base',
  zero: 'base',
  none: 'head',
  last: 'head',
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
 * Builds by a profile, or without one: in the first code layout.
 * @throws MeasureError when the build fails, or leaves no program or, of BOLT, one made of another
 */
export async function buildVariant(plan: PgoPlan, recipe: Recipe, context: ProfileContext): Promise<Built> {
  const { variant } = recipe;
  const root = await context.variants.root(variant);
  const began = performance.now();
  placeProfile(plan, recipe, root);
  let printed = await runStep(plan.rebuild, plan, recipe, root, 1, context);
  if (plan.relink !== null) printed += await runStep(plan.relink, plan, recipe, root, 1, context);
  const seconds = (performance.now() - began) / 1000;
  const binary = join(root, plan.binary);
  if (!existsSync(binary)) {
    throw new MeasureError(
      `the build of ${words[variant]} left no ${plan.binary}, which pgo.binary names: ${plan.rebuild}`,
    );
  }
  const file = readBuilt(binary);
  const { buildId } = annotate(binary, []);
  if (plan.format === 'bolt' && recipe.profile !== null) refuseOtherProgram(plan, buildId, context);
  const { bytes, codeBytes, compiler } = file;
  const output = plan.format === 'gcc' ? printed + dumpsBelow(root) : printed;
  const facts = { variant, seconds, bytes, codeBytes, buildId, compiler };
  return { ...recipe, root, binary, file, output, facts };
}

/** llvm-bolt would take the offsets for another program's, and move whatever lies there. */
function refuseOtherProgram(plan: PgoPlan, buildId: string, context: ProfileContext): void {
  if (isMadeOf(buildId, annotate(measuredProgram(plan, context), []).buildId)) return;
  throw new MeasureError(
    `llvm-bolt made ${plan.binary} of another program than the one that was measured, or of none: pgo.rebuild has to name "$${programVariable}", not what it builds anew`,
  );
}

function measuredProgram({ workload, profile, binary }: PgoPlan, { out }: ProfileContext): string {
  return profilePaths(out, { workload: workload.name, path: profile }, binary).measured;
}

/**
 * Builds, or links, the other code layouts of what is built in the first one; none where one is all that is compared.
 * @throws MeasureError when a build fails
 */
export async function buildLayouts(
  plan: PgoPlan,
  { root, ...recipe }: Built,
  context: ProfileContext,
): Promise<SideLayouts> {
  const { variant } = recipe;
  const { variants } = context;
  const { layouts: count } = plan.workload;
  const note = (folders: readonly string[]): void =>
    alikeNote('pgo.layouts', words[variant], folders).forEach(context.note);
  const { relink } = plan;
  if (relink !== null) {
    const shelf = Shelf.beside(variants.top(variant), root, count);
    await shelf.fill(async (layout) => void (await runStep(relink, plan, recipe, root, layout, context)));
    note(shelf.folders);
    return shelf;
  }
  const roots = [root];
  for (let layout = 2; layout <= count; layout++) {
    const own = await variants.root(variant, layout);
    placeProfile(plan, recipe, own);
    await runStep(plan.rebuild, plan, recipe, own, layout, context);
    roots.push(own);
  }
  note(roots);
  return new Copies(roots);
}

/** Puts the profile in its place in a folder, or removes what is there. */
function placeProfile({ profile: path }: PgoPlan, { profile }: Recipe, root: string): void {
  const place = join(root, path);
  rmSync(place, { force: true });
  if (profile === null) return;
  mkdirSync(dirname(place), { recursive: true });
  writeBytes(place, profile);
}

/** @returns what the command printed */
function runStep(
  command: string,
  plan: PgoPlan,
  { variant, profile }: Recipe,
  root: string,
  layout: number,
  context: ProfileContext,
): Promise<string> {
  const { environment, layouts } = plan.workload;
  const what = layouts === 1 ? words[variant] : `${words[variant]}, layout ${layout} of ${layouts}`;
  const told = {
    ...environment,
    ...(layouts === 1 ? {} : seedFor(sideOf[variant], layout)),
    ...(profile === null ? withoutProfile : toldOfProfile(plan, root, context)),
  };
  return buildSide(what, command, root, told, context.log, context.signal);
}

function toldOfProfile(plan: PgoPlan, root: string, context: ProfileContext): Record<string, string> {
  const program = measuredProgram(plan, context);
  return {
    [profileVariable]: join(root, plan.profile),
    [reportVariable]: reportFlags(plan.format, readBuilt(program).compiler).join(' '),
    [programVariable]: program,
  };
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
