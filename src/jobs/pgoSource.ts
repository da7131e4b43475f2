/**
 * A profile that something else merged: a store of profiles, or a service in production (net/http/pprof). It is checked as
 * captures are: enough samples, of this program.
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fetchBytes } from '../capture/fetch.js';
import { MeasureError, UsageError } from '../errors.js';
import { annotate } from '../pgo/annotation.js';
import { readProfile } from '../pgo/content.js';
import { floorError } from '../pgo/floor.js';
import type { PgoFormat } from '../pgo/formats.js';
import { linkAddresses } from '../pgo/linkedAddresses.js';
import { toExtensibleBinary } from '../pgo/llvmProfdata.js';
import { matchError, matchFindings, matchProfile, type ProfileMatch } from '../pgo/match.js';
import { readProgram } from '../pgo/program.js';
import { outsideLocations } from '../pgo/readers/go.js';
import { mappedFiles, SampleSum } from '../pgo/samples.js';
import { type Message, readMessage, toNumber } from '../profile/wire.js';
import { percent, plural } from '../text/format.js';
import type { Log } from './log.js';
import { makeFolder, writeBytes } from './output.js';
import { buildIdOf, composeProfile, refuseStrangers } from './pgo.js';

/** Of a profile as it is sent: what production profilers merge of a day stays below. */
const mostBytes = 128 * 1024 * 1024;

export interface PgoSourceOptions {
  /** `http:` or `https:`, or a file; of pprof. */
  readonly source: string;
  readonly binary: string;
  readonly format: PgoFormat;
  readonly out: string;
  readonly fewestSamples: number;
  /** Most seconds until the profile is there; a service may take as long as it samples. */
  readonly seconds: number;
  readonly llvmProfdata: string | null;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What was taken, and how far it fits. */
export interface PgoSourceSummary {
  readonly format: PgoFormat;
  readonly source: string;
  readonly file: string;
  readonly bytes: number;
  readonly binary: string;
  readonly buildId: string;
  readonly samples: number;
  readonly seconds: number;
  readonly match: ProfileMatch;
}

/**
 * Writes the profile a compiler reads.
 * @throws UsageError for what is none, or not of this program; MeasureError for too few samples, or none to be had
 */
export async function exportPgoSource(options: PgoSourceOptions): Promise<PgoSourceSummary> {
  const { source, format, binary, out, log } = options;
  const fetched = await bytesOf(options);
  const taken = format === 'go' ? takeNamed(fetched, options) : takeAddresses(fetched, options);
  const tooFew = floorError(taken.samples, taken.seconds, options.fewestSamples);
  if (tooFew !== null) throw new MeasureError(`${source}: ${tooFew}`);

  const content = readProfile(format, taken.bytes, { name: source, llvmProfdata: null });
  const program = readProgram(binary, format);
  const match = matchProfile(content, program, null);
  const unfit = matchError(match);
  if (unfit !== null) throw new UsageError(`${source}: ${unfit}`);

  const { llvmProfdata } = options;
  const bytes = llvmProfdata === null ? taken.bytes : toExtensibleBinary(taken.bytes, llvmProfdata);
  makeFolder(dirname(out));
  writeBytes(out, bytes);
  const { samples, seconds } = taken;
  log.line(
    `${out}: ${format} profile of ${plural(samples, 'sample')} from ${source}; ${percent(match.rate)} of its weight finds its place in ${binary}`,
  );
  for (const finding of matchFindings(match)) log.warn(finding);
  const { buildId } = program;
  return { format, source, file: out, bytes: bytes.length, binary, buildId, samples, seconds, match };
}

interface Taken {
  /** As the compiler reads it. */
  readonly bytes: Uint8Array;
  readonly samples: number;
  readonly seconds: number;
}

async function bytesOf({ source, seconds, signal }: PgoSourceOptions): Promise<Buffer> {
  if (/^https?:/.test(source)) {
    try {
      return await fetchBytes(source, { seconds, bytes: mostBytes, signal });
    } catch (error) {
      if (signal.aborted) throw error;
      throw new MeasureError((error as Error).message);
    }
  }
  try {
    return readFileSync(source);
  } catch (error) {
    throw new UsageError(`cannot read ${source}: ${(error as Error).message}`);
  }
}

/**
 * Go reads pprof as it is, by the names of functions. Where others than the program's are among them, the kernel's for
 * instance, they would be part of what it calls hot by: then the program's alone are taken, by their addresses.
 */
function takeNamed(bytes: Uint8Array, options: PgoSourceOptions): Taken {
  const { samples } = readProfile('go', bytes, { name: options.source, llvmProfdata: null });
  const message = readMessage(bytes);
  const { buildId } = annotate(options.binary, []);
  const isOfBuild = buildId !== '' && mappedFiles(message).some((file) => file.buildId === buildId);
  if (isOfBuild && outsideLocations(message).size > 0) return takeAddresses(bytes, options);
  return { bytes, samples: samples ?? timedSamples(message), seconds: secondsOf(message) };
}

/** Of a profile that counts time alone, by how much of it a sample stands for. */
function timedSamples({ sample, period }: Message): number {
  const each = toNumber(period);
  if (each <= 0) return 0;
  return Math.floor(sample.reduce((sum, { value }) => sum + toNumber(value?.at(-1)), 0) / each);
}

/** Other compilers' profiles are made of addresses, which are those of one build. */
function takeAddresses(bytes: Uint8Array, { source, binary, format }: PgoSourceOptions): Taken {
  const sum = new SampleSum(buildIdOf(binary));
  let message: Message;
  try {
    message = readMessage(bytes);
    linkAddresses(message, binary, sum.buildId);
    sum.add(message);
  } catch (error) {
    throw new UsageError(`${source}: ${(error as Error).message}`);
  }
  const builds = [{ file: binary, sum }];
  refuseStrangers(builds, { seen: new Map(mappedFiles(message).map((file) => [file.buildId, file])) });
  const taken = { samples: sum.samples, seconds: secondsOf(message) };
  if (sum.samples === 0) return { ...taken, bytes: new Uint8Array() };
  return { ...taken, bytes: composeProfile({ builds }, format).bytes };
}

function secondsOf({ durationNanos }: Message): number {
  return toNumber(durationNanos) / 1e9;
}
