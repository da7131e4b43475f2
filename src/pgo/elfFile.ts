/** What a built program says of itself: its code, and the compiler it was made by. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../errors.js';

const elfMagic = 0x464c457f;
/** e_ident: 64 bit, little-endian. */
const wordForm = 0x0201;
const sectionSize = 64;
const executable = 0x4n;
/** sh_type: the symbols of a file that is not stripped; sections without bytes in the file, such as .bss. */
const [symbolTable, noBits] = [2, 8];
const symbolSize = 24;
const functionType = 2;

export interface BuiltFile {
  /** Of the whole file, debug information included. */
  readonly bytes: number;
  readonly codeBytes: number;
  /** Size in bytes of each function's code by name, those of one name one after the other; empty for a stripped file. */
  readonly functions: ReadonlyMap<string, string>;
  /** As the compiler names itself, e.g. `go1.26.8` or `Debian clang version 19.1.7`; null where it does not. */
  readonly compiler: string | null;
}

/** @throws UsageError when it cannot be read, or is no program for 64 bit machines */
export function readBuilt(file: string): BuiltFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`);
  }
  const sections = sectionsOf(bytes, file);
  const contentOf = (name: string) => sections.find((section) => section.name === name)?.content ?? null;
  return {
    bytes: bytes.length,
    codeBytes: sections.reduce((sum, { isCode, content }) => sum + (isCode ? content.length : 0), 0),
    functions: functionsOf(sections),
    compiler: goVersion(contentOf('.go.buildinfo')) ?? compilerIn(contentOf('.comment')),
  };
}

/**
 * Functions of one build whose code is of another size in the other, or is not there. Sizes, not bytes: code also differs in
 * the addresses of what lies behind it, which move with every text the linker puts in, such as the build's own settings.
 */
export function differingFunctions(one: BuiltFile, other: BuiltFile): number {
  let differing = 0;
  for (const [name, sizes] of one.functions) if (other.functions.get(name) !== sizes) differing++;
  for (const name of other.functions.keys()) if (!one.functions.has(name)) differing++;
  return differing;
}

interface Section {
  readonly name: string;
  readonly type: number;
  readonly isCode: boolean;
  /** Number of the section that holds the names of a symbol table. */
  readonly link: number;
  readonly content: Buffer;
}

function functionsOf(sections: readonly Section[]): Map<string, string> {
  const functions = new Map<string, string>();
  const table = sections.find(({ type }) => type === symbolTable);
  const names = sections[table?.link ?? 0]?.content;
  if (table === undefined || names === undefined) return functions;
  const { content } = table;
  for (let at = 0; at + symbolSize <= content.length; at += symbolSize) {
    if (((content[at + 4] as number) & 0xf) !== functionType) continue;
    const size = content.readBigUInt64LE(at + 16);
    if (size === 0n) continue;
    const name = textAt(names, content.readUInt32LE(at));
    const known = functions.get(name);
    functions.set(name, known === undefined ? `${size}` : `${known} ${size}`);
  }
  return functions;
}

function sectionsOf(bytes: Buffer, file: string): Section[] {
  if (bytes.length < 64 || bytes.readUInt32LE(0) !== elfMagic || bytes.readUInt16BE(4) !== wordForm) {
    throw new UsageError(`${file} is no program for 64 bit machines (ELF)`);
  }
  const table = Number(bytes.readBigUInt64LE(40));
  const [count, namesAt] = [bytes.readUInt16LE(60), bytes.readUInt16LE(62)];
  const rows = Array.from({ length: count }, (_, index) => {
    const at = table + index * sectionSize;
    if (at + sectionSize > bytes.length) throw new UsageError(`${file} is cut off: its sections are missing`);
    const offset = Number(bytes.readBigUInt64LE(at + 24));
    const type = bytes.readUInt32LE(at + 4);
    const size = type === noBits ? 0 : Number(bytes.readBigUInt64LE(at + 32));
    return {
      nameOffset: bytes.readUInt32LE(at),
      type,
      link: bytes.readUInt32LE(at + 40),
      isCode: (bytes.readBigUInt64LE(at + 8) & executable) !== 0n,
      content: bytes.subarray(offset, offset + size),
    };
  });
  const names = rows[namesAt]?.content ?? Buffer.alloc(0);
  return rows.map(({ nameOffset, ...row }) => ({ name: textAt(names, nameOffset), ...row }));
}

function textAt(bytes: Buffer, offset: number): string {
  const end = bytes.indexOf(0, offset);
  return bytes.toString('latin1', offset, end < 0 ? bytes.length : end);
}

/** Compilers and linkers leave their names there; the compiler is what is no linker. */
function compilerIn(comment: Buffer | null): string | null {
  if (comment === null) return null;
  const said = comment
    .toString('latin1')
    .split('\0')
    .filter((text) => text !== '' && !/^Linker:/.test(text));
  // Files of the C library, made by another compiler, are linked in: clang and rustc are none of theirs.
  return said.find((text) => /clang|rustc/.test(text)) ?? said[0] ?? null;
}

const goMagic = '\xff Go buildinf:';
const goTextAt = 32;

/** Of Go's own information, as it is written since 1.18 (debug/buildinfo), the first text. */
function goVersion(section: Buffer | null): string | null {
  if (section === null || section.toString('latin1', 0, goMagic.length) !== goMagic) return null;
  const hasTexts = ((section[15] as number) & 2) !== 0;
  if (!hasTexts) return null;
  return textBehindLength(section, goTextAt);
}

/** A length of seven bits a byte, the lowest first, and as many bytes of text. */
function textBehindLength(bytes: Buffer, at: number): string {
  let length = 0;
  let next = at;
  for (let shift = 0; next < bytes.length; shift += 7) {
    const byte = bytes[next++] as number;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return bytes.toString('latin1', next, next + length);
}
