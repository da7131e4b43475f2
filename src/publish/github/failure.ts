/** What summary and comment say of a run without a verdict: the last verdict must not stand there as if it were this one's. */

import { visibleLines } from '../../report/escape/visible.js';

/** An error's message is a few lines; what it quotes may be longer. */
const maxMessage = 10_000;

/** @param message may quote the measured program: it is shown as code, where nothing links, mentions or formats */
export function failureMarkdown(message: string, runUrl: string): string {
  const text = visibleLines(message);
  const shown = text.length > maxMessage ? `${text.slice(0, maxMessage)}…` : text;
  const ticks = [...shown.matchAll(/`+/g)].map(([run]) => run.length);
  const fence = '`'.repeat(Math.max(3, ...ticks.map((length) => length + 1)));
  return `**No verdict**: nothing was decided, because the run ended early ([log](${runUrl})).\n\n${fence}text\n${shown}\n${fence}\n`;
}
