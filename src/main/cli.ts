#!/usr/bin/env node
/** The command line. */
import { UsageError } from '../errors.js';
import { suggest } from '../text/suggest.js';
import { tool } from '../version.js';
import { parseArguments } from './arguments.js';
import type { Command, Terminal } from './command.js';
import { calibrate } from './commands/calibrate.js';
import { capture } from './commands/capture.js';
import { diff } from './commands/diff.js';
import { doctor } from './commands/doctor.js';
import { gate } from './commands/gate.js';
import { merge } from './commands/merge.js';
import { pgo } from './commands/pgo.js';
import { report } from './commands/report.js';
import { commandHelp, generalHelp } from './help.js';
import { explain, openTerminal } from './terminal.js';

const commands: readonly Command[] = [gate, capture, diff, report, merge, calibrate, pgo, doctor];

/** @returns the exit code */
async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  const [first, ...others] = words;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    terminal.print(generalHelp(commands, tool.version));
    return first === undefined ? 3 : 0;
  }
  if (first === '--version') {
    terminal.print(`profbound ${tool.version}\n`);
    return 0;
  }
  const command = commands.find(({ name }) => name === first);
  if (!command) throw new UsageError(unknownCommand(first));
  const end = others.indexOf('--');
  if (others.slice(0, end < 0 ? undefined : end).some((word) => word === '--help' || word === '-h')) {
    terminal.print(commandHelp(command));
    return 0;
  }
  return command.run(parseArguments(others, command), terminal);
}

function unknownCommand(typed: string): string {
  const names = commands.map(({ name }) => name);
  const meant = suggest(typed, names);
  const what = typed.startsWith('-') ? 'option' : 'command';
  return `unknown ${what} ${typed}${meant ? `; did you mean ${meant}?` : `; the commands are ${names.join(', ')}`}`;
}

// The exit code is set, not forced: what was written to a pipe must still get through it.
try {
  process.exitCode = await main(process.argv.slice(2), openTerminal());
} catch (error) {
  process.exitCode = explain(error);
}
