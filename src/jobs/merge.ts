/** Makes one bundle out of bundles of the same plan from several runners. */
import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { type Bundle, openBundle, readProfileBytes } from '../bundle/reader.js';
import { planDifference } from '../bundle/sameness.js';
import type { BundleManifest, BundleWorkload, Capture, Policy, Runner, Stop } from '../bundle/schema.js';
import { BundleWriter, cpuProfilePath, offCpuProfilePath } from '../bundle/writer.js';
import { UsageError } from '../errors.js';
import { plural } from '../text/format.js';
import { completePairs, type Pair } from '../verdict/captures/pairs.js';
import type { Result } from '../verdict/result.js';
import { fewestPairsForBounds } from '../verdict/total/total.js';
import type { Log } from './log.js';
import { makeFolder, outputPaths, writeOutputs } from './output.js';
import { bundleFolder } from './report.js';

export interface MergeOptions {
  /** Bundles, or output folders of gates; at least two. */
  readonly paths: readonly string[];
  /** Output folder: receives the bundle and its reports. */
  readonly out: string;
  /** Takes of every runner only the pairs that are measured whatever they show: those before its first look. */
  readonly firstLook: boolean;
  readonly log: Log;
}

/** One of the bundles with the pairs that are taken of it, workload by workload. */
interface Part {
  readonly path: string;
  readonly bundle: Bundle;
}

const mostRunners = 64;

/**
 * Merges and judges. Pairs stay within their runner and are numbered anew; each runner is a stratum of the verdict.
 * @throws UsageError when the bundles are not of one plan, are one run twice, or were ended by what they showed
 */
export function merge({ paths, out, firstLook, log }: MergeOptions): Result {
  if (paths.length < 2) throw new UsageError('merge takes two bundles or more, one of each runner');
  if (paths.length > mostRunners) throw new UsageError(`merge takes at most ${mostRunners} bundles`);
  const parts = paths.map((path) => ({ path, bundle: openBundle(bundleFolder(path)) }));
  const [first, ...others] = parts as [Part, ...Part[]];
  for (const other of others) {
    const differs = planDifference(first.bundle.manifest, other.bundle.manifest);
    if (differs !== null)
      throw new UsageError(`${first.path} and ${other.path} are not of one plan: ${differs}`);
  }
  refuseRepetition(parts);
  for (const part of parts) {
    if (part.bundle.manifest.runners !== undefined) {
      throw new UsageError(`${part.path} is merged already: merge the runners' own bundles`);
    }
    const inLayouts = part.bundle.manifest.workloads.find(({ layouts }) => layouts !== undefined);
    if (inLayouts !== undefined) {
      // Runners would share builds, which one stratum a runner takes for draws of their own.
      throw new UsageError(
        `${part.path}: workload ${inLayouts.name} was measured in several code layouts, which are not merged over runners`,
      );
    }
    for (const workload of part.bundle.manifest.workloads) refuseChosenEnd(part.path, workload, firstLook);
  }
  const target = prepareTarget(out, parts);
  writeMerged(parts, target, firstLook);
  log.line(`merged ${plural(parts.length, 'bundle')} into ${target}`);
  return writeOutputs(openBundle(target), out);
}

/** The merged bundle's folder, which may only replace an earlier bundle. */
function prepareTarget(out: string, parts: readonly Part[]): string {
  const target = outputPaths(out).bundle;
  makeFolder(target);
  if (readdirSync(target).length > 0 && !existsSync(join(target, 'bundle.json'))) {
    throw new UsageError(`${target} is not a bundle and would be replaced; name another folder with --out`);
  }
  for (const { path, bundle } of parts) {
    if (`${bundle.directory}${sep}`.startsWith(`${target}${sep}`)) {
      throw new UsageError(`${path} lies in ${target}, which is replaced; name another folder with --out`);
    }
  }
  return target;
}

/** The same captures twice would be counted as evidence twice. */
function refuseRepetition(parts: readonly Part[]): void {
  const takenBy = new Map<string, Part>();
  for (const part of parts) {
    for (const { summary } of part.bundle.manifest.workloads.flatMap(({ captures }) => captures)) {
      const identity = `${summary.startedAtNanoseconds} ${summary.cpuNanoseconds} ${summary.weight}`;
      const other = takenBy.get(identity);
      if (other !== undefined && other !== part) {
        throw new UsageError(
          `${other.path} and ${part.path} hold the same captures: each run is merged once`,
        );
      }
      takenBy.set(identity, part);
    }
  }
}

/**
 * Where a run ended because of what it had shown, its pairs are a chosen sample: those that happened to look decided.
 * Up to the first look nothing can have been chosen.
 */
