/** Reads LLVM's sample profile as text: see ../llvm.ts. */
import { type Body, bodyOf, callsOf, positionAt, positionOf, type SourceProfile } from '../sourceProfile.js';
import { linesOf } from './text.js';

const what = "profile in LLVM's text format";
/** Inlined calls within one another that LLVM would still read. */
const deepest = 128;

/**
 * @returns empty when there is nothing in it
 * @throws Error naming the line that is wrong
 */
export function readLlvm(bytes: Uint8Array): SourceProfile {
  const profile = new Map<string, Body>();
  /** The bodies that lines are within, outermost first. */
  const open: Body[] = [];
  for (const [index, line] of linesOf(bytes, what).entries()) {
    try {
      readLine(line, profile, open);
    } catch (error) {
      throw new Error(`no ${what}: line ${index + 1} ${(error as Error).message}`);
    }
  }
  return profile;
}

function readLine(line: string, profile: Map<string, Body>, open: Body[]): void {
  const [indent] = /^ */.exec(line) as unknown as [string];
  const text = line.slice(indent.length);
  if (text === '') return;
  if (indent === '') {
    const [, name, total, head] = /^(\S+):(\d+):(\d+)$/.exec(text) ?? [];
    if (name === undefined) throw new Error('is no function, NAME:TOTAL:HEAD');
    const body = bodyOf(profile, name);
    body.total += Number(total);
    body.head += Number(head);
    open.splice(0, open.length, body);
    return;
  }
  const body = open[indent.length - 1];
  if (body === undefined) throw new Error('is indented deeper than what it could be within');
  // Checksums and attributes, which say nothing about samples.
  if (text.startsWith('!')) return;
  const [, offset, discriminator, rest] = /^(\d+)(?:\.(\d+))?: (.+)$/.exec(text) ?? [];
  if (rest === undefined)
    throw new Error('is neither samples nor an inlined call, OFFSET: COUNT or OFFSET: NAME:TOTAL');
  const position = positionAt(Number(offset), Number(discriminator ?? 0));
  const [, inlined, total] = /^(\S*[^\s\d]\S*):(\d+)$/.exec(rest) ?? [];
  if (inlined !== undefined) {
    if (indent.length >= deepest) throw new Error(`is within more than ${deepest} inlined calls`);
    const nested = bodyOf(callsOf(body, position), inlined);
    nested.total += Number(total);
    open.splice(indent.length, open.length, nested);
    return;
  }
  const [count, ...targets] = rest.split(' ');
  if (!/^\d+$/.test(count as string)) throw new Error(`counts ${count}`);
  const sampled = positionOf(body, position);
  sampled.count += Number(count);
  for (const target of targets) {
    const [, name, calls] = /^(\S+):(\d+)$/.exec(target) ?? [];
    if (name === undefined) throw new Error(`calls ${target}, which is no NAME:COUNT`);
    sampled.targets.set(name, (sampled.targets.get(name) ?? 0) + Number(calls));
  }
}
