/** Profiles as files: pprof's format, which `go tool pprof` and most profilers read and write. */
import { toProfile } from './decode.js';
import { toMessage } from './encode.js';
import type { Profile } from './model.js';
import { readMessage, writeMessage } from './wire.js';

/**
 * Reads a pprof file, gzipped or not. It may come from elsewhere: sizes are bounded, every reference is checked.
 * @throws Error with one clear sentence when it is broken, too large, or no pprof profile
 */
export function decodeProfile(bytes: Uint8Array): Profile {
  return toProfile(readMessage(bytes));
}

/**
 * Writes a gzipped pprof file with `samples/count` and `cpu/nanoseconds`. Decoding it gives the profile again, but
 * for times that are no whole nanoseconds and labels that are empty.
 * @throws Error when the profile refers to frames it does not have or holds a number that is none
 */
export function encodeProfile(profile: Profile): Uint8Array {
  return writeMessage(toMessage(profile));
}
