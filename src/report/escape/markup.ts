/** HTML and SVG text in which whatever is not markup of ours is escaped: there is no other way to build a page here. */
import { visible } from './visible.js';

/** Text that is known to be markup. */
export class Markup {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

export type Content = Markup | string | number | null | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Builds markup from a template; interpolated strings are made visible and escaped, `null` is left out. */
export function markup(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = parts[0] ?? '';
  contents.forEach((content, index) => {
    text += inner(content) + (parts[index + 1] ?? '');
  });
  return new Markup(text);
}

/** Text of ours that is markup already, such as a style sheet. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

function inner(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return escaped(content);
  return content.map(inner).join('');
}

/** A figure keeps its per cent sign on its line: the space between them does not break. */
function escaped(text: string): string {
  return visible(text)
    .replace(/(\d) %/g, '$1\u00a0%')
    .replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
