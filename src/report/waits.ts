/** Time spent waiting as every surface says it. */
import {
  bounded,
  margin,
  nanoseconds,
  nanosecondsChange,
  percent,
  plural,
  unitName,
} from '../text/format.js';
import { waitWords } from '../text/waits.js';
import type { WorkloadResult } from '../verdict/result.js';
import type { OffCpu, WaitClass, WaitQuality, WaitResult } from '../verdict/waits/schema.js';
import { waiverText } from './ranking.js';

const classOrder: Readonly<Record<WaitClass, number>> = {
  longer: 0,
  new: 1,
  moved: 2,
  shorter: 3,
  gone: 4,
  unproven: 5,
};

/** A sign that needs no colour. */
export const waitSign: Readonly<Record<WaitClass, string>> = {
  longer: '▲',
  shorter: '▼',
  new: '+',
  gone: '×',
  moved: '⇄',
  unproven: '·',
};

/** What a class claims, in words. */
export const waitMeaning: Readonly<Record<WaitClass, string>> = {
  longer: 'proven longer',
  shorter: 'proven shorter',
  new: 'new: no such wait in base',
  gone: 'gone: no such wait in head',
  moved: 'moved: other waits got as much shorter',
  unproven: 'no change proven',
};

/** Waits within the work, what is proven first, then the longest. */
export function rankedWaits({ waits }: OffCpu): WaitResult[] {
  return waits
    .filter(({ idle }) => !idle)
    .sort(
      (a, b) =>
        classOrder[a.class] - classOrder[b.class] ||
        (a.class === 'unproven'
          ? b.base + b.head - a.base - a.head
          : Math.abs(b.contribution.estimate) - Math.abs(a.contribution.estimate)) ||
        (a.key < b.key ? -1 : 1),
    );
}

/** `waiting 2.06 ms → 4.06 ms per request, +97 % (+96 % … +98 %), margin 10 %`, and what is not part of it. */
export function waitingLine({ offCpu, load }: WorkloadResult): string | null {
  if (offCpu === null) return null;
  const { total, idle, runnable } = offCpu;
  const waived = waiverText(total.waiver);
  const limit = `margin ${margin(offCpu.margin)}${waived === null ? '' : `, ${waived}`}`;
  const change = total.change === null ? '' : `, ${bounded(total.change)}, ${limit}`;
  return [
    `Waiting within the work ${fromTo(total)} per ${unitName(load)}${change}`,
    `waiting for work ${fromTo(idle)}`,
    `waiting for a CPU ${fromTo(runnable)}`,
  ].join('; ');
}

/** `2.06 ms → 4.06 ms` */
export function fromTo({ base, head }: { readonly base: number; readonly head: number }): string {
  return `${nanoseconds(base)} → ${nanoseconds(head)}`;
}

/** A wait's change: relative where it is always there, else in time per unit. */
export function waitChange({ change, base, head }: WaitResult): string {
  return change === null ? nanosecondsChange(head - base) : bounded(change);
}

/** `waits for a lock`, then the figures, then what a waiver does for it. */
export function waitSentence(one: WaitResult, figures: string): string {
  const said = waiverText(one.waiver);
  return `waits ${waitWords[one.kind]} ${figures}${said === null ? '' : `; ${said}`}`;
}

/** What the figures do not cover. */
export function waitQualityText({ quality }: OffCpu): string {
  const worst = (value: (side: WaitQuality) => number) => Math.max(value(quality.base), value(quality.head));
  const facts = [
    `${plural(quality.base.blocks + quality.head.blocks, 'wait')}, ${plural(quality.base.stacks + quality.head.stacks, 'stack')}`,
    `begun before the capture ${percent(worst(({ older }) => older))} of blocked time`,
    `without a stack ${percent(worst(({ withoutStack }) => withoutStack))}`,
    `watching context switches ${percent(worst(({ overhead }) => overhead))} of the machine`,
  ];
  const lost = worst((side) => side.lost);
  return [...facts, ...(lost > 0 ? [`${plural(lost, 'record')} lost`] : [])].join(' · ');
}
