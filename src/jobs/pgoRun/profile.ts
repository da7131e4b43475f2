/** One profile: captured, built with, compared, published or not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PgoPlan } from '../../config/pgo.js';
import { decide, isConsumed, isOfProgram } from '../../pgo/decision.js';
import { emptyProfile } from '../../pgo/emptyProfile.js';
import { provenanceFile, readBuildId } from '../../pgo/provenance.js';
import type { Comparison, ProfileResult, VariantName } from '../../pgo/result.js';
import type { SideLayouts } from '../../workload/layouts.js';
import { makeOwnFolder } from '../../workload/ownFolder.js';
import { makeFolder, writeText } from '../output.js';
import { type Built, buildLayouts, buildVariant, type LastProfile, lastProfile } from './builds.js';
import { compare } from './comparison.js';
import type { ProfileContext } from './context.js';
import { BuildFailure, building, failureOf, sentenceOf } from './failures.js';
import { consumptionOf, damageOf, matchOf, sha256 } from './findings.js';
import { type ProfilePaths, pgoPaths, profilePaths, publishProfile } from './output.js';
import { type Taken, takeSamples } from './taking.js';

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
    const taken = await takeSamples(plan, none, paths, this.context);
    found.samples = taken.samples;
    found.last = last && this.#factsOf(last, none);
    if (found.samples.inBinary < found.samples.floor) return;
    const profile = this.#write(taken);
    if (!isOfProgram(found.match)) return;
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

  #factsOf({ bytes, buildId }: LastProfile, none: Built): NonNullable<ProfileResult['last']> {
    const { plan, paths } = this;
    const damage = damageOf(plan, bytes);
    const isUsable = damage === null && (plan.format !== 'bolt' || buildId === none.facts.buildId);
    const match = isUsable ? matchOf(plan, bytes, paths.measured, buildId) : null;
    return { bytes: bytes.length, sha256: sha256(bytes), match, isUsable, damage };
  }

  /** Makes the new profile. @returns its bytes */
  #write(taken: Taken): Uint8Array {
    const { plan, found, paths } = this;
    const { functions, describedShare } = taken.write();
    const bytes = readFileSync(paths.candidate);
    found.next = { bytes: bytes.length, sha256: sha256(bytes), functions, describedShare };
    const buildId = readBuildId(provenanceFile(paths.candidate));
    found.match = matchOf(plan, bytes, paths.measured, buildId);
    found.stability = taken.stability();
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
