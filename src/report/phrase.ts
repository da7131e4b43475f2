/** The sentences every surface shares, as segments each surface escapes in its own way. */

import { bounded, change, margin, percent, place, plural, seconds, unitName } from '../text/format.js';
import type { FunctionResult, Reason, Result, Verdict, WorkloadResult } from '../verdict/result.js';
import { isHeld, ownChange, ranked } from './ranking.js';

export interface Segment {
  readonly kind: 'text' | 'code' | 'strong';
  readonly text: string;
}
export type Phrase = readonly Segment[];

export const verdictWord: Readonly<Record<Verdict, string>> = {
  pass: 'Pass',
  fail: 'Fail',
  inconclusive: 'Inconclusive',
};

/** Signs that tell verdicts apart without colour. */
export const verdictSign: Readonly<Record<Verdict, string>> = { pass: '✓', fail: '✗', inconclusive: '?' };

const code = (text: string): Segment => ({ kind: 'code', text });
const strong = (text: string): Segment => ({ kind: 'strong', text });

function phrase(parts: TemplateStringsArray, ...values: readonly (string | Segment | Phrase)[]): Phrase {
  const segments: Segment[] = [];
  parts.forEach((part, index) => {
    if (part !== '') segments.push({ kind: 'text', text: part });
    const value = values[index];
    if (typeof value === 'string') segments.push({ kind: 'text', text: value });
    else if (Array.isArray(value)) segments.push(...(value as Phrase));
    else if (value !== undefined) segments.push(value as Segment);
  });
  return segments;
}

/** The verdict in one sentence: what was decided, by how much, where. */
export function headline(result: Result): Phrase {
  return phrase`${strong(verdictWord[result.verdict])}: ${finding(result)}.`;
}

function finding(result: Result): Phrase {
  if (result.design === 'unpaired' && result.workloads.length > 0) {
    return phrase`two single captures were compared: the bounds hold within these two runs only, and other runs may differ by more`;
  }
  const decisive = result.workloads.filter((workload) => workload.verdict === result.verdict);
  const first = decisive[0];
  if (first === undefined) return phrase`${firstReason(result) ?? 'nothing was measured'}`;
  if (result.verdict === 'fail') return phrase`${failure(first)}${others(decisive.slice(1), 'fail')}`;
  if (result.verdict === 'pass') return phrase`${allWithin(decisive, first)}${besides(decisive)}`;
  return phrase`${undecided(first)}${others(decisive.slice(1), 'undecided')}`;
}

/** The first reason as a clause, without its full stop. */
function firstReason({ reasons }: Result | WorkloadResult): string | null {
  return reasons[0]?.message.replace(/\.$/, '') ?? null;
}

function others(workloads: readonly WorkloadResult[], word: 'fail' | 'undecided'): Phrase {
  if (workloads.length === 0) return [];
  const verb =
    word === 'fail'
      ? workloads.length === 1
        ? 'fails'
        : 'fail'
      : `${workloads.length === 1 ? 'is' : 'are'} undecided`;
  return phrase`; ${plural(workloads.length, 'more workload')} ${verb} too`;
}

function failure(workload: WorkloadResult): Phrase {
  const { total, load, name } = workload;
  const culprit = ranked(workload.functions).find(isHeld);
  if (total.lower !== null && total.lower > total.margin) {
    return phrase`CPU time per ${unitName(load)} of ${code(name)} grew by at least ${percent(total.lower)}, more than the ${margin(total.margin)} tolerated${cause(workload)}`;
  }
  if (culprit !== undefined) {
    return phrase`${claim(culprit)} in ${code(name)}${origin(culprit)}; ${margin(workload.functionMargin)} more is tolerated of one function`;
  }
  const message = firstReason(workload);
  return message === null
    ? phrase`${code(name)} got slower than tolerated`
    : phrase`${code(name)}: ${message}`;
}

/** Most functions of one class that the sentence names. */
const mostNamed = 2;

function cause({ reasons, functions }: WorkloadResult): Phrase {
  if (reasons.some((reason) => reason.code === 'uniform_slowdown'))
    return phrase`; most functions slowed down alike`;
  const causes = [
    ['slower', 'proven slower'],
    ['new', 'new in head'],
  ] as const;
  return causes.flatMap(([itsClass, words]) => {
    const ones = ranked(functions).filter((one) => one.class === itsClass && isHeld(one));
    const from = ones.length === 1 ? origin(ones[0] as FunctionResult) : [];
    return ones.length === 0 ? [] : phrase`; ${words}: ${names(ones)}${from}`;
  });
}

/** The first functions by name, the rest counted. */
function names(ones: readonly FunctionResult[]): Phrase {
  const first = ones
    .slice(0, mostNamed)
    .flatMap((one, index) => phrase`${index > 0 ? ', ' : ''}${named(one)}`);
  return ones.length > mostNamed ? phrase`${first} and ${String(ones.length - mostNamed)} more` : first;
}

