/** Whether a new profile is published: only where it is proven to save CPU time. Pure. */
import { percent, plural, savings, seconds, unitName } from '../text/format.js';
import type { Bounded, Reason, WorkloadResult } from '../verdict/result.js';
import { leastMatch, staleBelow } from './match.js';
import type { Comparison, Consumption, PgoMatch, PgoSamples, ProfileResult } from './result.js';

/** Below, what is hot differs so much from capture to capture that the load is asked about. */
const leastSimilarity = 0.5;
const leastDescribed = 0.8;

/** What is known when it is decided; null is what did not come to be. */
export type Findings = Pick<
  ProfileResult,
  | 'minGain'
  | 'path'
  | 'last'
  | 'next'
  | 'samples'
  | 'match'
  | 'stability'
  | 'consumption'
  | 'comparisons'
  | 'format'
  | 'failure'
>;

export function decide(findings: Findings): Pick<ProfileResult, 'decision' | 'reasons'> {
  const against = objections(findings);
  const remarks = remarksOn(findings);
  if (against.length > 0) return { decision: 'kept', reasons: [...against, ...remarks] };
  return { decision: 'published', reasons: [...findings.comparisons.map(proven), ...remarks] };
}

/** Of the gate that has the profile on base: the least head takes more is the least the profile saves. */
export function comparisonOf(other: Comparison['with'], gate: WorkloadResult): Comparison {
  const { estimate, lower, upper } = gate.total;
  const saving = (more: number): number => more / (1 + more);
  const bound = (more: number | null): number | null => (more === null ? null : saving(more));
  return {
    with: other,
    saving: { estimate: saving(estimate), lower: bound(lower), upper: bound(upper) },
    isProven: gate.verdict === 'fail',
    gate,
  };
}

/** Whether a profile is of the program at all, and worth building with; true where it is not known. */
export function isOfProgram(match: ProfileResult['match']): boolean {
  return match === null || match.share >= leastMatch;
}

/** Whether the builds are worth comparing. */
export function isConsumed(consumption: Consumption, findings: Pick<Findings, 'path'>): boolean {
  return notConsumed(consumption, findings) === null;
}

/** What keeps the profile from being published, the earliest obstacle alone: what follows from it was not looked at. */
function objections(findings: Findings): Reason[] {
  const { samples, match, consumption, comparisons, last, minGain, failure } = findings;
  if (failure !== null) return [failed(failure)];
  if (samples === null) throw new Error('what did not fail was captured');
  if (samples.inBinary < samples.floor) return [tooFewSamples(samples)];
  if (match !== null && !isOfProgram(match)) return [ofAnotherProgram(match)];
  const unread = consumption === null ? null : notConsumed(consumption, findings);
  if (unread !== null) return [unread];
  const none = comparisons.find((comparison) => comparison.with === 'none');
  if (none === undefined) throw new Error('a build that consumes its profile is compared');
  if (!none.isProven) return [notProven(none, minGain), ...whyNot(none)];
  const before = comparisons.find((comparison) => comparison.with === 'last');
  if (last === null || !last.isUsable) return [];
  if (before === undefined) throw new Error('a proven profile is compared with the last one');
  return before.isProven ? [] : [notBetter(before, findings), ...whyNot(before)];
}

function failed({ step, message }: NonNullable<Findings['failure']>): Reason {
  return { code: step === 'build' ? 'build_failed' : 'not_measured', message };
}

function tooFewSamples(samples: PgoSamples): Reason {
  const { inBinary, floor, source, seconds: taken } = samples;
  const has = `${plural(inBinary, 'sample')} in the binary in ${seconds(taken)} of ${source ?? 'captures'}, and ${plural(floor, 'sample')} are needed`;
  const cure = source === null ? moreCaptures(samples) : moreMerged(samples);
  return { code: 'too_few_samples', message: `${has}: ${cure}` };
}

function moreCaptures({ neededSeconds }: PgoSamples): string {
  if (neededSeconds === null) return 'the load does not exercise it: see pgo.binary and load';
  return `capture ${seconds(neededSeconds)} more under the same load (pgo.captures, pgo.seconds), or at a higher capture.rate`;
}

function moreMerged({ neededSeconds }: PgoSamples): string {
  return `let it merge ${neededSeconds === null ? '' : `${seconds(neededSeconds)} `}more (pgo.source)`;
}

function ofAnotherProgram({ share }: PgoMatch): Reason {
  return {
    code: 'poor_match',
    message: `${percent(share)} of the profile's weight finds its place in the program, and ${percent(leastMatch)} is needed: it is another program's, or there is no debug information`,
  };
}

