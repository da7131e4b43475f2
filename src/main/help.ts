/** The texts of --help. */
import type { OptionDefinition } from './arguments.js';
import type { Command } from './command.js';

const width = 100;

/** The list of commands. */
export function generalHelp(commands: readonly Command[], version: string): string {
  const longest = Math.max(...commands.map(({ name }) => name.length));
  return `profbound ${version}: fails a pull request only when the profile proves that it got slower

Usage: profbound COMMAND [OPTIONS]

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(longest)}  ${summary}`).join('\n')}

profbound COMMAND --help tells more, with examples. profbound --version prints the version.

Exit codes: 0 pass, 1 fail, 2 inconclusive (where the configuration says on_inconclusive: fail),
3 wrong configuration or usage, 4 could not measure, 130 and 143 interrupted.
`;
}

/** Everything about one command. */
export function commandHelp({ name, synopsis, description, options, examples }: Command): string {
  const all: Record<string, OptionDefinition> = {
    ...options,
    help: { type: 'boolean', description: 'This text.' },
  };
  const shown = Object.entries(all).map(([key, option]) => ({
    left: `--${key}${option.type === 'string' ? ` ${option.value ?? 'VALUE'}` : ''}`,
    right: option.description,
  }));
  const column = Math.max(...shown.map(({ left }) => left.length)) + 4;
  return `Usage: ${synopsis.map((line) => `profbound ${name} ${line}`.trimEnd()).join('\n       ')}

${wrap(description, width, '')}

Options:
${shown.map(({ left, right }) => `  ${left.padEnd(column - 2)}${wrap(right, width - column, ' '.repeat(column))}`).join('\n')}

Examples:
${examples.map(({ line, meaning }) => `  ${line}\n      ${wrap(meaning, width - 6, '      ')}`).join('\n')}
`;
}

/** Breaks text at blanks; lines after the first are indented. */
function wrap(text: string, columns: number, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${indent}`);
}
