/** Splits text into words: the part of the service that reads every character. */

const APOSTROPHE = 39;
const HYPHEN = 45;
const TYPOGRAPHIC_APOSTROPHE = 0x2019;
const LINE_SEPARATOR = 0x2028;
const PARAGRAPH_SEPARATOR = 0x2029;

/**
 * Words of a text, lower-cased and without accents, with where they stand.
 *
 * A word is a run of letters and digits; an apostrophe or hyphen inside a word belongs to it, at its ends it does not.
 * @param {string} text
 * @returns {{ word: string, start: number, end: number, line: number }[]}
 */
export function tokenize(text) {
  const tokens = [];
  const length = text.length;
  let line = 1;
  let start = -1;
  let end = -1;
  // Most words are plain already; only the others pay for folding.
  let isPlain = true;
  for (let position = 0; position <= length; position++) {
    const code = position < length ? text.charCodeAt(position) : 32;
    if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57)) {
      if (start < 0) start = position;
      end = position + 1;
      continue;
    }
    if (
      (code >= 65 && code <= 90) ||
      (code >= 0xc0 && code <= 0x24f && code !== 0xd7 && code !== 0xf7) ||
      (code >= 0x370 && code <= 0x52f)
    ) {
      if (start < 0) start = position;
      end = position + 1;
      isPlain = false;
      continue;
    }
    if (start >= 0) {
      const isJoint = code === APOSTROPHE || code === HYPHEN || code === TYPOGRAPHIC_APOSTROPHE;
      const next =
        isJoint && end === position && position + 1 < length ? text.charCodeAt(position + 1) | 32 : 0;
      if (
        (next >= 97 && next <= 122) ||
        (next >= 0xe0 && next <= 0x24f) ||
        (next >= 0x370 && next <= 0x52f)
      ) {
        continue;
      }
      const written = text.slice(start, end);
      tokens.push({ word: isPlain ? written : fold(written), start, end, line });
      start = -1;
      end = -1;
      isPlain = true;
    }
    if (code === 10 || code === 12 || code === LINE_SEPARATOR || code === PARAGRAPH_SEPARATOR) {
      line++;
    } else if (code === 13) {
      // A carriage return ends a line, together with a line feed that follows it.
      line++;
      if (position + 1 < length && text.charCodeAt(position + 1) === 10) position++;
    }
  }
  return tokens;
}

function fold(word) {
  return word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
