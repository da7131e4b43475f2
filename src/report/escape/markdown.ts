/**
 * Foreign text inside GitHub's Markdown. Numeric entities never make structure, but mentions, issue references, links and
 * emoji (`detector::fire::tick`) are found after entities are resolved; an empty comment between their characters keeps those apart.
 */
import { shown } from './visible.js';

const structure = /[\\`*_{}[\]<>|~&$^]/;
const reference = /[@#]|:(?=\/\/|[\w+-]+:)|\b(?:www|gh-)(?=[.\d])/i;
const dangerous = new RegExp(`${structure.source}|${reference.source}`, 'gi');

/** Text within a line: nothing in it formats, links, mentions or breaks a table row. */
export function inline(text: string, length = 2000): string {
  return shown(text, length).replace(dangerous, (found) =>
    structure.test(found) ? entity(found) : `${found}<!-- -->`,
  );
}

/** Text that begins a line: not a heading, list or rule either. */
export function prose(text: string, length = 2000): string {
  return inline(text, length).replace(
    /^(\s*)([-+=]|\d+[.)](?=\s|$))/,
    (_, space: string, sign: string) => space + [...sign].map(entity).join(''),
  );
}

/** A name as code. Plain names are written as a code span; others as `<code>` made of entities, safe in tables too. */
export function code(text: string, length = 120): string {
  const name = shown(text, length);
  if (name !== '' && !/[`|\\]|^\s|\s$/.test(name)) return `\`${name}\``;
  return `<code>${name.replace(/[^A-Za-z0-9 ]/gu, entity)}</code>`;
}

function entity(character: string): string {
  return `&#${character.codePointAt(0)};`;
}
