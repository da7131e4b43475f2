/** What is found out about a profile besides its gain. */
import { createHash } from 'node:crypto';
import type { PgoPlan } from '../../config/pgo.js';
import { UsageError } from '../../errors.js';
import {
  consumptionError,
  isTellingAll,
  type Consumption as Reported,
  readReport,
} from '../../pgo/consumption.js';
import { isText, type ProfileContent, readProfile } from '../../pgo/content.js';
import { differingFunctions } from '../../pgo/elfFile.js';
import { matchFindings, matchProfile } from '../../pgo/match.js';
import { profileOverlap } from '../../pgo/overlap.js';
import { readProgram } from '../../pgo/program.js';
import type { Consumption, PgoMatch, ProfileResult } from '../../pgo/result.js';
import { percent, plural } from '../../text/format.js';
import { collectSamples, composeProfile } from '../pgo.js';
import { asksForReport, type Built } from './builds.js';
import type { ProfilePaths } from './output.js';

/** What the captures of a profile are exported from. */
export function capturedIn({ captures, measured }: ProfilePaths): Parameters<typeof collectSamples>[0] {
  return { bundles: [captures], binaries: [measured], workload: null };
}

/** Whether the build by the new profile is another one, and what its compiler says. */
export function consumptionOf(
  plan: Pick<PgoPlan, 'format' | 'rebuild'>,
  none: Pick<Built, 'file'>,
  zero: Pick<Built, 'file' | 'output'>,
  next: Pick<Built, 'file' | 'output'>,
): Consumption {
  return {
    functions: next.file.functions.size,
    differFromNone: differingFunctions(next.file, none.file),
    differFromEmpty: differingFunctions(next.file, zero.file),
    report: ownReport(reportOf(plan, next), reportOf(plan, zero)),
  };
}

/** What a compiler says of an empty profile, too, is nothing that it did by this one. */
function ownReport(next: Consumption['report'], zero: Consumption['report']): Consumption['report'] {
  return next?.isConsumed && zero?.isConsumed && next.said === zero.said ? null : next;
}

/** null where the compiler says nothing, and was not asked or does not tell all. */
function reportOf(
  plan: Pick<PgoPlan, 'format' | 'rebuild'>,
  { file, output }: Pick<Built, 'file' | 'output'>,
): Consumption['report'] {
  const error = consumptionError(readReport(plan.format, output));
  if (error === null) return { isConsumed: true, said: spoken(readReport(plan.format, output)) };
  return asksForReport(plan) && isTellingAll(file.compiler) ? { isConsumed: false, said: error } : null;
}

function spoken({ inlined, promoted, functions, dropped }: Reported): string {
  const parts = [
    ...(inlined.length > 0 ? [`${plural(inlined.length, 'hot call')} inlined`] : []),
    ...(promoted.length > 0 ? [`${plural(promoted.length, 'indirect call')} made direct`] : []),
    ...(functions === null ? [] : [`${functions.some} of ${functions.all} functions with counts`]),
    ...(dropped === null ? [] : [`${percent(dropped.some / dropped.all)} of its samples dropped`]),
  ];
  return parts.join(', ');
}

/** Why no compiler could go by a profile; null where nothing is found, or where only an llvm-profdata could tell. */
export function damageOf({ format, profile: name, llvmProfdata }: PgoPlan, bytes: Uint8Array): string | null {
  if (format === 'llvm' && llvmProfdata === null && !isText(bytes)) return null;
  try {
    readProfile(format, bytes, { name, llvmProfdata });
    return null;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

/**
 * How much of a profile speaks of a program; null for one that cannot be read, or is by offsets in another build.
 * @param buildId as it stands beside the profile
 */
export function matchOf(
  { format, profile: name, llvmProfdata }: PgoPlan,
  bytes: Uint8Array,
  program: string,
  buildId: string | null,
): PgoMatch | null {
  return unlessUnfit(() => {
    const content = readProfile(format, bytes, { name, llvmProfdata });
    const match = matchProfile(content, readProgram(program, format), buildId);
    return { share: match.rate, findings: matchFindings(match) };
  });
}

/** Of the profiles of every second capture; null where one of them has nothing to say. */
export function stabilityOf({ format, profile }: PgoPlan, paths: ProfilePaths): ProfileResult['stability'] {
  const contentOf = (half: 0 | 1): ProfileContent => {
    const { bytes } = composeProfile(collectSamples(capturedIn(paths), half), format);
    return readProfile(format, bytes, { name: profile, llvmProfdata: null });
  };
  return unlessUnfit(() => ({ similarity: profileOverlap(contentOf(0), contentOf(1)).similarity }));
}

function unlessUnfit<T>(find: () => T): T | null {
  try {
    return find();
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
