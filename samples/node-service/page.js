/** The answer as HTML: a snippet around the densest matches, with the matches marked. */
import { tokenize } from './tokenizer.js';

const SNIPPET_WORDS = 24;

/** @param {{ document: { title: string, text: string }, score: number, words: string[] }[]} hits */
export function renderPage(query, hits) {
  const items = hits.map((hit) => renderHit(hit)).join('');
  return `<!doctype html><title>${escapeHtml(query)}</title><ol>${items}</ol>\n`;
}

function renderHit({ document, score, words }) {
  const tokens = tokenize(document.text);
  const first = densestWindow(tokens, new Set(words));
  const snippet = markMatches(document.text, tokens.slice(first, first + SNIPPET_WORDS), new Set(words));
  return `<li value="${score.toFixed(3)}"><b>${escapeHtml(document.title)}</b><p>${snippet}</p></li>`;
}

/** Index of the first token of the window with the most matches. */
function densestWindow(tokens, wanted) {
  const matches = new Uint8Array(tokens.length);
  for (let index = 0; index < tokens.length; index++) matches[index] = wanted.has(tokens[index].word) ? 1 : 0;
  let best = 0;
  let bestCount = -1;
  let count = 0;
  for (let index = 0; index < tokens.length; index++) {
    count += matches[index];
    if (index >= SNIPPET_WORDS) count -= matches[index - SNIPPET_WORDS];
    if (count > bestCount) {
      bestCount = count;
      best = Math.max(0, index - SNIPPET_WORDS + 1);
    }
  }
  return best;
}

function markMatches(text, tokens, wanted) {
  let html = '';
  let written = tokens[0]?.start ?? 0;
  for (const { word, start, end } of tokens) {
    if (!wanted.has(word)) continue;
    html += `${escapeHtml(text.slice(written, start))}<mark>${escapeHtml(text.slice(start, end))}</mark>`;
    written = end;
  }
  return html + escapeHtml(text.slice(written, tokens.at(-1)?.end ?? written));
}

function escapeHtml(text) {
  let html = '';
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 38) html += '&amp;';
    else if (code === 60) html += '&lt;';
    else if (code === 62) html += '&gt;';
    else if (code === 34) html += '&quot;';
    else html += text[index];
  }
  return html;
}
