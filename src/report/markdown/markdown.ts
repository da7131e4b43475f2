/** The result as GitHub Markdown: a comment, a job summary, a check run. The first sentence is the verdict. */
import { plural, seconds } from '../../text/format.js';
import type { Result, WorkloadResult } from '../../verdict/result.js';
import { shown } from '../escape/visible.js';
import { consequence, headline, ownReasons, plain } from '../phrase.js';
import { ranked } from '../ranking.js';
import { type Extent, fits, largest, type Room } from './extents.js';
import { measurement } from './measurement.js';
import { bullets, joined, linkTarget, phraseText } from './text.js';
import { workloadBlock, workloadTable } from './workload.js';

export interface MarkdownOptions {
  /** The text never has more characters (UTF-16 units) than this. */
  readonly maxCharacters: number;
  /** Nor more bytes in UTF-8 than this. */
  readonly maxBytes?: number;
  /** Where the whole report is. */
  readonly reportLink?: string | null;
  /** Where the run is that it was measured in; linked where there is no report to link. */
  readonly runLink?: string | null;
  /** Remarks of the caller, shown with the result's own. */
  readonly notes?: readonly string[];
}

/** Markdown within its room (at least 40 characters are needed for the bare verdict). */
export function renderMarkdown(result: Result, options: MarkdownOptions): string {
  const sorted = ordered(result);
  const room = roomOf(options);
  const beginning = opening(sorted, options);
  const text = largest(room, (extent) => {
    const measured = `<details><summary>How it was measured (${measuredTime(sorted)})</summary>`;
    return `${joined([
      ...beginning,
      ...findings(sorted, options, extent),
      ...(extent.measured === 0 ? [] : [measured, measurement(sorted, extent.measured), '</details>']),
      sorted.workloads.length > 0 && extent.measured === 0 ? 'How it was measured is in the report.' : '',
    ])}\n`;
  });
  return text ?? bare(sorted, room);
}

/** What a check run shows. */
export interface CheckText {
  /** One line without markup. */
  readonly title: string;
  readonly summary: string;
  /** How it was measured; null where there is nothing to say. */
  readonly text: string | null;
}

const mostTitleCharacters = 200;

/** A check run's texts, each of which stays within the room of the options. */
export function renderCheck(result: Result, options: MarkdownOptions): CheckText {
  const sorted = ordered(result);
  const room = roomOf(options);
  const beginning = opening(sorted, options);
  const summary = largest(
    room,
    (extent) => `${joined([...beginning, ...findings(sorted, options, extent)])}\n`,
  );
  return {
    title: shown(plain(headline(sorted)), mostTitleCharacters),
    summary: summary ?? bare(sorted, room),
    text:
      sorted.workloads.length === 0
        ? null
        : largest(room, (extent) => `${measurement(sorted, extent.measured)}\n`),
  };
}

function roomOf({ maxCharacters, maxBytes }: MarkdownOptions): Room {
  return { characters: maxCharacters, ...(maxBytes === undefined ? {} : { bytes: maxBytes }) };
}

/** The verdict, what follows from it, and the link: all that is worth five seconds. */
function opening(result: Result, { reportLink, runLink }: MarkdownOptions): string[] {
  const link = reportLink
    ? `[Open the full report](${linkTarget(reportLink)})`
    : runLink
      ? `[Open the run](${linkTarget(runLink)}); the report stayed on its runner.`
      : '';
  return [phraseText(headline(result)), consequence(result) ?? '', link];
}

/** What was found, the workloads that need attention first. */
function findings(result: Result, options: MarkdownOptions, extent: Extent): string[] {
  const first = result.workloads.slice(0, extent.workloads);
  const left = result.workloads.length - first.length;
  const remarks = [...(options.notes ?? []), ...result.notes];
  return [
    first.length > 0 ? workloadTable(first) : '',
    left > 0 ? `${plural(left, 'more workload')} in the report.` : '',
    bullets(
      ownReasons(result).map(({ message }) => message),
      extent.messages,
    ),
    ...first.map((workload) => workloadBlock(workload, extent, first.length > 1)),
    bullets(remarks, extent.messages),
  ];
}

function bare(result: Result, room: Room): string {
  const sentence = `${phraseText(headline(result))}\n`;
  return fits(sentence, room) ? sentence : `**profbound: ${result.verdict}**\n`;
}

/** Workloads that need attention come first, and so do their functions: sorted once, however often it is cut. */
function ordered(result: Result): Result {
  const rank = { fail: 0, inconclusive: 1, pass: 2 };
  const workloads = result.workloads
    .map((workload): WorkloadResult => ({ ...workload, functions: ranked(workload.functions) }))
    .sort((a, b) => rank[a.verdict] - rank[b.verdict]);
  return { ...result, workloads };
}

function measuredTime({ workloads }: Result): string {
  return seconds(workloads.reduce((sum, workload) => sum + workload.seconds, 0));
}
