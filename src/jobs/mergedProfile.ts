/**
 * A profile that something else merged: a store of profiles, or a service in production (net/http/pprof). It is made of
 * samples of one program, as captures are.
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fetchBytes, withoutPassword } from '../capture/fetch.js';
import { MeasureError, UsageError } from '../errors.js';
import { annotate } from '../pgo/annotation.js';
import { readProfile } from '../pgo/content.js';
import type { ExportedProfile } from '../pgo/export.js';
import type { PgoFormat } from '../pgo/formats.js';
import { linkAddresses } from '../pgo/linkedAddresses.js';
import { toExtensibleBinary } from '../pgo/llvmProfdata.js';
import { outsideLocations } from '../pgo/readers/go.js';
import { mappedFiles, SampleSum } from '../pgo/samples.js';
import { costReader } from '../profile/values.js';
import { type Message, readMessage, toId, toNumber, writeMessage } from '../profile/wire.js';
import { makeFolder, writeBytes } from './output.js';
import { buildIdOf, composeProfile, nameBuild, refuseStrangers } from './pgo.js';

/** Of a profile as it is sent: what production profilers merge of a day stays below. */
const mostBytes = 128 * 1024 * 1024;
/** Seconds: a service's answer may take as long as it samples. */
export const longestFetch = 300;

export interface MergedSource {
  /** `http:` or `https:`, or a file; of pprof. */
  readonly from: string;
  /** Sent with the request, as `{ authorization: 'Bearer …' }`; never printed. */
  readonly headers: Readonly<Record<string, string>>;
}

export function isUrl(from: string): boolean {
  return /^https?:/.test(from);
}

/** What a source is called wherever it can be read. */
export function nameOf(from: string): string {
  return isUrl(from) ? withoutPassword(from) : from;
}

/**
 * @param seconds most, until the profile is there
 * @throws UsageError for a file that cannot be read; MeasureError where nothing is to be had
 */
export async function fetchMerged(
  source: MergedSource,
  seconds: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { from, headers } = source;
  if (isUrl(from)) {
    try {
      return await fetchBytes(from, { seconds, bytes: mostBytes, headers, signal });
    } catch (error) {
      if (signal.aborted) throw error;
      throw new MeasureError((error as Error).message);
    }
  }
  try {
    return readFileSync(from);
  } catch (error) {
    throw new UsageError(`cannot read ${from}: ${(error as Error).message}`);
  }
}

export interface MergedProfile extends ExportedProfile {
  /** In the program, and all there are. */
  readonly samples: number;
  readonly allSamples: number;
  /** That were sampled; 0 where the profile does not say. */
  readonly seconds: number;
  /** Build id of the program its offsets are in; null where it goes by names and lines. */
  readonly offsetsIn: string | null;
}

export interface MergedOptions {
  /** What the profile is called in messages. */
  readonly name: string;
  readonly binary: string;
  readonly format: PgoFormat;
}

/**
 * Makes the profile a compiler reads; one without samples in the program has no bytes.
 * @throws UsageError for what is none, or by addresses of another build
 */
export function readMerged(fetched: Uint8Array, options: MergedOptions): MergedProfile {
  return options.format === 'go' ? takeNamed(fetched, options) : takeAddresses(fetched, options);
}

/**
 * @param llvmProfdata writes LLVM's binary format; null: text
 * @returns bytes of the file
 */
export function writeMerged(
  { bytes, offsetsIn }: MergedProfile,
  out: string,
  llvmProfdata: string | null,
): number {
  const written = llvmProfdata === null ? bytes : toExtensibleBinary(bytes, llvmProfdata);
  makeFolder(dirname(out));
  writeBytes(out, written);
  if (offsetsIn !== null) nameBuild(out, offsetsIn);
  return written.length;
}

/**
 * Go reads pprof as it is, by the names of functions. Where others than the program's are among them, the kernel's for
 * instance, they would be part of what it calls hot by: then the program's alone are taken, where the profile is of this very
 * build by their addresses.
 */
function takeNamed(bytes: Uint8Array, options: MergedOptions): MergedProfile {
  const content = readProfile('go', bytes, { name: options.name, llvmProfdata: null });
  const message = readMessage(bytes);
  const outside = outsideLocations(message);
  const { buildId } = annotate(options.binary, []);
  const isOfBuild = buildId !== '' && mappedFiles(message).some((file) => file.buildId === buildId);
  if (isOfBuild && outside.size > 0) return takeAddresses(bytes, options);
  return {
    bytes: outside.size === 0 ? bytes : writeMessage(withoutLocations(message, outside)),
    samples: samplesIn(message, outside),
    allSamples: samplesIn(message),
    seconds: secondsOf(message),
    functions: content.profile.size,
    describedShare: 1 - content.startless,
    offsetsIn: null,
  };
}

/** Stacks without some locations, and without those of which nothing is left. */
function withoutLocations(message: Message, outside: ReadonlySet<number | bigint>): Message {
  const sample = message.sample.map(({ locationId, ...rest }) => ({
    ...rest,
    locationId: (locationId ?? []).filter((id) => !outside.has(toId(id))),
  }));
  return { ...message, sample: sample.filter(({ locationId }) => locationId.length > 0) } as Message;
}

/** Other compilers' profiles are made of addresses, which are those of one build. */
function takeAddresses(bytes: Uint8Array, { name, binary, format }: MergedOptions): MergedProfile {
  const sum = new SampleSum(buildIdOf(binary));
  let message: Message;
  let allSamples: number;
  try {
    message = readMessage(bytes);
    linkAddresses(message, binary, sum.buildId);
    sum.add(message);
    allSamples = samplesIn(message);
  } catch (error) {
    throw new UsageError(`${name}: ${(error as Error).message}`);
  }
  const builds = [{ file: binary, sum }];
  refuseStrangers(builds, { seen: new Map(mappedFiles(message).map((file) => [file.buildId, file])) });
  const nothing = { bytes: new Uint8Array(), functions: 0, describedShare: 0 };
  const profile = sum.samples === 0 ? nothing : composeProfile({ builds }, format);
  const offsetsIn = format === 'bolt' ? sum.buildId : null;
  return { ...profile, samples: sum.samples, allSamples, seconds: secondsOf(message), offsetsIn };
}

/** @param outside locations at which a sample was not taken in the program; by default all count */
function samplesIn(message: Message, outside: ReadonlySet<number | bigint> = new Set()): number {
  const cost = costReader(message, (index) => message.stringTable[index] ?? '');
  const counted = message.sample.filter(({ locationId }) => !outside.has(toId(locationId?.[0])));
  return Math.floor(counted.reduce((sum, { value }) => sum + cost((value ?? []).map(toNumber)).count, 0));
}

function secondsOf({ durationNanos }: Message): number {
  return toNumber(durationNanos) / 1e9;
}
