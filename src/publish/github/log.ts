/** Log lines on GitHub: what is printed may come from the measured program, and the runner obeys lines that look like commands. */
import { endGroup, info, startGroup, warning } from '@actions/core';

/**
 * Text that the runner prints and does not obey.
 * A command is a line whose first visible characters are `::`, or one with `##[` anywhere. What the runner takes for
 * white space is more than JavaScript does, such as U+0085: control and format characters count as such, too.
 */
export function inert(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => (/^[\s\p{C}]*::/u.test(line) ? `| ${line}` : line).replaceAll('##[', '## ['))
    .join('\n');
}

/** The Action's log: facts as lines, warnings as annotations. */
export const actionLog = {
  line(text: string): void {
    info(inert(text));
  },
  warn(text: string): void {
    warning(text);
  },
};

/** Prints long text folded under a title. */
export function printFolded(title: string, text: string): void {
  startGroup(title);
  info(inert(text));
  endGroup();
}
