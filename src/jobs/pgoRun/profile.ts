/** One profile: captured, built with, compared, published or not. */
import { copyFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BundleWriter } from '../../bundle/writer.js';
import type { PgoPlan } from '../../config/pgo.js';
import { takeProfiles } from '../../experiment/profiling.js';
import { decide, isConsumed } from '../../pgo/decision.js';
import { emptyProfile } from '../../pgo/emptyProfile.js';
import type { Comparison, ProfileResult, VariantName } from '../../pgo/result.js';
import { makeOwnFolder } from '../../workload/ownFolder.js';
import { makeFolder, writeText } from '../output.js';
import { type Collected, collectSamples, writeProfile } from '../pgo.js';
import { type Built, buildLayouts, buildVariant, type LastProfile, lastProfile } from './builds.js';
import { compare, manifestOf } from './comparison.js';
import type { ProfileContext } from './context.js';
import { capturedIn, consumptionOf, matchOf, samplesOf, sha256, stabilityOf } from './findings.js';
import { type ProfilePaths, pgoPaths, profilePaths, publishProfile } from './output.js';

/**
 * From the source to a decision. What it rests on is left in the output folder: captures, builds' output, comparisons.
 * @throws UsageError, MeasureError or InterruptedError when it did not come to one
 */
export async function makeProfile(plan: PgoPlan, context: ProfileContext): Promise<ProfileResult> {
  const identity = { workload: plan.workload.name, path: plan.profile };
  const paths = profilePaths(context.out, identity, plan.binary);
  makeOwnFolder(paths.folder);
  const last = await lastProfile(plan, context.variants);
  const none = await build(plan, 'none', null, paths, context);
  const collected = await capture(plan, none, paths, context);
  const samples = samplesOf(plan, collected, paths);
  const known = {
    ...identity,
    format: plan.format,
    onNoGain: plan.onNoGain,
    minGain: plan.minGain,
    last: last === null ? null : lastFacts(plan, last, none, paths),
    samples,
  };
  if (samples.inBinary < samples.floor) {
    const nothing = { next: null, match: null, stability: null, consumption: null, comparisons: [] };
    const found = { ...known, ...nothing, builds: [none.facts] };
    return { ...found, ...decide(found) };
  }
  const { format, llvmProfdata } = plan;
  const options = { format, out: paths.candidate, llvmProfdata, log: context.log };
  const { functions, describedShare } = writeProfile(collected, options);
  const bytes = readFileSync(paths.candidate);
  const zero = await build(plan, 'zero', emptyProfile(plan.format), paths, context);
  const next = await build(plan, 'next', bytes, paths, context);
  const consumption = consumptionOf(plan, none, zero, next);
  const comparisons: Comparison[] = [];
  const builds = [none, zero, next];
  if (isConsumed(consumption, identity)) {
    const ours = await buildLayouts(plan, next, context);
    comparisons.push(
      await compare(plan, 'none', ours, await buildLayouts(plan, none, context), paths, context),
    );
    if (last !== null && known.last?.isUsable && comparisons.every(({ isProven }) => isProven)) {
      const before = await build(plan, 'last', last.bytes, paths, context);
      builds.push(before);
      comparisons.push(
        await compare(plan, 'last', ours, await buildLayouts(plan, before, context), paths, context),
      );
    }
  }
  const found = {
    ...known,
    next: { bytes: bytes.length, sha256: sha256(bytes), functions, describedShare },
    match: matchOf(plan, bytes, paths.measured),
    stability: stabilityOf(plan, paths),
    consumption,
    builds: builds.map(({ facts }) => facts),
    comparisons,
  };
  const profile: ProfileResult = { ...found, ...decide(found) };
  if (profile.decision === 'published') publishProfile(pgoPaths(context.out), bytes, profile, context.run);
  return profile;
}

function lastFacts(
  plan: PgoPlan,
  { bytes, buildId }: LastProfile,
  none: Built,
  { measured }: ProfilePaths,
): ProfileResult['last'] {
  const isUsable = plan.format !== 'bolt' || buildId === none.facts.buildId;
  const match = isUsable ? matchOf(plan, bytes, measured) : null;
  return { bytes: bytes.length, sha256: sha256(bytes), match, isUsable };
}

async function build(
  plan: PgoPlan,
  variant: VariantName,
  profile: Uint8Array | null,
  paths: ProfilePaths,
  context: ProfileContext,
): Promise<Built> {
  const built = await buildVariant(plan, { variant, profile }, context);
  makeFolder(paths.logs);
  writeText(join(paths.logs, `${variant}.log`), built.output);
  return built;
}

/** Captures the build without a profile, and keeps the program: without it the captures say nothing. */
async function capture(
  plan: PgoPlan,
  none: Built,
  paths: ProfilePaths,
  context: ProfileContext,
): Promise<Collected> {
  const { collector, log, signal } = context;
  makeFolder(dirname(paths.measured));
  copyFileSync(none.binary, paths.measured);
  const ref = await context.variants.ref('none', context.variants.name);
  const workloads = plan.captured.map((workload) => ({
    ...workload,
    capture: { ...workload.capture, offCpu: false },
  }));
  const manifest = manifestOf({ base: ref, head: ref }, workloads, plan.seconds, context);
  const writer = new BundleWriter(paths.captures, manifest);
  for (const workload of workloads) {
    await takeProfiles(workload, { root: none.root }, collector, writer, plan, { progress: log, signal });
  }
  return collectSamples(capturedIn(paths));
}
