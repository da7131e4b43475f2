/** What every command of the command line is made of. */
import type { Log } from '../jobs/log.js';
import type { TerminalOptions } from '../report/terminal.js';
import type { Result } from '../verdict/result.js';
import type { Arguments, ArgumentsDefinition } from './arguments.js';

/** Where a command runs and speaks. */
export interface Terminal extends Log {
  /** Absolute. */
  readonly cwd: string;
  /** Aborted with an InterruptedError by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** A path as the user would name it: relative where it lies below the current folder. */
  shown(path: string): string;
  /** What the command is for: standard output. */
  print(text: string): void;
  /** How standard output takes text for people. */
  readonly style: TerminalOptions;
  /** Prints a result for people, or with `asJson` for machines. */
  printResult(result: Result, asJson: boolean): void;
}

export interface Command extends ArgumentsDefinition {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What follows the command's name. */
  readonly synopsis: readonly string[];
  readonly description: string;
  readonly examples: readonly { readonly line: string; readonly meaning: string }[];
  /** @returns the exit code */
  run(given: Arguments, terminal: Terminal): Promise<number>;
}

/** The option all commands with a result have. */
export const jsonOption = {
  json: { type: 'boolean', description: 'Print the result as JSON on standard output.' },
} as const;
