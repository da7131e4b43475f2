/** Pieces of Markdown: tables, lists, the verdict's sentence, links. */
import { code, inline, prose } from '../escape/markdown.js';
import type { Phrase } from '../phrase.js';

/** The verdict's sentence; it begins with its word, so the rest stands within a line. */
export function phraseText(segments: Phrase): string {
  return segments
    .map(({ kind, text }) => {
      if (kind === 'code') return code(text);
      return kind === 'strong' ? `**${inline(text)}**` : inline(text);
    })
    .join('');
}

/** A list of foreign sentences; what is beyond the limit is counted. */
export function bullets(messages: readonly string[], limit: number): string {
  const lines = messages.slice(0, limit).map((message) => `- ${prose(message)}`);
  const left = messages.length - lines.length;
  if (left > 0 && limit > 0) lines.push(`- … ${left} more in the report`);
  return lines.join('\n');
}

/** @param left so many columns stand to the left, the others to the right */
export function tableText(
  head: readonly string[],
  left: number,
  rows: readonly (readonly string[])[],
): string {
  const rule = head.map((_, index) => (index < left ? '---' : '--:'));
  return [head, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** Blocks with an empty line between them; those that are empty are left out. */
export function joined(blocks: readonly string[]): string {
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** Characters that could end the link's target, or the table or line it stands in, are percent-encoded. */
export function linkTarget(link: string): string {
  return link.replace(/[^!#-'*-;=?-[\]_a-z~]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}
