/** Addresses as they were in a process → as the file is linked, which is how its debug information has them. */
import { closeSync, openSync, readSync } from 'node:fs';
import { type Message, toId, toNumber } from '../profile/wire.js';

const headerBytes = 64;
const segmentBytes = 56;
/** PT_LOAD. */
const loaded = 1;

/** A part of a file that is mapped; all in bytes. */
interface Segment {
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/**
 * Puts the addresses in the mappings with that build id to where the file is linked. A profile that has them so already, as
 * the collector's, stays as it is.
 * @param file 64 bit, little-endian; what it is was checked
 */
export function linkAddresses(message: Message, file: string, buildId: string): void {
  const segments = segmentsOf(file);
  const shifts = new Map(
    message.mapping
      .filter((mapping) => message.stringTable[toNumber(mapping.buildId)] === buildId)
      .map(({ id, memoryStart, fileOffset }) => {
        const offset = toNumber(fileOffset);
        const segment = segments.find((each) => offset >= each.offset && offset < each.offset + each.size);
        const start = segment === undefined ? null : offset - segment.offset + segment.address;
        return [toId(id), start === null ? 0 : start - toNumber(memoryStart)];
      }),
  );
  for (const location of message.location) {
    const shift = shifts.get(toId(location.mappingId)) ?? 0;
    if (shift !== 0) location.address = toNumber(location.address) + shift;
  }
}

/** Those with a file's bytes in memory; the pages around them are mapped, too. */
function segmentsOf(file: string): Segment[] {
  const handle = openSync(file, 'r');
  const read = (at: number, size: number): Buffer => {
    const bytes = Buffer.alloc(size);
    readSync(handle, bytes, 0, size, at);
    return bytes;
  };
  try {
    const header = read(0, headerBytes);
    const table = read(Number(header.readBigUInt64LE(32)), header.readUInt16LE(56) * segmentBytes);
    const segments: Segment[] = [];
    for (let at = 0; at < table.length; at += segmentBytes) {
      if (table.readUInt32LE(at) !== loaded) continue;
      const number = (offset: number): number => Number(table.readBigUInt64LE(at + offset));
      // Mapped from the beginning of a page.
      const before = number(8) % 4096;
      segments.push({ offset: number(8) - before, address: number(16) - before, size: number(32) + before });
    }
    return segments;
  } finally {
    closeSync(handle);
  }
}
