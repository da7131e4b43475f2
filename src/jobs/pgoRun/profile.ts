/** One profile: captured, built with, compared, published or not. */
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openBundle } from '../../bundle/reader.js';
import type { BundleManifest } from '../../bundle/schema.js';
import { BundleWriter } from '../../bundle/writer.js';
import type { Collector } from '../../capture/collector.js';
import type { PgoPlan } from '../../config/pgo.js';
import type { WorkloadPlan } from '../../config/plan.js';
import { takeProfiles } from '../../experiment/profiling.js';
import { comparisonOf, decide, isConsumed } from '../../pgo/decision.js';
import { differingFunctions } from '../../pgo/elfFile.js';
import { emptyProfile } from '../../pgo/emptyProfile.js';
import { neededSeconds } from '../../pgo/floor.js';
import type { Comparison, Consumption, PgoResult, PgoSamples, ProfileResult } from '../../pgo/result.js';
import { judge } from '../../verdict/judge.js';
import { makeOwnFolder } from '../../workload/ownFolder.js';
import type { Variants } from '../../workload/variants.js';
import { loadOf, measureWorkloads } from '../gate.js';
import type { Log } from '../log.js';
import { makeFolder, writeText } from '../output.js';
import { type Collected, collectSamples, writeProfile } from '../pgo.js';
import { captureSources } from '../sources.js';
import { type Built, buildVariant, lastProfile } from './builds.js';
import { type ProfilePaths, pgoPaths, profilePaths, publishProfile } from './output.js';

export interface ProfileContext {
  readonly variants: Variants;
  readonly collector: Collector;
  /** What the run knows of itself. */
  readonly run: Omit<PgoResult, 'profiles'>;
  readonly config: BundleManifest['config'];
  /** Output folder of the run; absolute. */
  readonly out: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

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
    last: last === null ? null : { bytes: last.length, sha256: sha256(last) },
    samples,
    match: null,
    stability: null,
  };
  if (samples.inBinary < samples.floor) {
    const found = { ...known, next: null, consumption: null, builds: [none.facts], comparisons: [] };
    return { ...found, ...decide(found) };
  }
  const options = { format: plan.format, out: paths.candidate, llvmProfdata: null, log: context.log };
  const { functions, describedShare } = writeProfile(collected, options);
  const bytes = readFileSync(paths.candidate);
  const zero = await build(plan, 'zero', emptyProfile(plan.format), paths, context);
  const next = await build(plan, 'next', bytes, paths, context);
  const consumption = consumptionOf(none, zero, next);
  const comparisons: Comparison[] = [];
  const builds = [none, zero, next];
  if (isConsumed(consumption, identity)) {
    comparisons.push(await compare(plan, 'none', next, none, paths, context));
    if (last !== null && comparisons.every(({ isProven }) => isProven)) {
      const before = await build(plan, 'last', last, paths, context);
      builds.push(before);
      comparisons.push(await compare(plan, 'last', next, before, paths, context));
    }
  }
  const found = {
    ...known,
    next: { bytes: bytes.length, sha256: sha256(bytes), functions, describedShare },
    consumption,
    builds: builds.map(({ facts }) => facts),
    comparisons,
  };
  const profile: ProfileResult = { ...found, ...decide(found) };
  if (profile.decision === 'published') publishProfile(pgoPaths(context.out), bytes, profile, context.run);
  return profile;
}

async function build(
  plan: PgoPlan,
  variant: Parameters<typeof buildVariant>[1],
  profile: Uint8Array | null,
  paths: ProfilePaths,
  { variants, log, signal }: ProfileContext,
): Promise<Built> {
  const built = await buildVariant(plan, variant, profile, variants, { log, signal });
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
  return collectSamples({ bundles: [paths.captures], binaries: [paths.measured], workload: null });
}

function samplesOf(plan: PgoPlan, collected: Collected, { captures }: ProfilePaths): PgoSamples {
  const { manifest } = openBundle(captures);
  return {
    captures: collected.captures,
    seconds: collected.seconds,
    event: collected.event,
    all: collected.allSamples,
    inBinary: collected.samples,
    floor: plan.floor,
    neededSeconds: neededSeconds(collected.samples, collected.seconds, plan.floor),
    workloads: plan.captured.map(({ name }) => name),
    load: manifest.workloads.map(({ name, captures: taken }) => {
      const units = taken.reduce((sum, each) => sum + each.units, 0);
      const seconds = taken.reduce((sum, { summary }) => sum + summary.wallNanoseconds / 1e9, 0);
      return { workload: name, units, unitsPerSecond: seconds > 0 ? units / seconds : 0 };
    }),
  };
}

function consumptionOf(none: Built, zero: Built, next: Built): Consumption {
  const { goProfile } = next.file;
  return {
    functions: next.file.functions.size,
    differFromNone: differingFunctions(next.file, none.file),
    differFromEmpty: differingFunctions(next.file, zero.file),
    report: goProfile === null ? null : { isConsumed: true, said: `-pgo=${goProfile}` },
  };
}

/** The gate of two builds: base has the new profile, so that it fails where the other build is proven to take more. */
async function compare(
  plan: PgoPlan,
  other: Comparison['with'],
  next: Built,
  before: Built,
  paths: ProfilePaths,
  context: ProfileContext,
): Promise<Comparison> {
  const { variants, collector, log, signal } = context;
  const named = other === 'none' ? 'without a profile' : `with ${plan.profile} as it is`;
  const refs = {
    base: await variants.ref('next', `${variants.name} with the new ${plan.profile}`),
    head: await variants.ref(other, `${variants.name} ${named}`),
  };
  log.line(`compare the build by the new profile with the one ${named}`);
  const manifest = manifestOf(refs, [plan.workload], plan.seconds, context);
  const writer = new BundleWriter(paths.comparisons[other], manifest);
  const sources = { base: { root: next.root }, head: { root: before.root } };
  await measureWorkloads([plan.workload], () => sources, collector, writer, { log, signal });
  const { directory, manifest: measured } = openBundle(paths.comparisons[other]);
  const [gate] = judge(measured, captureSources(directory, measured)).workloads;
  if (gate === undefined) throw new Error('a comparison has its workload');
  return comparisonOf(other, gate);
}

function manifestOf(
  refs: BundleManifest['refs'],
  workloads: readonly WorkloadPlan[],
  captureSeconds: number,
  { run, config }: ProfileContext,
): BundleManifest {
  return {
    schema: 'profbound/bundle@1',
    tool: run.tool,
    startedAt: new Date().toISOString(),
    refs,
    config,
    onInconclusive: 'warn',
    notes: [...run.notes],
    // The same source, built in different ways.
    changes: { prefix: '', files: [], filesLeft: 0 },
    environment: run.environment,
    workloads: workloads.map((workload) => ({
      name: workload.name,
      policy: workload.policy,
      waivers: [],
      load: loadOf(workload),
      captureSeconds,
      captures: [],
      stop: null,
    })),
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
