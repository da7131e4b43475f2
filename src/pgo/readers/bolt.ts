/** Reads BOLT's profile of plain samples: see ../bolt.ts. */
import { type Body, bodyOf, positionOf, type SourceProfile } from '../sourceProfile.js';
import { linesOf } from './text.js';

const what = 'profile of plain samples for BOLT';

/**
 * @returns functions by the names BOLT has for them, still escaped; positions are offsets in bytes
 * @throws Error naming the line that is wrong
 */
export function readBolt(bytes: Uint8Array): SourceProfile {
  const [heading, ...lines] = linesOf(bytes, what);
  if (heading === undefined) return new Map();
  const [, event] = /^no_lbr(?: (.*))?$/.exec(heading) ?? [];
  if (!heading.startsWith('no_lbr')) throw new Error(`no ${what}: its first line is not no_lbr`);
  if (!event?.includes('cycles')) {
    throw new Error(
      `BOLT would take the samples of this profile for executions: its first line is not no_lbr cycles`,
    );
  }
  const profile = new Map<string, Body>();
  for (const [index, line] of lines.entries()) {
    const [, name, offset, samples] =
      /^1 ((?:[^ \\\p{Cc}]|\\[^\p{Cc}])+) ([0-9a-f]+) (\d+)$/u.exec(line) ?? [];
    if (name === undefined) throw new Error(`no ${what}: line ${index + 2} is no 1 SYMBOL OFFSET COUNT`);
    const body = bodyOf(profile, name);
    body.total += Number(samples);
    positionOf(body, Number.parseInt(offset as string, 16)).count += Number(samples);
  }
  return profile;
}
