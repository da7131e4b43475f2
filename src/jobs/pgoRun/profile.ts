/** One profile: captured, built with, compared, published or not. */
import { copyFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BundleWriter } from '../../bundle/writer.js';
import type { PgoPlan } from '../../config/pgo.js';
import { takeProfiles } from '../../experiment/profiling.js';
import { decide, isConsumed } from '../../pgo/decision.js';
import { emptyProfile } from '../../pgo/emptyProfile.js';
import type { Comparison, ProfileResult, VariantName } from '../../pgo/result.js';
import type { SideLayouts } from '../../workload/layouts.js';
import { makeOwnFolder } from '../../workload/ownFolder.js';
import { makeFolder, writeText } from '../output.js';
import { type Collected, collectSamples, writeProfile } from '../pgo.js';
import { type Built, buildLayouts, buildVariant, type LastProfile, lastProfile } from './builds.js';
import { compare, manifestOf } from './comparison.js';
import type { ProfileContext } from './context.js';
import { BuildFailure, building, failureOf, sentenceOf } from './failures.js';
import { capturedIn, consumptionOf, damageOf, matchOf, samplesOf, sha256, stabilityOf } from './findings.js';
import { type ProfilePaths, pgoPaths, profilePaths, publishProfile } from './output.js';

type Found = Omit<ProfileResult, 'decision' | 'reasons'>;

/**
 * From the source to a decision, also where a build fails or nothing can be measured. What it rests on is left in the output
 * folder: captures, builds' output, comparisons.
 * @throws InterruptedError; UsageError when the output folder is somebody else's
 */
export async function makeProfile(plan: PgoPlan, context: ProfileContext): Promise<ProfileResult> {
  const found = nothingYet(plan);
  const paths = profilePaths(context.out, found, plan.binary);
  makeOwnFolder(paths.folder);
  try {
    await new Making(plan, found, paths, context).run();
  } catch (error) {
    found.failure = failureOf(error, context.signal);
  }
  const profile: ProfileResult = { ...found, ...decide(found) };
  if (profile.decision === 'published') {
    publishProfile(pgoPaths(context.out), readFileSync(paths.candidate), profile, context.run);
  }
  return profile;
}

function nothingYet({ workload, profile, format, onNoGain, minGain }: PgoPlan): Found {
  return {
    workload: workload.name,
    format,
    onNoGain,
    minGain,
    path: profile,
    last: null,
    next: null,
    samples: null,
    match: null,
    stability: null,
    consumption: null,
    builds: [],
    comparisons: [],
    failure: null,
  };
}

/** A profile that is being made. What is found is written down at once, so that it is there however this ends. */
class Making {
  constructor(
    private readonly plan: PgoPlan,
    private readonly found: Found,
    private readonly paths: ProfilePaths,
    private readonly context: ProfileContext,
  ) {}

  async run(): Promise<void> {
    const { plan, found, paths } = this;
    const last = await lastProfile(plan, this.context.variants);
    const none = await this.#build('none', null);
    const collected = await this.#capture(none);
    const samples = samplesOf(plan, collected, paths);
    found.samples = samples;
    found.last = last && this.#factsOf(last, none);
    if (samples.inBinary < samples.floor) return;
    const profile = this.#write(collected);
    const zero = await this.#build('zero', emptyProfile(plan.format));
    const next = await this.#build('next', profile);
    found.consumption = consumptionOf(plan, none, zero, next);
    if (!isConsumed(found.consumption, found)) return;
    const ours = await this.#layouts(next);
    const gain = await this.#compare('none', ours, await this.#layouts(none));
    if (!gain.isProven || last === null) return;
    const before = await this.#layoutsOfLast(last);
    if (before !== null) await this.#compare('last', ours, before);
  }

  /** Captures the build without a profile, and keeps the program: without it the captures say nothing. */
  async #capture(none: Built): Promise<Collected> {
    const { plan, paths, context } = this;
    const { collector, variants, log, signal } = context;
    makeFolder(dirname(paths.measured));
    copyFileSync(none.binary, paths.measured);
    const ref = await variants.ref('none', variants.name);
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

  #factsOf({ bytes, buildId }: LastProfile, none: Built): NonNullable<ProfileResult['last']> {
    const { plan, paths } = this;
    const damage = damageOf(plan, bytes);
    const isUsable = damage === null && (plan.format !== 'bolt' || buildId === none.facts.buildId);
    const match = isUsable ? matchOf(plan, bytes, paths.measured) : null;
    return { bytes: bytes.length, sha256: sha256(bytes), match, isUsable, damage };
  }

  /** Makes the new profile. @returns its bytes */
  #write(collected: Collected): Uint8Array {
    const { plan, found, paths, context } = this;
    const { format, llvmProfdata } = plan;
    const options = { format, out: paths.candidate, llvmProfdata, log: context.log };
    const { functions, describedShare } = writeProfile(collected, options);
    const bytes = readFileSync(paths.candidate);
    found.next = { bytes: bytes.length, sha256: sha256(bytes), functions, describedShare };
    found.match = matchOf(plan, bytes, paths.measured);
    found.stability = stabilityOf(plan, paths);
    return bytes;
  }

  /** @throws BuildFailure */
  async #build(variant: VariantName, profile: Uint8Array | null): Promise<Built> {
    const log = this.#logOf(variant);
    const built = await building(log, () => buildVariant(this.plan, { variant, profile }, this.context));
    writeText(log, built.output);
    this.found.builds.push(built.facts);
    return built;
  }

  /** @throws BuildFailure */
  #layouts(built: Built): Promise<SideLayouts> {
    return building(this.#logOf(built.variant), () => buildLayouts(this.plan, built, this.context));
  }

  /** null where the last profile is of no use; it may be damaged in ways that its compiler alone sees. */
  async #layoutsOfLast({ bytes }: LastProfile): Promise<SideLayouts | null> {
    const { last } = this.found;
    if (last === null || !last.isUsable) return null;
    try {
      return await this.#layouts(await this.#build('last', bytes));
    } catch (error) {
      if (this.context.signal.aborted || !(error instanceof BuildFailure)) throw error;
      Object.assign(last, { isUsable: false, damage: sentenceOf(error) });
      return null;
    }
  }

  async #compare(other: Comparison['with'], ours: SideLayouts, theirs: SideLayouts): Promise<Comparison> {
    const comparison = await compare(this.plan, other, ours, theirs, this.paths, this.context);
    this.found.comparisons.push(comparison);
    return comparison;
  }

  #logOf(variant: VariantName): string {
    makeFolder(this.paths.logs);
    return join(this.paths.logs, `${variant}.log`);
  }
}
