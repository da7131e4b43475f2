/** What a line of source lies in, by indentation: works for every language that people indent. */

/** First and last line of a header, from 1. */
export type Header = readonly [number, number];

const tabColumns = 8;
/** A header of more lines than this is none. */
const longestHeader = 30;
/** Comments, preprocessor, labels: they stand at the left whatever they are in. */
const outdented = /^\s*(?:#|\/\/|\/\*|\*|[A-Za-z_]\w*:\s*$)/;
/** Ends of statements and blocks: what follows is no part of them. */
const ended = /[;{}]\s*(?:\/\/.*|\/\*.*)?$/;
const opening = /[{=]\s*(?:\/\/.*|\/\*.*)?$/;
const closing = /^\s*[)\]}]+[;,]?\s*$/;

/** Where functions begin for a profile: where they are declared, or, as the JVM's line tables have it, at their first statement. */
export type Beginning = 'declaration' | 'statement';

/** Headers of what has no statements of its own. */
const typeHeader = /\b(?:class|interface|enum|record|object|trait|namespace)\b/;

/** Columns of white space in front; null for a line of white space. */
export function indentation(line: string): number | null {
  let columns = 0;
  for (const character of line) {
    if (character === ' ') columns++;
    else if (character === '\t') columns += tabColumns - (columns % tabColumns);
    else return character === '\r' ? null : columns;
  }
  return null;
}

/** Whether a line's indentation tells what it lies in. */
export function isTelling(line: string): boolean {
  return indentation(line) !== null && !outdented.test(line) && !closing.test(line);
}

/** A source file, ready to be asked what its lines lie in. */
export class Outline {
  /** Indentation line by line; null for those that say nothing. */
  readonly #columns: readonly (number | null)[];

  /** @param beginning by which headers are told: those of functions reach to their first statement, where profiles have that */
  constructor(
    readonly lines: readonly string[],
    private readonly beginning: Beginning = 'declaration',
  ) {
    this.#columns = lines.map((line) => (outdented.test(line) ? null : indentation(line)));
  }

  /**
   * Headers of all that a line lies in, innermost first: the nearest line before it that is indented less, the nearest
   * before that which is indented still less, and so on.
   * @param before  the line after those that are looked at, from 1
   * @param columns how far the line itself is indented
   * @param most    headers wanted
   */
  headersOf(before: number, columns: number, most: number): Header[] {
    const found: Header[] = [];
    let least = columns;
    for (let line = Math.min(before - 1, this.lines.length); line > 0 && least > 0; line--) {
      const own = this.#columns[line - 1] ?? null;
      if (own === null || own >= least) continue;
      least = own;
      found.push([this.#firstOf(line), this.#lastOf(line)]);
      if (found.length === most) break;
    }
    return found;
  }

  /** First line of a header of several: a brace or a bracket alone closes what began further up; so do decorators. */
  #firstOf(last: number): number {
    let first = last;
    const isRest = /^\s*[{)\]]/.test(this.#line(last));
    while (isRest && last - first < longestHeader) {
      const above = this.#line(first - 1);
      if (above.trim() === '' || ended.test(above) || outdented.test(above)) break;
      first--;
    }
    while (first > 1 && /^\s*@/.test(this.#line(first - 1))) first--;
    return first;
  }

  /** Last line of a header that ends in this one, with the first statement behind it where that is part of it. */
  #lastOf(line: number): number {
    if (this.beginning === 'declaration' || typeHeader.test(this.#line(line))) return line;
    let isOpen = opening.test(this.#line(line));
    for (let next = line + 1; next <= Math.min(line + longestHeader, this.lines.length); next++) {
      if (isOpen && this.#columns[next - 1] !== null) return next;
      isOpen ||= opening.test(this.#line(next));
    }
    return line;
  }

  #line(number: number): string {
    return this.lines[number - 1] ?? '';
  }
}
