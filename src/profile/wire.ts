/** Bytes ↔ pprof message: gzip, limits for bytes that come from elsewhere, 64-bit integers. */
import { gunzipSync, gzipSync } from 'node:zlib';
import protobuf from 'protobufjs/minimal.js';
import { pprof } from './profile_pb.js';

export type Message = pprof.Profile;
export type Integer = pprof.Profile['timeNanos'];

/** A capture is about 1 MB unpacked; what production profilers collect in a minute stays below 100 MB. */
const maxUnpackedBytes = 256 * 1024 * 1024;
/**
 * Every nested message and every value outside a packed list begins with one tag. The smallest message takes two bytes
 * on the wire and about 200 in memory, so the file's size does not bound memory. 4 million are about 400,000 samples.
 */
const maxFields = 4_000_000;
/** Integers, nearly all of them a stack's entries: 400,000 stacks of 80. */
const maxIntegers = 32_000_000;

/**
 * Reads integers below 2^49 as numbers, larger or negative ones as Long, so that nothing is lost and nearly
 * nothing is allocated; refuses messages with an absurd number of fields or integers.
 */
class ProfileReader extends protobuf.BufferReader {
  private fields = 0;
  private integers = 0;

  override tag(): number {
    if (++this.fields > maxFields) throw new Error(`it has more than ${maxFields} fields`);
    return super.tag();
  }

  // The library's types know Long only; the generated messages are typed `number | Long`.
  override uint64(): protobuf.Long {
    return (this.small() as unknown as protobuf.Long | null) ?? super.uint64();
  }

  override int64(): protobuf.Long {
    return (this.small() as unknown as protobuf.Long | null) ?? super.int64();
  }

  /** A varint of at most seven bytes; null, and nothing read, when it is longer or cut off. */
  private small(): number | null {
    if (++this.integers > maxIntegers) throw new Error(`it has more than ${maxIntegers} integers`);
    let value = 0;
    let scale = 1;
    for (let at = this.pos; at < this.len && scale < 2 ** 49; at++) {
      const byte = this.buf[at] as number;
      value += (byte & 127) * scale;
      if (byte < 128) {
        this.pos = at + 1;
        return value;
      }
      scale *= 128;
    }
    return null;
  }
}

/**
 * Parses a pprof file, gzipped or not.
 * @throws Error with one clear sentence when it is broken, too large, or something else
 */
export function readMessage(bytes: Uint8Array): Message {
  if (bytes.length === 0) throw new Error('not a pprof profile: the file is empty');
  const unpacked = unpack(bytes);
  try {
    const reader = new ProfileReader(Buffer.from(unpacked.buffer, unpacked.byteOffset, unpacked.byteLength));
    reader.discardUnknown = true;
    return pprof.Profile.decode(reader);
  } catch (error) {
    throw new Error(`not a pprof profile: ${(error as Error).message}`);
  }
}

/** Serialises and gzips a message; the same message gives the same bytes. */
export function writeMessage(message: pprof.Profile.$Properties): Uint8Array {
  return gzipSync(pprof.Profile.encode(message).finish());
}

/** Nearest double of a 64-bit integer. */
export function toNumber(value: Integer | null | undefined): number {
  return typeof value === 'number' ? value : (value?.toNumber() ?? 0);
}

/** Exact value of a 64-bit integer. */
export function toBigInt(value: Integer | null | undefined): bigint {
  return BigInt(typeof value === 'number' ? value : (value?.toString() ?? 0));
}

/** Something equal ids are equal by: a number where it is exact, as nearly always. */
export function toId(value: Integer | null | undefined): number | bigint {
  if (typeof value === 'number') return value;
  const id = toNumber(value);
  return Number.isSafeInteger(id) ? id : toBigInt(value);
}

/** A 64-bit integer as the encoder takes it: anything with Long's two halves. */
export function fromBigInt(value: bigint): Integer {
  if (BigInt.asIntN(64, value) !== value) throw new Error(`${value} does not fit 64 bits`);
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return { low, high, unsigned: false } as Integer;
}

function unpack(bytes: Uint8Array): Uint8Array {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip && bytes.length <= maxUnpackedBytes) return bytes;
  if (!isGzip) throw tooLarge();
  try {
    return gunzipSync(bytes, { maxOutputLength: maxUnpackedBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new Error(`the gzip data is broken: ${(error as Error).message}`);
  }
}

function tooLarge(): Error {
  return new Error(`the profile unpacks to more than ${maxUnpackedBytes / 1024 / 1024} MB`);
}
