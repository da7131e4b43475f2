/**
 * LLVM's sample profile as text (llvm/ProfileData/SampleProfReader.h), for clang and rustc:
 *
 *     NAME:TOTAL:HEAD
 *      OFFSET[.DISCRIMINATOR]: COUNT [TARGET:COUNT ...]
 *      OFFSET[.DISCRIMINATOR]: INLINED:TOTAL
 *       ...
 */
import {
  type Body,
  type Dialect,
  discriminatorOf,
  lineOf,
  type Position,
  type SampledBinary,
  sorted,
  sourceProfile,
} from './sourceProfile.js';

/** Marks of copies that the optimiser makes; `.__uniq.N` is part of a name. */
const copyMarks = /(?:\.(?:llvm|part|cold|isra|constprop)(?:\.\d+)*)+$/;

/** As LLVM names functions in profiles. */
export const llvmDialect: Dialect = {
  name: (linkageName) => linkageName.replace(copyMarks, '') || linkageName,
  // Three components, each an odd number of no value or an even one that carries it (DebugInfoMetadata.h): the base
  // discriminator, the duplication factor, and a copy's number, which is of no use here.
  discriminator(written) {
    const base = component(written);
    const copies = component(behind(written));
    return { base, copies: copies === 0 ? 1 : copies };
  },
};

function component(written: number): number {
  if (written & 1) return 0;
  const value = written >>> 1;
  return value & 0x20 ? ((value >>> 1) & 0xfe0) | (value & 0x1f) : value & 0x1f;
}

/** What follows the first component: after one bit where it has no value, else after seven or fourteen. */
function behind(written: number): number {
  if (written & 1) return written >>> 1;
  return written >>> (written & 0x40 ? 14 : 7);
}

/** @returns the profile's text; the same samples give the same bytes */
export function llvmProfile(binaries: readonly SampledBinary[]): Uint8Array {
  const lines: string[] = [];
  for (const [name, body] of sorted(sourceProfile(binaries, llvmDialect))) {
    if (!isPlain(name)) continue;
    lines.push(`${name}:${Math.round(body.total)}:${Math.round(body.head)}`);
    addBody(lines, body, ' ');
  }
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

function addBody(lines: string[], { positions, calls }: Body, indent: string): void {
  const all = new Set([...positions.keys(), ...calls.keys()]);
  for (const position of [...all].sort((a, b) => a - b)) {
    const discriminator = discriminatorOf(position);
    const place = `${indent}${lineOf(position)}${discriminator === 0 ? '' : `.${discriminator}`}: `;
    const sampled = positions.get(position);
    if (sampled !== undefined) lines.push(`${place}${Math.round(sampled.count)}${targetsOf(sampled)}`);
    for (const [name, body] of sorted(calls.get(position) ?? new Map<string, Body>())) {
      if (!isPlain(name)) continue;
      lines.push(`${place}${name}:${Math.round(body.total)}`);
      addBody(lines, body, `${indent} `);
    }
  }
}

function targetsOf({ targets }: Position): string {
  return sorted(targets)
    .filter(([name]) => isPlain(name))
    .map(([name, count]) => ` ${name}:${Math.round(count)}`)
    .join('');
}

/** A name with anything else would end the line's meaning. */
function isPlain(name: string): boolean {
  return /^[^\s:!]+$/.test(name);
}
