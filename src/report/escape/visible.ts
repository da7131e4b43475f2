/**
 * Names come from the measured program: anything may stand in them. Every renderer passes foreign text through here
 * first, so that it can neither steer a terminal, nor reorder a line, nor hide.
 */

import { unseenClass } from '../../text/unseen.js';

// The last two code points of the plane are no characters, and XML does not allow them.
const unseen = new RegExp(`${unseenClass}|[\\ufffe\\uffff]`, 'gu');
const stackedMarks = /(\p{M}{3})\p{M}+/gu;

/** One line of text in which nothing is invisible: white space becomes a space, other unseen characters `\u{202e}`. */
export function visible(text: string): string {
  return text
    .replace(/[\t\n\r]+/g, ' ')
    .replace(unseen, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .replace(stackedMarks, '$1');
}

/** Several lines in which nothing else is invisible, such as an error that quotes what it found. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** Shortens to at most `length` characters; the middle goes, because a name's two ends tell most. */
export function clip(text: string, length: number): string {
  // Cut far-too-long text before it is split into code points; every code point is at most two units.
  const bounded = text.length > 4 * length ? `${text.slice(0, 2 * length)}${text.slice(-2 * length)}` : text;
  const characters = [...bounded];
  if (characters.length <= length && bounded === text) return text;
  const tail = Math.floor((length - 1) / 3);
  const start = characters.slice(0, Math.max(0, length - 1 - tail)).join('');
  return `${start}…${tail > 0 ? characters.slice(-tail).join('') : ''}`;
}

/** Foreign text, visible and bounded. */
export function shown(text: string, length: number): string {
  return clip(visible(clip(text, length)), length);
}
