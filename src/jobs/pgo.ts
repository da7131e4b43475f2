/** Turns captures into a profile that a compiler reads. */
import { basename, dirname } from 'node:path';
import { openBundle, readProfileBytes } from '../bundle/reader.js';
import { MeasureError, UsageError } from '../errors.js';
import { annotate } from '../pgo/annotation.js';
import { type ExportedProfile, exportProfile } from '../pgo/export.js';
import { floorError } from '../pgo/floor.js';
import type { PgoFormat } from '../pgo/formats.js';
import { toExtensibleBinary } from '../pgo/llvmProfdata.js';
import { buildProvenance, provenanceFile } from '../pgo/provenance.js';
import { elsewhere, type MappedFile, mappedFiles, SampleSum } from '../pgo/samples.js';
import type { SampledBinary } from '../pgo/sourceProfile.js';
import { type Message, readMessage } from '../profile/wire.js';
import { percent, plural, seconds } from '../text/format.js';
import type { Log } from './log.js';
import { makeFolder, writeBytes, writeText } from './output.js';
import { bundleFolder } from './report.js';

export interface PgoOptions {
  /** Bundles, or output folders of gates. */
  readonly bundles: readonly string[];
  /** Takes this workload's captures alone; null: those of all. */
  readonly workload: string | null;
  /** The program as it was measured; several builds of it where bundles of several builds are merged. */
  readonly binaries: readonly string[];
  readonly format: PgoFormat;
  /** File the profile is written to. */
  readonly out: string;
  /** Samples in the binaries below which nothing is written. */
  readonly fewestSamples: number;
  /** The llvm-profdata that turns LLVM's text into its binary format; null: text. */
  readonly llvmProfdata: string | null;
  readonly log: Log;
}

/** What a profile was made of: where it comes from and how much it can be trusted. */
export interface PgoSummary {
  readonly format: PgoFormat;
  readonly file: string;
  readonly bytes: number;
  readonly binaries: readonly { readonly file: string; readonly buildId: string; readonly samples: number }[];
  /** Commits of the sides whose captures were taken. */
  readonly commits: readonly string[];
  /** What was sampled, e.g. `cpu-clock`. */
  readonly event: string;
  readonly captures: number;
  readonly seconds: number;
  readonly samples: number;
  /** Of all samples of these captures, those in the binaries. */
  readonly binaryShare: number;
  readonly describedShare: number;
  readonly functions: number;
}

/** @throws UsageError for what is not there or does not fit; MeasureError when there are too few samples */
export function exportPgo(options: PgoOptions): PgoSummary {
  const collected = collectSamples(options);
  const tooFew = floorError(collected.samples, collected.seconds, options.fewestSamples);
  if (tooFew !== null) throw new MeasureError(tooFew);
  return writeProfile(collected, options);
}

/** Samples that were taken in binaries, and what was taken with them. */
export interface Collected
  extends Pick<PgoSummary, 'commits' | 'event' | 'captures' | 'seconds' | 'samples'> {
  readonly builds: readonly { readonly file: string; readonly sum: SampleSum }[];
  /** Of these captures, those outside of the binaries included. */
  readonly allSamples: number;
}

/**
 * @param half takes the first, third, … capture (0) or the second, fourth, … (1) alone
 * @throws UsageError for what is not there or does not fit
 */
export function collectSamples(
  { bundles, binaries, workload }: Pick<PgoOptions, 'bundles' | 'binaries' | 'workload'>,
  half: 0 | 1 | null = null,
): Collected {
  const builds = binaries.map((file) => ({ file, sum: new SampleSum(buildIdOf(file)) }));
  const taken = new Taken(half);
  for (const bundle of bundles) takeBundle(bundleFolder(bundle), workload, builds, taken);
  refuseStrangers(builds, taken);
  return {
    builds,
    commits: [...taken.commits].sort(),
    event: [...taken.events].join(),
    captures: taken.captures,
    seconds: taken.seconds,
    samples: builds.reduce((all, { sum }) => all + sum.samples, 0),
    allSamples: taken.samples,
  };
}

/** @throws UsageError when the binaries do not say what the format needs */
export function composeProfile({ builds }: Pick<Collected, 'builds'>, format: PgoFormat): ExportedProfile {
  const sampled = builds.map(({ file, sum }): SampledBinary => {
    const binarySamples = sum.sum();
    const addresses = new Set(binarySamples.stacks.flatMap((stack) => stack.addresses));
    addresses.delete(elsewhere);
    return { samples: binarySamples, annotation: annotate(file, addresses) };
  });
  return exportProfile(format, sampled);
}

