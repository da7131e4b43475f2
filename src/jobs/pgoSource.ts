/** Writes the profile a compiler reads from one that something else merged, checked as captures are. */
import { MeasureError, UsageError } from '../errors.js';
import { readProfile } from '../pgo/content.js';
import { floorError } from '../pgo/floor.js';
import type { PgoFormat } from '../pgo/formats.js';
import { matchError, matchFindings, matchProfile, type ProfileMatch } from '../pgo/match.js';
import { readProgram } from '../pgo/program.js';
import { percent, plural } from '../text/format.js';
import type { Log } from './log.js';
import { fetchMerged, type MergedSource, nameOf, readMerged, writeMerged } from './mergedProfile.js';

export interface PgoSourceOptions {
  /** `http:` or `https:`, or a file; of pprof. */
  readonly source: string;
  /** Sent to the URL; never printed. */
  readonly headers?: MergedSource['headers'];
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
  /** URL, without a password, or file. */
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
  const { source: from, headers = {}, format, binary, out, log } = options;
  const source = nameOf(from);
  const fetched = await fetchMerged({ from, headers }, options.seconds, options.signal);
  const merged = readMerged(fetched, { name: source, binary, format });
  const { samples, seconds } = merged;
  const tooFew = floorError(samples, seconds, options.fewestSamples);
  if (tooFew !== null) throw new MeasureError(`${source}: ${tooFew}`);

  const content = readProfile(format, merged.bytes, { name: source, llvmProfdata: null });
  const program = readProgram(binary, format);
  const match = matchProfile(content, program, merged.offsetsIn);
  const unfit = matchError(match);
  if (unfit !== null) throw new UsageError(`${source}: ${unfit}`);

  const bytes = writeMerged(merged, out, options.llvmProfdata);
  log.line(
    `${out}: ${format} profile of ${plural(samples, 'sample')} from ${source}; ${percent(match.rate)} of its weight finds its place in ${binary}`,
  );
  for (const finding of matchFindings(match)) log.warn(finding);
  return { format, source, file: out, bytes, binary, buildId: program.buildId, samples, seconds, match };
}
