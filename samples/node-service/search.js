/** An inverted index with BM25 ranking. */
import { tokenize } from './tokenizer.js';

const K1 = 1.2;
const B = 0.75;

/**
 * @param {{ title: string, text: string }[]} documents
 * @returns postings by word, and what BM25 needs to know of every document
 */
export function buildIndex(documents) {
  const postings = new Map();
  const lengths = new Float64Array(documents.length);
  documents.forEach((document, id) => {
    const tokens = tokenize(document.text);
    lengths[id] = tokens.length;
    const counts = new Map();
    for (const { word } of tokens) counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const [word, count] of counts) {
      const list = postings.get(word) ?? [];
      list.push({ id, count });
      postings.set(word, list);
    }
  });
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / documents.length;
  return { documents, postings, lengths, meanLength };
}

/**
 * The best documents for a query, each with its score and the words that matched.
 * @param suggest says what a word that no document has may have meant
 */
export function search(index, query, limit, suggest) {
  const asked = [...new Set(tokenize(query).map((token) => token.word))];
  const words = asked.map((word) => (index.postings.has(word) ? word : (suggest(word) ?? word)));
  const scores = new Float64Array(index.documents.length);
  for (const word of words) addScores(index, word, scores);
  return selectBest(scores, limit).map((id) => ({ document: index.documents[id], score: scores[id], words }));
}

function addScores(index, word, scores) {
  const list = index.postings.get(word);
  if (!list) return;
  const rarity = Math.log(1 + (index.documents.length - list.length + 0.5) / (list.length + 0.5));
  for (const { id, count } of list) {
    const norm = 1 - B + (B * index.lengths[id]) / index.meanLength;
    scores[id] += (rarity * count * (K1 + 1)) / (count + K1 * norm);
  }
}

/** Ids of the `limit` highest scores above 0, best first: one pass with a small sorted list. */
function selectBest(scores, limit) {
  const best = [];
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id];
    if (score <= 0 || (best.length === limit && score <= scores[best[limit - 1]])) continue;
    let place = Math.min(best.length, limit - 1);
    while (place > 0 && scores[best[place - 1]] < score) {
      best[place] = best[place - 1];
      place--;
    }
    best[place] = id;
  }
  return best;
}
