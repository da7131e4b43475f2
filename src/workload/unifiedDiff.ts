/** Hunks of a `git diff --unified=0`, file by file. */
import { indentation, isTelling } from './headers.js';

export interface ReadHunk {
  readonly base: LineRange;
  readonly head: LineRange;
  /** Indentation of the first line that tells what it lies in, and the line of head it is or was put before. */
  readonly columns: number;
  readonly before: number;
}

export interface Section {
  isBinary: boolean;
  readonly hunks: ReadHunk[];
  /** Where only empty lines came or went. */
  readonly blanks: Pick<ReadHunk, 'base' | 'head'>[];
}

/** One section a file. A changed line begins with its sign, so that none is taken for a heading. */
export function sectionsOf(diff: string): Section[] {
  const sections: Section[] = [];
  let section: Section = { isBinary: false, hunks: [], blanks: [] };
  const lines = diff.split('\n');
  for (const [at, line] of lines.entries()) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (line.startsWith('diff --git ')) {
      section = { isBinary: false, hunks: [], blanks: [] };
      sections.push(section);
    } else if (line.startsWith('Binary files ')) {
      section.isBinary = true;
    } else if (hunk) {
      const [base, head] = [lineRange(hunk[1], hunk[2]), lineRange(hunk[3], hunk[4])];
      const read = readHunk(base, head, lines, at + 1);
      if (read === null) section.blanks.push({ base, head });
      else section.hunks.push(read);
    }
  }
  return sections;
}

type LineRange = [first: number, count: number];

function lineRange(first = '0', count = '1'): LineRange {
  return [Number(first), Number(count)];
}

/** @returns null when only empty lines came or went */
function readHunk(
  base: LineRange,
  head: LineRange,
  lines: readonly string[],
  first: number,
): ReadHunk | null {
  let end = first;
  while (/^[-+\\]/.test(lines[end] ?? '')) end++;
  const changed = lines.slice(first, end);
  const of = (sign: string) => changed.filter((line) => line.startsWith(sign)).map((line) => line.slice(1));
  const [added, removed] = [of('+'), of('-')];
  if (![...added, ...removed].some((line) => indentation(line) !== null)) return null;
  const columnsOf = (line: string | undefined): number => (line === undefined ? 0 : (indentation(line) ?? 0));
  const index = added.findIndex(isTelling);
  if (index >= 0) return { base, head, columns: columnsOf(added[index]), before: head[0] + index };
  // Nothing was added that tells: what was removed stood there. Of no lines git names the one before.
  const before = head[1] === 0 ? head[0] + 1 : head[0];
  return { base, head, columns: columnsOf(removed.find(isTelling)), before };
}
