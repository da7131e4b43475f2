/** Node.js: V8 writes a map of the code it generates, and gives each interpreted function code of its own. */
import { addToCommand, addWords, ask, hasWord, nothingAdded, type SetUp, type Start } from './start.js';

const flags = [
  // With --perf-prof, V8 describes its code in another file already.
  { words: '--perf-basic-prof', known: /--(perf[-_]basic[-_]prof|perf[-_]prof)\b/ },
  {
    words: '--interpreted-frames-native-stack',
    known: /--interpreted[-_]frames[-_]native[-_]stack\b/,
  },
];
const variable = 'NODE_OPTIONS';

/** @throws the signal's reason when it is aborted */
export async function setUpNode(start: Start): Promise<SetUp> {
  const words = flags.filter(({ known }) => !hasWord(start, [variable], known)).map(({ words }) => words);
  if (words.length === 0) return nothingAdded;
  const node = start.isItself && start.program !== null ? start.program.written : 'node';
  const script = `JSON.stringify(${JSON.stringify(words).replaceAll('"', "'")}.every((flag) => process.allowedNodeEnvironmentFlags.has(flag)))`;
  const allowed = await ask(`${node} -p "${script}"`, start);
  if (allowed === null) {
    return {
      added: [],
      note: `${node} could not be asked which flags it takes, so none was added: start it with ${words.join(' ')}`,
    };
  }
  const added = allowed.trim() === 'true' ? addWords(start, variable, words) : addToCommand(start, words);
  if (added !== null) return added;
  const why =
    allowed.trim() === 'true' ? `the command sets ${variable} itself` : `this Node takes no such flags there`;
  return {
    added: [],
    note: `nothing was added to ${variable}, since ${why}: start node with ${words.join(' ')}`,
  };
}
