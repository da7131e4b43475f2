/**
 * What disturbs one side more than the other: the hypervisor, other programs, the CPUs' frequency. Chance disturbs both
 * sides, and the bounds of the total know of it; what disturbs one side in pair after pair looks like a change of the
 * code. It is checked and not adjusted for: how much of it reaches CPU time nobody knows, so the verdict must be the
 * same with none of it and with all of it (doubts.ts).
 */

import type { Capture, Side } from '../../bundle/schema.js';
import * as exact from '../../stats/exact.js';
import { percent } from '../../text/format.js';
import { type Pair, sumOver } from '../captures/pairs.js';
import type { Reason } from '../result.js';
import { beyondChance, pairedDifference } from './pairedDifference.js';

/** Smaller disturbances, as a part of the smallest margin, are left to the margin. */
const negligiblePart = 0.25;

interface Kind {
  readonly code: string;
  /** By how much ln CPU time may be too large because of it, at most; null where it was not measured. */
  effect(capture: Capture): number | null;
  message(pairs: readonly Pair[]): string;
}

const kinds: readonly Kind[] = [
  {
    code: 'steal_differs',
    // Where the kernel does not take it off, a task is charged what the hypervisor took while it ran.
    effect: (capture) => {
      const part = stealPart([capture]);
      return part === null ? null : -exact.log1p(-Math.min(part, 0.99));
    },
    message: (pairs) =>
      `the hypervisor took ${of(pairs, 'base', stealPart)} of the CPU time wanted on base and ${of(pairs, 'head', stealPart)} on head, enough to make the difference: run on dedicated CPUs`,
  },
  {
    code: 'other_load_differs',
    // While others run, caches go cold: the target's work may take as much longer as they take.
    effect: (capture) => otherPart([capture]),
    message: (pairs) =>
      `programs that were not measured took ${of(pairs, 'base', otherPart)} of the service's CPUs on base and ${of(pairs, 'head', otherPart)} on head, enough to make the difference: keep them off these CPUs, or let the service start them as its children if they are part of it`,
  },
  {
    code: 'frequency_differs',
    effect: ({ conditions }) =>
      conditions.frequencyKilohertz === null ? null : -exact.log(conditions.frequencyKilohertz),
    message: (pairs) =>
      `the service's CPUs ran at ${gigahertz(pairs, 'base')} on base and at ${gigahertz(pairs, 'head')} on head, enough to make the difference: fix the frequency (governor performance, turbo off)`,
  },
];

export interface Disturbance {
  readonly reason: Reason;
  /** How much of head's logarithmic change of CPU time it may account for; negative where it favours head. */
  readonly effect: number;
}

/** What differs between the sides beyond chance, and by enough to matter for the margin. */
export function disturbancesOf(pairs: readonly Pair[], margin: number): Disturbance[] {
  return kinds.flatMap(({ code, effect, message }) => {
    const differs = differenceThatMatters(pairs, margin, (side, index) =>
      effect((pairs[index] as Pair)[side]),
    );
    return differs === null ? [] : [{ reason: { code, message: message(pairs) }, effect: differs }];
  });
}

/** What an effect on ln CPU time is more on head than on base; null where that is chance or hardly matters. */
export function differenceThatMatters(
  pairs: readonly Pair[],
  margin: number,
  effect: (side: Side, pair: number) => number | null,
): number | null {
  const found = pairedDifference(pairs, (_, index) => {
    const [before, after] = [effect('base', index), effect('head', index)];
    return before === null || after === null ? null : after - before;
  });
  if (found === null || found.p > beyondChance) return null;
  return Math.abs(found.mean) <= negligiblePart * margin ? null : found.mean;
}

type Surroundings = readonly Pick<Capture, 'conditions' | 'summary'>[];

/** Stolen part of the CPU time that was wanted on the service's CPUs; null where it was not measured. */
export function stealPart(captures: Surroundings): number | null {
  let [stolen, wanted] = [0, 0];
  for (const { conditions, summary } of captures) {
    if (conditions.stealNanoseconds === null) continue;
    stolen += conditions.stealNanoseconds;
    wanted += conditions.stealNanoseconds + (conditions.otherNanoseconds ?? 0) + summary.cpuNanoseconds;
  }
  return wanted > 0 ? stolen / wanted : null;
}

/** What others took of the service's CPUs; null where it was not measured. */
export function otherPart(captures: Surroundings): number | null {
  let [others, all] = [0, 0];
  for (const { conditions } of captures) {
    if (conditions.otherNanoseconds === null) continue;
    others += conditions.otherNanoseconds;
    all += conditions.windowNanoseconds * conditions.serviceCpus;
  }
  return all > 0 ? Math.min(1, others / all) : null;
}

function of(pairs: readonly Pair[], side: Side, part: (captures: Surroundings) => number | null): string {
  return percent(part(pairs.map((pair) => pair[side])) ?? 0);
}

function gigahertz(pairs: readonly Pair[], side: Side): string {
  const mean = sumOver(pairs, side, ({ conditions }) => conditions.frequencyKilohertz ?? 0) / pairs.length;
  return `${(mean / 1e6).toFixed(2)} GHz`;
}
