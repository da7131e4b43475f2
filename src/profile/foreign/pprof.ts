/** Another profiler's pprof files of one capture, as one that is read like the collector's own. */
import { foldedComment, toProfile } from '../decode.js';
import { cpuTimeError, periodNanoseconds } from '../values.js';
import { type Message, readMessage, toNumber, writeMessage } from '../wire.js';
import { concatenate } from './concatenate.js';

export interface AdoptedPprof {
  /** Locations, mappings and lines as they were; a comment says that inlined functions are part of those they are in. */
  readonly bytes: Uint8Array;
  readonly samples: number;
  readonly nanoseconds: number;
  /** Nanoseconds of CPU time between two samples; null when the file does not say. */
  readonly periodNanoseconds: number | null;
}

/**
 * @param files at least one, each gzipped or not; they may come from elsewhere
 * @throws Error with one clear sentence when one is broken, too large, or measures something else than CPU time
 */
export function adoptPprof(files: readonly Uint8Array[]): AdoptedPprof {
  const messages = files.map(readMessage);
  const refusal = messages.map((each) => cpuTimeError(each, textOf(each))).find((error) => error !== null);
  if (refusal) throw new Error(refusal);
  const [first, ...others] = messages;
  if (first === undefined) throw new Error('there is no profile');
  const message = others.length === 0 ? first : concatenate(messages);
  message.comment.push(message.stringTable.push(foldedComment) - 1);
  // Every reference is checked here, once, as whoever reads the bundle does.
  const { samples } = toProfile(message);
  return {
    bytes: writeMessage(message),
    samples: samples.reduce((sum, { count }) => sum + count, 0),
    nanoseconds: samples.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0),
    periodNanoseconds: periodNanoseconds(message, textOf(message)) || null,
  };
}

/** What cannot be found is checked by whoever reads all of it. */
function textOf({ stringTable }: Message): (index: number) => string {
  return (index) => stringTable[toNumber(index)] ?? '';
}
