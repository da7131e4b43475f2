/**
 * BOLT's profile of plain samples (bolt/Profile/DataReader.cpp): `1 SYMBOL OFFSET COUNT` a line, the offset in
 * hexadecimal. BOLT cannot tell that such a profile is another binary's: whoever calls this has compared build ids.
 */
import type { CodeSymbol } from './annotation.js';
import { elsewhere } from './samples.js';
import type { SampledBinary } from './sourceProfile.js';

/** `cycles` has BOLT take a block's samples for time, and divide them by the block's length. */
const heading = 'no_lbr cycles';

/** @returns the profile's text, counts in samples of average weight; the same samples give the same bytes */
export function boltProfile({ samples, annotation }: SampledBinary): Uint8Array {
  const average = samples.weight / samples.samples;
  const weights = new Map<string, number>();
  for (const { addresses, weight } of samples.stacks) {
    const location = annotation.locations.get(addresses[0] ?? elsewhere);
    if (location === undefined || location.symbol.binding === 'label') continue;
    // A name with a line end would be read as a line of its own.
    if (/\p{Cc}/u.test(location.symbol.name)) continue;
    const offset = location.address - location.symbol.address;
    const place = `1 ${nameOf(location.symbol)} ${offset.toString(16)}`;
    weights.set(place, (weights.get(place) ?? 0) + weight);
  }
  const lines = [...weights].map(
    ([place, weight]) => `${place} ${Math.max(1, Math.round(weight / average))}`,
  );
  return Buffer.from(`${[heading, ...lines.sort()].join('\n')}\n`);
}

/** Whether llvm-bolt made one program of the other: it keeps the build id but for the last bit, which it flips. */
export function isMadeOf(buildId: string, original: string): boolean {
  const last = Number.parseInt(original.slice(-1), 16);
  return buildId === `${original.slice(0, -1)}${(last ^ 1).toString(16)}`;
}

/** As BOLT names it: locals by number, entries of the PLT in its own spelling; blanks and backslashes escaped. */
export function nameOf({ name, ordinal }: Pick<CodeSymbol, 'name' | 'ordinal'>): string {
  const numbered = ordinal > 0 && !name.endsWith('@plt') ? `${name}/${ordinal}` : name;
  return numbered.replace(/@plt$/, '@PLT').replace(/[\\ ]/g, '\\$&');
}
