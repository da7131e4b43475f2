/** Where the samples of a new profile come from: captures of the build without one, or what something else merged. */
import { copyFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { openBundle } from '../../bundle/reader.js';
import { BundleWriter } from '../../bundle/writer.js';
import type { PgoPlan } from '../../config/pgo.js';
import { UsageError } from '../../errors.js';
import { takeProfiles } from '../../experiment/profiling.js';
import { neededSeconds } from '../../pgo/floor.js';
import type { PgoSamples, ProfileResult } from '../../pgo/result.js';
import { fetchMerged, isUrl, longestFetch, nameOf, readMerged, writeMerged } from '../mergedProfile.js';
import { makeFolder, writeBytes } from '../output.js';
import { type Collected, collectSamples, writeProfile } from '../pgo.js';
import type { Built } from './builds.js';
import { manifestOf } from './comparison.js';
import type { ProfileContext } from './context.js';
import { capturedIn, stabilityOf } from './findings.js';
import type { ProfilePaths } from './output.js';

/** Samples, of which a profile can be made. */
export interface Taken {
  readonly samples: PgoSamples;
  /** Writes the candidate. @throws UsageError when the program does not say what the format needs */
  write(): Pick<NonNullable<ProfileResult['next']>, 'functions' | 'describedShare'>;
  /** null where it is not known. */
  stability(): ProfileResult['stability'];
}

/**
 * Takes samples, and keeps the program they are of: without it they say nothing.
 * @throws UsageError or MeasureError when there are none to be had
 */
export async function takeSamples(
  plan: PgoPlan,
  none: Built,
  paths: ProfilePaths,
  context: ProfileContext,
): Promise<Taken> {
  makeFolder(dirname(paths.measured));
  copyFileSync(none.binary, paths.measured);
  return plan.source === null
    ? takeCaptures(plan, none, paths, context)
    : takeMerged(plan, plan.source, paths, context);
}

async function takeCaptures(
  plan: PgoPlan,
  none: Built,
  paths: ProfilePaths,
  context: ProfileContext,
): Promise<Taken> {
  const { collector, log, signal } = context;
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
  const collected = collectSamples(capturedIn(paths));
  const { format, llvmProfdata } = plan;
  return {
    samples: samplesOf(plan, collected, paths),
    write: () => writeProfile(collected, { format, out: paths.candidate, llvmProfdata, log }),
    stability: () => stabilityOf(plan, paths),
  };
}

function samplesOf(plan: PgoPlan, collected: Collected, { captures }: ProfilePaths): PgoSamples {
  const { manifest } = openBundle(captures);
  return {
    source: null,
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

/** It came as one, so that it has no halves to compare. */
async function takeMerged(
  { format, floor, llvmProfdata }: PgoPlan,
  { pprof, headers }: NonNullable<PgoPlan['source']>,
  paths: ProfilePaths,
  { cwd, log, signal }: ProfileContext,
): Promise<Taken> {
  const from = isUrl(pprof) ? pprof : resolve(cwd, pprof);
  const name = nameOf(pprof);
  log.line(`take the profile from ${name}`);
  const fetched = await fetchMerged({ from, headers: withSecrets(headers) }, longestFetch, signal);
  writeBytes(paths.merged, fetched);
  const merged = readMerged(fetched, { name, binary: paths.measured, format });
  const { samples, seconds } = merged;
  return {
    samples: {
      source: name,
      captures: 0,
      seconds,
      event: 'cpu',
      all: merged.allSamples,
      inBinary: samples,
      floor,
      neededSeconds: seconds > 0 ? neededSeconds(samples, seconds, floor) : null,
      workloads: [],
      load: [],
    },
    write: () => {
      writeMerged(merged, paths.candidate, llvmProfdata);
      return merged;
    },
    stability: () => null,
  };
}

/** `${NAME}` stands for a variable of the environment, so that no secret has to stand in the configuration. */
function withSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  const filled = Object.entries(headers).map(([header, text]) => {
    const value = text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const found = process.env[name];
      if (found !== undefined && found !== '') return found;
      throw new UsageError(
        `pgo.source.headers: ${header} needs ${name}, which the environment does not have`,
      );
    });
    return [header, value];
  });
  return Object.fromEntries(filled);
}
