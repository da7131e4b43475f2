/** Documents made of invented words, with the frequencies of a natural language (Zipf). */

const syllables = [
  'ba',
  'con',
  'de',
  'fi',
  'gra',
  'hol',
  'in',
  'ka',
  'lu',
  'men',
  'no',
  'per',
  'qui',
  'ro',
  'sta',
  'ti',
  'ur',
  'ven',
];

const WORDS_A_LINE = 4;

/** A linear congruential generator: the corpus has to be the same in every process. */
function makeRandom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function makeVocabulary(random, size) {
  const words = new Set();
  while (words.size < size) {
    let word = '';
    for (let left = 1 + Math.floor(random() * 4); left > 0; left--) {
      word += syllables[Math.floor(random() * syllables.length)];
    }
    words.add(word);
  }
  return [...words];
}

/** @returns {{ title: string, text: string }[]} */
export function makeCorpus({ documents, words }) {
  const random = makeRandom(7);
  const vocabulary = makeVocabulary(random, 2000);
  // The word of rank r is drawn about 1/r as often as the first.
  const draw = () => vocabulary[Math.floor(vocabulary.length ** random()) - 1];
  const makeText = () => {
    const lines = [];
    for (let left = words; left > 0; left -= WORDS_A_LINE) {
      const line = Array.from({ length: Math.min(left, WORDS_A_LINE) }, () =>
        random() < 0.1 ? `${draw()},` : draw(),
      );
      lines.push(line.join(' '));
    }
    return `${lines.join('\n')}.`;
  };
  return Array.from({ length: documents }, (_, number) => ({
    title: `Document ${number + 1}: ${draw()} ${draw()}`,
    text: makeText(),
  }));
}

/** The words of rank 1, 2, 4, 8, … so that a load can ask for common and rare ones. */
export function sampleWords() {
  const vocabulary = makeVocabulary(makeRandom(7), 2000);
  return Array.from({ length: 10 }, (_, power) => vocabulary[2 ** power - 1]);
}
