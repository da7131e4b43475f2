/** Text by terminal columns: wide characters take two, combining marks none. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;

/** Columns a text takes. */
export function columns(text: string): number {
  let total = 0;
  for (const character of text) total += /\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return total;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - columns(text))) + text;
}

/** Shortens in the middle until the text takes at most `width` columns. */
export function shorten(text: string, width: number): string {
  if (columns(text) <= width) return text;
  const characters = [...text];
  const tail = Math.floor((width - 1) / 3);
  let end = characters.length;
  let taken = 0;
  for (let next = columns(characters[end - 1] ?? ''); end > 0 && taken + next <= tail; ) {
    taken += next;
    end--;
    next = columns(characters[end - 1] ?? '');
  }
  let start = 0;
  for (let next = columns(characters[0] ?? ''); start < end && taken + next <= width - 1; ) {
    taken += next;
    start++;
    next = columns(characters[start] ?? '');
  }
  return `${characters.slice(0, start).join('')}…${characters.slice(end).join('')}`;
}

/**
 * Breaks at spaces, but not inside a figure such as `+2.0 % … +4.4 %`. The first line starts with `first`, the others with
 * `indent`; a word longer than a line stands alone on one.
 */
export function wrap(text: string, width: number, first = '', indent = first): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/(?<!…) (?![%…])/)) {
    const longer = empty ? line + word : `${line} ${word}`;
    if (!empty && columns(longer) > width) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
    empty = false;
  }
  return [...lines, line];
}