function refuseChosenEnd(
  path: string,
  { name, stop, policy, captures }: BundleWorkload,
  firstLook: boolean,
): void {
  const pairs = completePairs(captures).length;
  if (pairs < fewestPairsForBounds) {
    throw new UsageError(
      `${path}: workload ${name} has ${plural(pairs, 'complete pair')}, and a runner needs ${fewestPairsForBounds} at least: raise gate.budget and measure it again`,
    );
  }
  if (stop === null || stop.reason === 'error' || stop.reason === 'interrupted') {
    throw new UsageError(
      `${path}: measuring ${name} did not come to its end: ${stop?.message ?? 'it was killed'}; measure it again`,
    );
  }
  const isAtEnd =
    stop.reason === 'looks_exhausted' || stop.reason === 'budget_exhausted' || pairs >= mostOf(policy);
  if (isAtEnd || firstLook) return;
  throw new UsageError(
    `${path}: measuring ${name} ended after ${plural(pairs, 'pair')} because of what they had shown, so they are not a fair sample to merge: measure with profbound gate --all-pairs on every runner, or merge with --first-look, which takes each runner's pairs up to its first look`,
  );
}

function mostOf({ looks }: Policy): number {
  return looks.at(-1) as number;
}

function writeMerged(parts: readonly Part[], target: string, firstLook: boolean): void {
  const { manifest } = (parts[0] as Part).bundle;
  const merged = manifest.workloads.map(({ name }) => mergeWorkload(parts, name, firstLook));
  const writer = new BundleWriter(target, {
    ...manifest,
    startedAt: parts.map(({ bundle }) => bundle.manifest.startedAt).sort()[0] as string,
    notes: notesOf(parts, merged),
    runners: parts.map(({ bundle }, index) => runnerOf(bundle.manifest, index)),
    // Looked at once, it needs no clock.
    workloads: manifest.workloads.map(({ pacing: _, ...workload }, index) => ({
      ...workload,
      policy: { ...workload.policy, looks: [merged[index]?.pairs as number] },
      captures: [],
      stop: null,
    })),
  });
  for (const { name, captures, sources, stop } of merged) {
    writer.adopt(name, captures, stop, (capture, path) => {
      const { directory, original } = sources.get(capture) as Source;
      const from = path === capture.cpuProfile ? original.cpuProfile : original.offCpuProfile;
      return readProfileBytes(directory, from as string);
    });
  }
}

/** Where a capture comes from. */
interface Source {
  readonly directory: string;
  readonly original: Capture;
}

interface MergedWorkload {
  readonly name: string;
  /** Values of the verdict: pairs that share a launch are one. */
  readonly pairs: number;
  readonly captures: readonly Capture[];
  readonly sources: ReadonlyMap<Capture, Source>;
  readonly stop: Stop;
}

function mergeWorkload(parts: readonly Part[], name: string, firstLook: boolean): MergedWorkload {
  const sources = new Map<Capture, Source>();
  const counts: number[] = [];
  let pair = 0;
  for (const [runner, { bundle }] of parts.entries()) {
    const workload = bundle.manifest.workloads.find((one) => one.name === name) as BundleWorkload;
    const most = firstLook ? (workload.policy.looks[0] as number) : mostOf(workload.policy);
    const taken = completePairs(workload.captures).slice(0, most);
    for (const { base, head } of taken.flatMap(separate)) {
      pair++;
      for (const original of base.position === 0 ? [base, head] : [head, base]) {
        const { offCpuProfile, ...rest } = original;
        const capture: Capture = {
          ...rest,
          pair,
          runner,
          cpuProfile: cpuProfilePath(name, pair, original.side),
          ...(offCpuProfile === undefined
            ? {}
            : { offCpuProfile: offCpuProfilePath(name, pair, original.side) }),
        };
        sources.set(capture, { directory: bundle.directory, original });
      }
    }
    counts.push(taken.length);
  }
  const message = `${counts.join(' + ')} pairs of ${parts.length} runners, looked at once`;
  return {
    name,
    pairs: counts.reduce((sum, count) => sum + count, 0),
    captures: [...sources.keys()],
    sources,
    stop: { reason: 'looks_exhausted', message },
  };
}

/** The pairs of captures that a pair is made of: several where they share a launch. */
function separate({ parts }: Pair): { readonly base: Capture; readonly head: Capture }[] {
  return parts.base.map((base, index) => ({ base, head: parts.head[index] as Capture }));
}

function runnerOf({ startedAt, environment, refs }: BundleManifest, index: number): Runner {
  const roots = { base: refs.base.root, head: refs.head.root };
  return { name: `runner ${index + 1}`, startedAt, environment, roots };
}

const mostNotes = 100;

/** The runners, and what any of them had to say. */
function notesOf(parts: readonly Part[], merged: readonly MergedWorkload[]): string[] {
  const runners = parts.map(({ bundle }, index) => {
    const { cpuModel, cpus, kernel } = bundle.manifest.environment;
    return `runner ${index + 1}: ${cpuModel}, ${plural(cpus, 'CPU')}, Linux ${kernel}, measured ${bundle.manifest.startedAt}`;
  });
  const pairs = merged.map(({ name, stop }) => `${name}: ${stop.message}`);
  const { refs } = (parts[0] as Part).bundle.manifest;
  const unknown = [refs.base, refs.head].some(({ commit }) => commit === null)
    ? ['a side has no commit: that the runners measured the same code was taken on trust']
    : [];
  const own = new Set(parts.flatMap(({ bundle }) => bundle.manifest.notes));
  return [...runners, ...pairs, ...unknown, ...own].slice(0, mostNotes).map((note) => note.slice(0, 2000));
}