/** What a pass has besides: slowdowns that were waived, and what got faster. */
function besides(workloads: readonly WorkloadResult[]): Phrase {
  const functions = ranked(workloads.flatMap((workload) => workload.functions));
  const waived = functions.filter(({ waiver }) => waiver?.status === 'waived');
  const faster = functions.filter((one) => one.class === 'faster');
  return [
    ...(waived.length > 0 ? phrase`; slower, as waived: ${names(waived)}` : []),
    ...(faster.length > 0 ? phrase`; proven faster: ${names(faster)}` : []),
  ];
}

/** Where its time comes from: `, changed in this pull request (src/lex.js:14)`. */
function origin({ culprit }: FunctionResult): Phrase {
  return culprit === null || culprit.kind === 'unknown' ? [] : phrase`, ${culprit.message}`;
}

/** What is proven of one function: `tokenize` (src/lex.js:12) takes at least 14 % more CPU time. */
function claim(one: FunctionResult): Phrase {
  const least = ownChange(one)?.lower ?? null;
  if (one.class === 'new' || least === null) {
    const { lower, estimate } = one.contribution;
    const added = lower === null ? percent(estimate) : `at least ${percent(lower)}`;
    return phrase`${named(one)} ${one.class === 'new' ? 'is new and' : 'got slower and'} adds ${added} to the CPU time`;
  }
  return phrase`${named(one)} takes at least ${percent(least)} more CPU time`;
}

function named(one: FunctionResult): Phrase {
  const where = place(one.file, one.line);
  return where === '' ? [code(one.name)] : phrase`${code(one.name)} (${code(where)})`;
}

function allWithin(workloads: readonly WorkloadResult[], first: WorkloadResult): Phrase {
  if (workloads.length === 1) {
    const { total, totalWaiver } = first;
    const subject = phrase`CPU time per ${unitName(first.load)} of ${code(first.name)}`;
    const limit =
      totalWaiver?.status === 'waived'
        ? `${margin(total.margin)} waived until ${totalWaiver.expires}`
        : `${margin(total.margin)} tolerated`;
    if (total.upper === null) return phrase`${subject} stays within the ${limit}`;
    if (total.upper < 0) return phrase`${subject} fell by at least ${percent(-total.upper)}`;
    return phrase`${subject} grew by at most ${percent(total.upper)}, within the ${limit}`;
  }
  const bounds = workloads.map((workload) => workload.total.upper);
  const worst = bounds.includes(null) ? null : Math.max(...bounds.map(Number));
  const bound = worst === null ? '' : `, none above ${change(worst)}`;
  return phrase`all ${plural(workloads.length, 'workload')} stay within the growth of CPU time tolerated${bound}`;
}

function undecided(workload: WorkloadResult): Phrase {
  const { total, reasons, load, name } = workload;
  const reason = firstReason(workload);
  if (reason !== null && reasons[0]?.code !== 'undecided') return phrase`${code(name)}: ${reason}`;
  const more = workload.neededSeconds === null ? '' : `; ${needed(workload.neededSeconds)}`;
  return phrase`CPU time per ${unitName(load)} of ${code(name)} changed by ${bounded(total)}: not proven to be within the ${margin(total.margin)} tolerated, nor beyond it${more}`;
}

function needed(more: number): string {
  return `about ${seconds(more)} more of measuring may decide it`;
}

/** How much more measuring would decide; null when that cannot be said or a reason says it already. */
export function neededSentence({ neededSeconds, reasons }: WorkloadResult): string | null {
  if (neededSeconds === null || reasons.some(({ message }) => message.includes(seconds(neededSeconds))))
    return null;
  return `A${needed(neededSeconds).slice(1)}.`;
}

/** Reasons of the whole that are not just its workloads' reasons again. */
export function ownReasons({ reasons, workloads }: Result): Reason[] {
  const repeated = new Set(
    workloads.flatMap(({ name, reasons: own }) =>
      own.flatMap(({ message }) => [message, `${name}: ${message}`]),
    ),
  );
  return reasons.filter(({ message }) => !repeated.has(message));
}

/** What tables of the total and of functions say already, figure by figure. */
const tabulated = new Set(['total_slower', 'within_margin', 'function_slower', 'function_new']);

/** The reasons of a workload that stand in no table beside them. */
export function furtherReasons(workload: WorkloadResult): string[] {
  return workload.reasons
    .filter((reason) => !hasTotal(workload) || !tabulated.has(reason.code))
    .map(({ message }) => message);
}

/** Whether the work done is known, so that there is a total to speak of. */
export function hasTotal({ cpuPerUnit }: WorkloadResult): boolean {
  return cpuPerUnit.base > 0 && cpuPerUnit.head > 0;
}

/** What follows from a gate's inconclusive verdict; null for other verdicts, and without pairs: there is no gate then. */
export function consequence(result: Result): string | null {
  if (result.verdict !== 'inconclusive' || result.design === 'unpaired') return null;
  return {
    pass: 'By its configuration the gate lets an inconclusive result pass.',
    warn: 'By its configuration the gate warns of an inconclusive result and lets it pass.',
    fail: 'By its configuration the gate stops at an inconclusive result.',
  }[result.onInconclusive];
}

/** A phrase without any formatting. */
export function plain(segments: Phrase): string {
  return segments.map((segment) => segment.text).join('');
}
