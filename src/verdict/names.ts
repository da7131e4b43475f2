/** Names in sentences: they come from the measured program. */
import { place } from '../text/format.js';
import { unseenClass } from '../text/unseen.js';

/** Not longer than a reader reads. */
const longestName = 160;
const unseen = new RegExp(`${unseenClass}+`, 'gu');

/** `tokenize (src/tokenize.js:12)`. */
export function shownName(row: {
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
}): string {
  const where = place(row.file, row.line);
  const name = oneLine(row.name);
  return where === '' ? name : `${name} (${oneLine(where)})`;
}

/** A text without control characters, cut. */
export function oneLine(text: string): string {
  const printable = text.replace(unseen, ' ');
  return printable.length > longestName ? `${printable.slice(0, longestName)}…` : printable;
}