/** @throws UsageError when the binaries do not say what the format needs, or the file cannot be written */
export function writeProfile(
  collected: Collected,
  options: Pick<PgoOptions, 'format' | 'llvmProfdata' | 'out' | 'log'>,
): PgoSummary {
  const { builds, allSamples, ...taken } = collected;
  const { bytes: written, functions, describedShare } = composeProfile(collected, options.format);
  const bytes = options.llvmProfdata === null ? written : toExtensibleBinary(written, options.llvmProfdata);
  makeFolder(dirname(options.out));
  writeBytes(options.out, bytes);
  if (options.format === 'bolt') nameBuild(options.out, (builds[0] as Build).sum.buildId);
  const summary: PgoSummary = {
    format: options.format,
    file: options.out,
    bytes: bytes.length,
    binaries: builds.map(({ file, sum }) => ({ file, buildId: sum.buildId, samples: sum.samples })),
    ...taken,
    binaryShare: taken.samples / allSamples,
    describedShare,
    functions,
  };
  say(summary, options.log);
  return summary;
}

/** Beside offsets stands which build they are of: nothing in them says so. @throws UsageError when it cannot be written */
export function nameBuild(out: string, buildId: string): void {
  writeText(provenanceFile(out), buildProvenance(buildId));
}

interface Build {
  readonly file: string;
  readonly sum: SampleSum;
}

/** What was taken of the bundles so far. */
class Taken {
  captures = 0;
  seconds = 0;
  samples = 0;
  readonly commits = new Set<string>();
  readonly events = new Set<string>();
  /** What tells captures apart. */
  readonly identities = new Set<string>();
  /** Files that captures were of, by build id. */
  readonly seen = new Map<string, MappedFile>();
  #offered = 0;

  constructor(private readonly half: 0 | 1 | null) {}

  /** Whether the next capture is of the half that is taken. */
  takesNext(): boolean {
    return this.half === null || this.#offered++ % 2 === this.half;
  }
}

/** The build id tells the captures of a binary from those of any other, so that either side's are taken. */
function takeBundle(
  directory: string,
  workload: string | null,
  builds: readonly Build[],
  taken: Taken,
): void {
  const { manifest } = openBundle(directory);
  const workloads = manifest.workloads.filter(({ name }) => workload === null || name === workload);
  if (workloads.length === 0) {
    const names = manifest.workloads.map(({ name }) => name).join(', ');
    throw new UsageError(`${directory} has no workload ${workload}; it has ${names}`);
  }
  for (const { side, cpuProfile, summary } of workloads.flatMap(({ captures }) => captures)) {
    if (!taken.takesNext()) continue;
    const added = takeProfile(directory, cpuProfile, builds, taken);
    if (added === 0) continue;
    const identity = `${summary.startedAtNanoseconds} ${summary.cpuNanoseconds} ${summary.weight}`;
    if (taken.identities.has(identity)) {
      throw new UsageError(`${directory} holds captures that were taken already: each run is named once`);
    }
    taken.identities.add(identity);
    taken.captures++;
    taken.seconds += summary.wallNanoseconds / 1e9;
    taken.samples += summary.samples;
    taken.events.add(summary.event);
    const { commit } = manifest.refs[side];
    if (commit !== null) taken.commits.add(commit);
  }
  if (taken.events.size > 1) {
    throw new UsageError(
      `the captures count different events, ${[...taken.events].join(' and ')}: they cannot be added up`,
    );
  }
}

/** @returns samples in the binaries */
function takeProfile(directory: string, path: string, builds: readonly Build[], taken: Taken): number {
  try {
    const message: Message = readMessage(readProfileBytes(directory, path));
    for (const file of mappedFiles(message)) {
      if (file.buildId !== '') taken.seen.set(file.buildId, file);
    }
    return builds.reduce((all, { sum }) => all + sum.add(message), 0);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${directory}/${path}: ${(error as Error).message}`);
  }
}

/** @throws UsageError when the file has none, or is no program */
export function buildIdOf(file: string): string {
  const { buildId } = annotate(file, []);
  if (buildId !== '') return buildId;
  throw new UsageError(
    `${file} has no build id, so its captures cannot be told from another build's: link it with -Wl,--build-id, or with Go 1.24 or newer`,
  );
}

/** Addresses of another build would be read as those of other code, and nothing would show it. */
export function refuseStrangers(builds: readonly Build[], { seen }: Pick<Taken, 'seen'>): void {
  for (const { file, sum } of builds) {
    if (seen.has(sum.buildId)) continue;
    const others = [...seen.values()].filter(({ path }) => basename(path) === basename(file));
    const found = others.map(({ path, buildId }) => `${path} with build id ${buildId}`).join(', ');
    throw new UsageError(
      `no capture is of ${file} with build id ${sum.buildId}${found === '' ? '' : `; they are of ${found}`}: name the very binary that was measured`,
    );
  }
}

function say(summary: PgoSummary, log: Log): void {
  const { format, file, samples, functions, captures } = summary;
  log.line(
    `${file}: ${format} profile of ${plural(samples, 'sample')} in ${plural(functions, 'function')}, from ${plural(captures, 'capture')} of ${seconds(summary.seconds)}; ${percent(summary.binaryShare)} of their samples are in the binary`,
  );
  if (format !== 'bolt' && summary.describedShare < 0.8) {
    log.warn(
      `only ${percent(summary.describedShare)} of the samples are in functions with debug information; the compiler learns nothing of the others`,
    );
  }
}
