/** Java: frame pointers in compiled code, and an agent that writes down what the JVM compiles and inlines. */
import { addWords, ask, hasWord, nothingAdded, type SetUp, type Start } from './start.js';

const variable = 'JAVA_TOOL_OPTIONS';
const variables = [variable, 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS'];
const framePointers = '-XX:+PreserveFramePointer';

/**
 * @param agent path of the agent
 * @throws the signal's reason when it is aborted
 */
export async function setUpJava(start: Start, agent: string): Promise<SetUp> {
  const words = [
    ...(hasWord(start, variables, /-XX:[+-]PreserveFramePointer\b/) ? [] : [framePointers]),
    // Whoever loads another one for profilers has a reason.
    ...(hasWord(start, variables, /-agentpath:\S*(profbound-java|perf-jvmti|perf-map|async[-_]?profiler)/i)
      ? []
      : [`-agentpath:${/\s/.test(agent) ? `"${agent}"` : agent}`]),
  ];
  if (words.length === 0) return nothingAdded;
  const added = addWords(start, variable, words);
  if (added === null) {
    return {
      added: [],
      note: `nothing was added to ${variable}, since the command sets it itself: start java with ${words.join(' ')}`,
    };
  }
  const refusal = await refusalOf(start, words);
  return refusal === null ? added : { added: [], note: refusal };
}

/** What a JVM that is started so says against it; null: nothing. */
async function refusalOf(start: Start, words: readonly string[]): Promise<string | null> {
  const java = javaOf(start);
  const environment = { ...start.environment };
  environment[variable] = [environment[variable] ?? '', ...words].join(' ').trim();
  if ((await ask(`${java} -version`, { ...start, environment })) !== null) return null;
  return `${java} does not start with ${words.join(' ')}, so nothing was added: compiled methods have no names`;
}

/** The JVM that a build tool would take is that of JAVA_HOME. */
function javaOf({ program, isItself, environment }: Start): string {
  if (isItself && program !== null) return program.written;
  return environment.JAVA_HOME ? '"$JAVA_HOME"/bin/java' : 'java';
}
