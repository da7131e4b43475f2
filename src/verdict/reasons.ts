/** Why a verdict is what it is: a stable code and one sentence with figures, for people. */
import type { Load, Policy, Stop } from '../bundle/schema.js';
import { change, count, margin, percent, plural, seconds, unitName } from '../text/format.js';
import type { Sensitivity } from './functions/sensitivity.js';
import type { FunctionFinding } from './functions/test.js';
import { shownName } from './names.js';
import type { Reason } from './result.js';
import type { Total } from './total/total.js';

/** Functions named one by one in the reasons; the others stand in the table. */
const mostNamed = 5;

export function totalSlower(total: Total, load: Load): Reason {
  const { estimate, lower, margin: tolerated } = total.figures;
  return {
    code: 'total_slower',
    message: `CPU time per ${unitName(load)} ${change(estimate)} (at least ${change(lower ?? 0)}): more than the margin of ${margin(tolerated)}`,
  };
}

export function withinMargin(total: Total, load: Load): Reason {
  const { estimate, upper, margin: tolerated } = total.figures;
  return {
    code: 'within_margin',
    message: `CPU time per ${unitName(load)} ${change(estimate)} (at most ${change(upper ?? 0)}): within the margin of ${margin(tolerated)}`,
  };
}

/** One reason a function, the largest contributions first, the rest counted. */
export function functionsSlower(findings: readonly FunctionFinding[], load: Load): Reason[] {
  const reasons = findings.slice(0, mostNamed).map((finding) => functionSlower(finding, load));
  const others = findings.length - reasons.length;
  if (others > 0) {
    reasons.push({ code: 'function_slower', message: `${plural(others, 'more function')} got slower` });
  }
  return reasons;
}

function functionSlower(finding: FunctionFinding, load: Load): Reason {
  const { ratio, contribution } = finding;
  const name = shownName(finding.estimate.row);
  const unit = unitName(load);
  const total = `${change(contribution.estimate)} of the total`;
  if (ratio === null) {
    return {
      code: 'function_new',
      message: `${name} is new in head: ${total} (at least ${change(contribution.lower ?? 0)})`,
    };
  }
  const lower = ratio.lower ?? 0;
  const how =
    ratio.estimate >= 2
      ? `takes ${times(ratio.estimate)} times the CPU time per ${unit} it took (at least ${times(lower)} times)`
      : `takes ${percent(ratio.estimate - 1)} more CPU time per ${unit} (at least ${percent(lower - 1)})`;
  return { code: 'function_slower', message: `${name} ${how}: ${total}` };
}

/** A pass that says little of functions. @param share of the CPU time, on the side where it is larger */
export function namesMissing(share: number): Reason {
  return {
    code: 'names_missing',
    message: `${percent(share)} of the CPU time has no function names: there only the total is guarded`,
  };
}

/** Increases that were made up for below their callers. */
export function costMoved(findings: readonly FunctionFinding[]): Reason {
  return {
    code: 'cost_moved',
    message: `${shownNames(findings)} took more CPU time, and what is called by the same callers as much less (e.g. renamed, inlined or split): not held against the change`,
  };
}

/** Increases of which it cannot be told whether they were made up for. */
export function shiftUnclear(findings: readonly FunctionFinding[], more: number | null): Reason {
  return {
    code: 'shift_unclear',
    message: `${shownNames(findings)} took more CPU time, but whether this is slower or was taken from its callers or from what it calls (e.g. inlined) cannot be told from these pairs${needs(more)}`,
  };
}

function shownNames(findings: readonly FunctionFinding[]): string {
  const named = findings.slice(0, mostNamed).map(({ estimate }) => shownName(estimate.row));
  const others = findings.length - named.length;
  return others > 0 ? `${named.join(', ')} and ${others} more` : named.join(', ');
}

export function uniformSlowdown(): Reason {
  return {
    code: 'uniform_slowdown',
    message:
      'most functions slowed down alike, so no single function is the cause: compare compiler, flags, runtime version and configuration of the two sides',
  };
}

export function tooFewPairs(pairs: number, policy: Policy, more: number | null): Reason {
  const first = policy.looks[0] as number;
  return {
    code: 'too_few_pairs',
    message: `${plural(pairs, 'pair')} measured, and no claim is made before ${first}${needs(more)}; raise gate.budget or shorten capture.seconds`,
  };
}

export function undecided(
  total: Total,
  load: Load,
  pairs: number,
  more: number | null,
  stop: Stop | null,
): Reason {
  const { estimate, lower, upper, margin: tolerated } = total.figures;
  const range = [
    lower === null ? null : `at least ${change(lower)}`,
    upper === null ? null : `at most ${change(upper)}`,
  ].filter((bound) => bound !== null);
  const bounds = range.length > 0 ? ` (${range.join(', ')})` : '';
  const cure =
    stop?.reason === 'budget_exhausted'
      ? '; raise gate.budget'
      : stop?.reason === 'looks_exhausted'
        ? '; raise gate.max_pairs'
        : '';
  return {
    code: 'undecided',
    message: `after ${plural(pairs, 'pair')} CPU time per ${unitName(load)} ${change(estimate)}${bounds}: neither proven within the margin of ${margin(tolerated)} nor beyond it${needs(more)}${cure}`,
  };
}

export function insensitive(sensitivity: Sensitivity, more: number | null): Reason {
  const { share, change: slower, samples, neededSamples } = sensitivity;
  const wanted =
    neededSamples > samples && Number.isFinite(neededSamples)
      ? `${count(samples)} samples a side, about ${count(neededSamples)} are needed; raise capture.rate or measure longer`
      : `not enough pairs for ${count(samples)} samples a side to prove it`;
  return {
    code: 'insensitive',
    message: `the total is within its margin, but a function of ${margin(share)} of the CPU time that gets ${percent(slower)} slower could have gone unnoticed: ${wanted}${needs(more)}`,
  };
}

export function pairsBeyond(extra: number, used: number): Reason {
  return {
    code: 'pairs_beyond',
    message: `the verdict was reached after ${plural(used, 'pair')}; ${plural(extra, 'later pair')} did not change it`,
  };
}

function needs(more: number | null): string {
  return more === null ? '' : `; about ${seconds(more)} more of measuring may decide it`;
}

/** 2.84 → `2.8`, 31.2 → `31`. */
function times(ratio: number): string {
  return ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0);
}
