/** What keeps one profile from coming to a decision; the others of a run go on. */
import { MeasureError, UsageError } from '../../errors.js';
import type { ProfileResult } from '../../pgo/result.js';
import { writeText } from '../output.js';

/** A compiler rejected what it was given, crashed, or left no program. */
export class BuildFailure extends MeasureError {}

/**
 * Builds, and says of whatever fails that a build did.
 * @param log file for what it printed last
 * @throws BuildFailure
 */
export async function building<Result>(log: string, build: () => Promise<Result>): Promise<Result> {
  try {
    return await build();
  } catch (error) {
    if (!isExpected(error)) throw error;
    writeText(log, detailOf(error));
    throw new BuildFailure(error.message, detailOf(error));
  }
}

/** @throws what is no failure of this profile alone: an interrupt, or a mistake of ours */
export function failureOf(error: unknown, signal: AbortSignal): NonNullable<ProfileResult['failure']> {
  // After an abort, whatever fails fails because of it.
  if (signal.aborted || !isExpected(error)) throw error;
  return { step: error instanceof BuildFailure ? 'build' : 'measure', message: sentenceOf(error) };
}

/** In one line: what failed, and what it said last. */
export function sentenceOf(error: MeasureError | UsageError): string {
  const end = detailOf(error).trimEnd().split('\n').at(-1) ?? '';
  return end === '' ? error.message : `${error.message}: ${end.trim()}`;
}

function detailOf(error: MeasureError | UsageError): string {
  return error instanceof MeasureError ? error.detail : '';
}

function isExpected(error: unknown): error is MeasureError | UsageError {
  return error instanceof MeasureError || error instanceof UsageError;
}
