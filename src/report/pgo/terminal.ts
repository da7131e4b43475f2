/** What became of profiles for compilers, for a terminal. */
import type { PgoResult, ProfileResult } from '../../pgo/result.js';
import { plural, savings, seconds } from '../../text/format.js';
import { padEnd, wrap } from '../escape/columns.js';
import { visible } from '../escape/visible.js';
import type { TerminalOptions } from '../terminal.js';
import { buildRows, comparedWith, decisionSentence, furtherReasons, profileFacts } from './words.js';

const narrowest = 40;
const indent = '  ';
const labelWidth = 14;
const colours = { published: 32, kept: 33 } as const;

/** Lines of text ending in a newline. */
export function renderPgoTerminal({ profiles, notes }: PgoResult, { color, width }: TerminalOptions): string {
  const room = Math.max(narrowest, width);
  const lines = profiles.flatMap((profile) => {
    const sentence = wrap(visible(decisionSentence(profile)), room);
    return [
      ...(color ? sentence.map((line) => `\x1b[${colours[profile.decision]}m${line}\x1b[0m`) : sentence),
      ...profileLines(profile, room),
      '',
    ];
  });
  for (const note of notes) lines.push(...wrap(visible(`note: ${note}`), room, '', indent));
  return `${lines.join('\n').trimEnd()}\n`;
}

function profileLines(profile: ProfileResult, room: number): string[] {
  const row = (label: string, value: string): string[] =>
    wrap(visible(value), room, indent + padEnd(label, labelWidth), indent + ' '.repeat(labelWidth));
  return [
    ...furtherReasons(profile).flatMap(({ message }) =>
      wrap(visible(`- ${message}`), room, indent, indent + indent),
    ),
    ...profile.comparisons.flatMap((comparison) =>
      row(
        'Saves',
        `${savings(comparison.saving)} beside the build ${comparedWith(comparison)}; ${plural(comparison.gate.pairs, 'pair')} in ${seconds(comparison.gate.seconds)}`,
      ),
    ),
    ...profileFacts(profile).flatMap(({ label, value }) => row(label, value)),
    ...buildRows(profile).flatMap(({ name, seconds: took, bytes, codeBytes }) =>
      row('Built', `${name}: in ${took}, file ${bytes}, code ${codeBytes}`),
    ),
  ];
}
