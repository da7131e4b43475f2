/** How a program is started, and what is added to that. */
import { removePerfMaps } from '../perfMaps.js';
import { type ProcessOptions, shellWords, startProcess } from '../process.js';
import { unlessAborted, within } from '../waiting.js';
import { assigns } from './commandLine.js';
import type { Detected } from './detection.js';

/** A start that is looked at. */
export interface Start extends Detected {
  readonly command: string;
  /** Folder it is started in, and the environment it sees. */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** What a runtime makes of it. */
export interface SetUp {
  /** The command with what was put into it; absent: as it is. */
  readonly command?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What was added, for people: `NODE_OPTIONS: --perf-basic-prof`. */
  readonly added: readonly string[];
  /** Why something was not: what it is, what follows, what mends it. */
  readonly note?: string;
}

export const nothingAdded: SetUp = { added: [] };

/** A runtime that does not answer in this time is none. */
const askSeconds = 20;

/** What a program prints that is started by a shell in the place of another; null where it fails. */
export async function ask(
  command: string,
  { cwd, environment, signal }: Pick<Start, 'cwd' | 'environment' | 'signal'>,
): Promise<string | null> {
  const began = Date.now();
  const options: ProcessOptions = { words: shellWords(`exec ${command}`), cwd, environment };
  const running = await startProcess(options);
  try {
    const overdue = new Error('no answer');
    const exit = await unlessAborted(
      within(askSeconds, running.exited, overdue).catch(() => null),
      signal,
    );
    return exit?.code === 0 ? running.stdout : null;
  } finally {
    await running.stop(0);
    removePerfMaps([running.pid], began);
  }
}

/** Whether words are in the command, or in one of the variables by which the runtime takes them. */
export function hasWord(
  { command, environment }: Start,
  variables: readonly string[],
  wanted: RegExp,
): boolean {
  return [command, ...variables.map((name) => environment[name] ?? '')].some((text) => wanted.test(text));
}

/**
 * Adds words to a variable, behind what the user has there; where the command sets the variable itself, behind the
 * program's name.
 * @returns null where neither can be done
 */
export function addWords(start: Start, variable: string, words: readonly string[]): SetUp | null {
  const added = [`${variable}: ${words.join(' ')}`];
  if (!assigns(start.command, variable)) {
    const before = start.environment[variable]?.trim() ?? '';
    return { environment: { [variable]: [before, ...words].join(' ').trim() }, added };
  }
  return addToCommand(start, words);
}

/** Puts words behind the program's name. @returns null where the program is not the runtime itself */
export function addToCommand({ command, program, isItself }: Start, words: readonly string[]): SetUp | null {
  if (program === null || !isItself) return null;
  const { end, name } = program;
  return {
    command: `${command.slice(0, end)} ${words.join(' ')}${command.slice(end)}`,
    added: [`${name} ${words.join(' ')}`],
  };
}
