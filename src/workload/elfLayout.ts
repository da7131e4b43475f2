/** Where the code of built programs lies, so that two builds can be told to be laid out alike. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

const elfMagic = 0x464c457f;
/** e_ident: 64 bit, little-endian. */
const wordForm = 0x0201;
/** e_type: executables and shared objects; object files are laid out by the linker only. */
const linkedTypes = new Set([2, 3]);
const [symbolTable, executableFlag, functionType] = [2, 0x4, 2];
const [sectionSize, symbolSize] = [64, 24];
const mostSections = 10_000;
const mostSectionBytes = 512 * 1024 * 1024;

interface Section {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly size: number;
}

/**
 * A digest of where the functions of all linked ELF files (64 bit, little-endian) below a folder lie, and of nothing
 * else: not of paths and build identifiers that programs carry, which differ from copy to copy of one source.
 * @returns null where there is no such file
 */
export function codeLayout(folder: string): string | null {
  const hash = createHash('sha256');
  const files = linkedFiles(folder, '');
  for (const path of files) {
    hash.update(`\0${path}\0`);
    withFile(join(folder, path), (read) => addLayout(hash, read));
  }
  return files.length === 0 ? null : hash.digest('hex');
}

/** Paths of linked files relative to the folder, in an order of their own names. */
function linkedFiles(folder: string, below: string): string[] {
  const entries = readdirSync(join(folder, below), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(below, entry.name);
    if (entry.isDirectory()) return entry.name === '.git' ? [] : linkedFiles(folder, path);
    return entry.isFile() && withFile(join(folder, path), isLinked) ? [path] : [];
  });
}

type Read = (offset: number, size: number) => Buffer;

/** @returns what the function makes of the file; null where it cannot be opened */
function withFile<T>(file: string, use: (read: Read) => T): T | null {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch {
    return null;
  }
  try {
    return use((offset, size) => {
      const bytes = Buffer.alloc(size);
      return bytes.subarray(0, readSync(handle, bytes, 0, size, offset));
    });
  } finally {
    closeSync(handle);
  }
}

function isLinked(read: Read): boolean {
  const header = read(0, 64);
  return (
    header.length === 64 &&
    header.readUInt32LE(0) === elfMagic &&
    header.readUInt16BE(4) === wordForm &&
    linkedTypes.has(header.readUInt16LE(16))
  );
}

/** Functions' addresses and sizes; of stripped files their code, which holds the addresses of what it calls. */
function addLayout(hash: Hash, read: Read): void {
  const sections = sectionsOf(read);
  const symbols = sections.find(({ type }) => type === symbolTable);
  const bytesOf = ({ offset, size }: Section) => read(offset, Math.min(size, mostSectionBytes));
  if (symbols === undefined) {
    for (const section of sections) if (section.flags & executableFlag) hash.update(bytesOf(section));
    return;
  }
  const table = bytesOf(symbols);
  for (let at = 0; at + symbolSize <= table.length; at += symbolSize) {
    const isFunction = ((table[at + 4] as number) & 0xf) === functionType;
    if (isFunction) hash.update(table.subarray(at, at + symbolSize));
  }
}

function sectionsOf(read: Read): Section[] {
  const header = read(0, 64);
  const offset = Number(header.readBigUInt64LE(40));
  const count = Math.min(header.readUInt16LE(60), mostSections);
  const table = read(offset, count * sectionSize);
  return Array.from({ length: Math.floor(table.length / sectionSize) }, (_, index) => {
    const section = table.subarray(index * sectionSize, (index + 1) * sectionSize);
    return {
      type: section.readUInt32LE(4),
      flags: Number(section.readBigUInt64LE(8)),
      offset: Number(section.readBigUInt64LE(24)),
      size: Number(section.readBigUInt64LE(32)),
    };
  });
}