function notConsumed(
  { differFromNone, differFromEmpty, report, functions }: Consumption,
  { path }: Pick<Findings, 'path'>,
): Reason | null {
  const cure = `see that pgo.rebuild hands \${PGO_PROFILE} to the compiler, and builds everything anew where ${path} changes`;
  const because = (what: string): Reason => ({ code: 'not_consumed', message: `${what}: ${cure}` });
  // Where it says anything, it knows: functions of the same size may have their code in another order.
  if (report !== null) return report.isConsumed ? null : because(`the compiler says ${report.said}`);
  const silent = 'and the compiler says nothing of it (${PGO_REPORT} asks it)';
  if (functions === 0)
    return because(`the program is stripped, so its functions cannot be compared, ${silent}`);
  if (differFromNone === 0)
    return because(`all ${functions} functions are as large with the profile as without, ${silent}`);
  if (differFromEmpty === 0)
    return because(
      `all ${functions} functions are as large with the profile as with an empty one, ${silent}`,
    );
  return null;
}

function proven({ with: other, saving, gate }: Comparison): Reason {
  const than = other === 'none' ? 'than without a profile' : 'than with the last accepted profile';
  return {
    code: other === 'none' ? 'gain_proven' : 'better_than_last',
    message: `${unitName(gate.load)}s take ${savings(saving)} less CPU time ${than}, in ${pairsOf(gate)}`,
  };
}

function notProven({ saving, gate }: Comparison, minGain: number): Reason {
  const figures = `the profile saves ${savings(saving)} of the CPU time per ${unitName(gate.load)}, in ${pairsOf(gate)}`;
  if (saving.upper !== null && saving.upper < 0)
    return { code: 'slower', message: `with the profile it is slower: ${figures}` };
  const wanted = minGain === 0 ? 'that it saves any' : `that it saves more than ${percent(minGain)}`;
  return { code: 'no_gain', message: `${figures}, and ${wanted} is not proven` };
}

function notBetter({ saving, gate }: Comparison, { path }: Findings): Reason {
  return {
    code: 'not_better_than_last',
    message: `compared with ${path} as it is, the new profile saves ${savings(saving)} of the CPU time per ${unitName(gate.load)}, in ${pairsOf(gate)}: that it is better is not proven`,
  };
}

function pairsOf({ pairs, layouts }: WorkloadResult): string {
  return `${plural(pairs, 'pair')}${layouts === null ? '' : ` over ${plural(layouts.builds, 'build')} a side`}`;
}

/** What the gate itself says of why nothing is proven. */
function whyNot({ gate, saving }: Comparison): Reason[] {
  if (gate.verdict === 'pass' || isNegative(saving)) return [];
  return gate.reasons.filter(({ code }) => code !== 'undecided');
}

function isNegative({ upper }: Bounded): boolean {
  return upper !== null && upper < 0;
}

/** What does not decide, and should be looked at. */
function remarksOn({ next, last, path, stability, match, format, comparisons }: Findings): Reason[] {
  const remarks: Reason[] = [];
  if (comparisons.some(({ gate }) => gate.layouts === null)) {
    remarks.push({
      code: 'one_layout',
      message: `one build a side was compared: the bounds hold for these programs, and where the linker puts functions may be a part of what is saved${format === 'bolt' ? '' : ' (pgo.layouts)'}`,
    });
  }
  if (stability !== null && stability.similarity < leastSimilarity) {
    remarks.push({
      code: 'captures_differ',
      message: `the profiles of two halves of the captures are ${percent(stability.similarity)} alike: capture longer, or let the load be the same all the time`,
    });
  }
  if (match !== null && isOfProgram(match) && match.share < staleBelow) {
    remarks.push({
      code: 'poor_match',
      message: match.findings[0] ?? 'the profile does not fit the program it was captured of',
    });
  }
  if (last !== null && last.damage !== null) {
    remarks.push({
      code: 'last_is_damaged',
      message: `${path} as it is was not compared with, since no compiler can go by it: ${last.damage}`,
    });
  } else if (last !== null && !last.isUsable) {
    remarks.push({
      code: 'last_is_stale',
      message: `${path} as it is belongs to another build: its offsets mean other code by now`,
    });
  }
  if (last?.match && last.match.share < staleBelow) {
    remarks.push({
      code: 'last_is_stale',
      message: `${path} as it is speaks of code that changed: ${percent(last.match.share)} of its weight finds its place`,
    });
  }
  if (next !== null && format !== 'bolt' && next.describedShare < leastDescribed) {
    remarks.push({
      code: 'few_described',
      message: `only ${percent(next.describedShare)} of the samples are in functions with debug information; the compiler learns nothing of the others`,
    });
  }
  return remarks;
}
