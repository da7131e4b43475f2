/** What is said of time spent waiting: stable codes, and sentences with figures and the cure. */
import type { Load, WaitPolicy } from '../../bundle/schema.js';
import { change, margin, nanoseconds, percent, plural, seconds, unitName } from '../../text/format.js';
import { waitWords } from '../../text/waits.js';
import { shownName } from '../names.js';
import type { Reason } from '../result.js';
import type { RowFinding, WaitFindings } from './test.js';

/** Waits named one by one. */
const mostNamed = 5;

/** Proven increases: of all waiting within the work, then of single waits. */
export function longer(
  { total }: WaitFindings,
  waits: readonly RowFinding[],
  load: Load,
  policy: WaitPolicy,
): Reason[] {
  const isEnforced = policy.mode === 'enforce';
  const reasons: Reason[] = [];
  const add = (code: string, message: string) =>
    reasons.push(
      isEnforced
        ? { code, message }
        : { code: 'waits_reported', message: `${message}; said only, since gate.off_cpu.mode is report` },
    );
  const unit = unitName(load);
  const tolerated = `more than the ${margin(policy.margin)} tolerated`;
  if (total.proof === 'longer' || total.proof === 'new') {
    add('waits_longer', `waiting within the work ${grew(total, unit)}: ${tolerated}`);
  }
  for (const finding of waits.slice(0, mostNamed)) {
    if (finding.proof === 'new') {
      const { estimate, lower } = finding.added;
      const added = `${nanoseconds(estimate)} per ${unit}${lower === null || lower <= 0 ? '' : ` (at least ${nanoseconds(lower)})`}`;
      add('wait_new', `${named(finding)} is new in head: ${added}`);
    } else {
      add('wait_longer', `${named(finding)} ${grew(finding, unit)}: ${tolerated}`);
    }
  }
  const others = waits.length - mostNamed;
  if (others > 0) add('wait_longer', `${plural(others, 'more wait')} got longer`);
  return reasons;
}

/** `grew from 2.1 ms to 4.2 ms per request (+100 %, at least +93 %)`. */
function grew({ estimate: { base, head }, change: relative }: Omit<RowFinding, 'row'>, unit: string): string {
  const times = `grew from ${nanoseconds(base)} to ${nanoseconds(head)} per ${unit}`;
  if (relative === null) return times;
  const lower = relative.lower === null ? '' : `, at least ${change(relative.lower)}`;
  return `${times} (${change(relative.estimate)}${lower})`;
}

/** `waiting for a lock in handle (server.c:12)`. */
function named({ row: { place } }: RowFinding): string {
  return `waiting ${waitWords[place.kind]} in ${shownName(place)}`;
}

export function moved(waits: readonly RowFinding[]): Reason {
  const names = waits.slice(0, mostNamed).map(named);
  const others = waits.length - names.length;
  const list = others > 0 ? `${names.join(', ')} and ${others} more` : names.join(', ');
  return {
    code: 'waits_moved',
    message: `${list} got longer and other waits as much shorter (e.g. a function was renamed): not held against the change`,
  };
}

/** What a pass says of waits: all waiting within the work together is proven to be within its margin. */
export function within(waits: WaitFindings, load: Load, policy: WaitPolicy): Reason {
  const waiting = `waiting within the work per ${unitName(load)}`;
  return {
    code: 'waits_within',
    message: waits.within.isSmall
      ? `${waiting} is less than 1 % of the time that takes of its threads, which is not judged`
      : `${waiting} is within ${limitOf(waits, policy)}: ${figuresOf(waits)}`,
  };
}

/** It is not: nothing passes where waits are enforced. @param more seconds it takes; null: untold */
export function undecided(waits: WaitFindings, load: Load, policy: WaitPolicy, more: number | null): Reason {
  const waiting = `waiting within the work per ${unitName(load)}`;
  const figures = figuresOf(waits);
  const takes =
    more === null ? '' : `measure about ${seconds(more)} more (raise gate.budget or gate.max_pairs), `;
  return {
    code: 'waits_undecided',
    message: waits.within.runnersDisagree
      ? `${waiting} did not change alike on all runners (${figures}): judge each runner's bundle by itself, and merge those of equal machines`
      : `${waiting} is neither proven to be within ${limitOf(waits, policy)} nor beyond it (${figures}), and gate.off_cpu.mode is enforce: ${takes}widen gate.off_cpu.margin on base, or set the mode to report`,
  };
}

function limitOf({ within: { byCeiling, tolerated } }: WaitFindings, policy: WaitPolicy): string {
  return byCeiling ? `the ${margin(tolerated)} that are waived` : `its margin of ${margin(policy.margin)}`;
}

function figuresOf({ total: { change: relative, estimate }, within: { upper } }: WaitFindings): string {
  return relative === null || upper === null
    ? `${nanoseconds(estimate.base)} on base, ${nanoseconds(estimate.head)} on head`
    : `${change(relative.estimate)}, at most ${change(upper)}`;
}

/** Too much of the waiting has no stack to tell where it was. @param part of it */
export function untraced(part: number): Reason {
  return {
    code: 'waits_untraced',
    message: `${percent(part)} of the time spent waiting has no stack: nothing is claimed of waits; capture fewer processes at once`,
  };
}

/** The gate was to enforce what the captures do not have. */
export function notMeasured(): Reason {
  return {
    code: 'waits_not_measured',
    message:
      'gate.off_cpu.mode is enforce, and where threads wait could not be measured: that takes the bpf backend and a workload without source:; grant the collector its capabilities (profbound doctor says how), or set the mode to report',
  };
}
