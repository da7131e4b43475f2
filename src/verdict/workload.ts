/** One workload's verdict: walks the looks in order; the first that proves something decides. */

import { endOf, spendingTimes } from '../bundle/schedule.js';
import type { BundleWorkload } from '../bundle/schema.js';
import { applyWaivers, nothingWaived, type Waived, waivedPolicy, waiverReasons } from './blame/waivers.js';
import { capturesOf, completePairs, type Pair, secondsPerPair } from './captures/pairs.js';
import { type Panel, readPanel, unresolvedPart } from './captures/panel.js';
import { checkSensitivity, morePairs, type Sensitivity } from './functions/sensitivity.js';
import { type FunctionFinding, type FunctionFindings, testFunctions } from './functions/test.js';
import { isUniform } from './functions/uniform.js';
import { isFutile } from './pace/futility.js';
import { type Look, looksAt } from './pace/looks.js';
import { fewPairs, futile } from './pace/reasons.js';
import * as because from './reasons.js';
import type { Reason, Verdict } from './result.js';
import { callsWithoutStacks, type PlacePanel, readPlaces } from './shift/calls.js';
import { shiftsOf } from './shift/shift.js';
import type { Sources } from './sources.js';
import { layoutsInTheWay } from './total/layouts.js';
import { agreement, totalLogChange } from './total/runners.js';
import { type Total, testTotal } from './total/total.js';
import { doubtsOf } from './trust/doubts.js';
import { foreignSamples } from './trust/foreign.js';
import { stacksCutShort } from './trust/missing.js';
import { placementDiffers, placementOf } from './trust/placement.js';
import { noisyMachine } from './trust/surroundings.js';
import { checkPairs, checkStop, checkUnresolved, hopeless } from './trust/validity.js';
import { readWaits, type WaitPanel } from './waits/panel.js';
import type { WaitFindings } from './waits/test.js';
import { weighWaits } from './waits/weigh.js';

/** With a larger share of the CPU time without names a pass says so. */
const mostNameless = 0.1;

/** What one look at the first pairs gives. */
export interface Assessment {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly neededSeconds: number | null;
  /** The pairs looked at. */
  readonly pairs: readonly Pair[];
  readonly total: Total;
  readonly functions: FunctionFindings;
  /** Functions whose increase was made up for below their callers. */
  readonly moved: ReadonlySet<FunctionFinding>;
  /** Functions of which that cannot be told. */
  readonly unclear: ReadonlySet<FunctionFinding>;
  readonly waived: Waived;
  /** null where the captures do not have it. */
  readonly waits: WaitFindings | null;
  /** Whether going on is not expected to decide it; only where this look could have claimed something and did not. */
  readonly isFutile?: (finalPairs: number) => boolean;
}

/** What a look tells of CPU time. */
export type Seen = Pick<
  Assessment,
  'verdict' | 'pairs' | 'total' | 'functions' | 'moved' | 'unclear' | 'waived'
>;

export interface Measured {
  readonly workload: BundleWorkload;
  /** All complete pairs. */
  readonly pairs: readonly Pair[];
  /** All looks at them. */
  readonly looks: readonly Look[];
  readonly panel: Panel;
  /** Of the first n pairs; null where the captures do not have it. */
  readonly waits: ((n: number) => WaitPanel) | null;
  /** Where in the calls of these pairs the time was spent. */
  readonly places: () => PlacePanel;
}

export function readMeasured(workload: BundleWorkload, sources: Sources): Measured {
  const { tableOf, callsOf, waitsOf = () => null } = sources;
  const pairs = completePairs(workload.captures);
  const looks = looksAt(workload.policy, pairs.length, spendingTimes(workload, pairs.map(capturesOf)));
  const panel = readPanel(workload, pairs, tableOf);
  const waits = workload.offCpu === undefined ? null : readWaits(workload, pairs, waitsOf);
  let read: PlacePanel | null = null;
  const places = () => {
    read ??= callsOf ? readPlaces(callsOf(workload), pairs) : callsWithoutStacks(panel);
    return read;
  };
  return { workload, pairs, looks, panel, waits, places };
}

/** The assessment the verdict rests on: the first decisive look, else the last one. */
export function assess(measured: Measured): Assessment {
  const { workload, pairs, looks } = measured;
  let last = assessLook(measured, looks[0] ?? nothingSeen);
  for (const look of looks.slice(1)) {
    if (last.verdict !== 'inconclusive') break;
    last = assessLook(measured, look);
  }
  const stopped = checkStop(workload.stop, pairs.length);
  if (stopped !== null) {
    const invalid = last.reasons.filter(({ code }) => code === 'no_pairs');
    return { ...last, verdict: 'inconclusive', reasons: [stopped, ...invalid], neededSeconds: null };
  }
  if (workload.stop?.reason === 'futile' && last.verdict === 'inconclusive') {
    const neededSeconds =
      pairs.length > 0
        ? last.neededSeconds
        : (workload.policy.looks[0] as number) * secondsPerPair(workload, []);
    return { ...last, reasons: [futile(workload.stop, neededSeconds), ...last.reasons], neededSeconds };
  }
  const reasons = [...last.reasons];
  if (last.verdict !== 'inconclusive') reasons.push(...fewPairs(last.pairs.length));
  reasons.push(...remarks(last, pairs.length));
  return { ...last, reasons };
}

/** What measuring may stop for: a verdict, a fault that no further pair mends, or that no verdict can be expected. */
export type Standing = 'open' | 'decided' | 'futile';

/**
 * Whether measuring may stop. A verdict is looked for at the planned looks and after the last pair, never between two
 * looks; whether it is futile from the second look on.
 */
export function standingOf(measured: Measured): Standing {
  const { workload, pairs, looks } = measured;
  const isFaulty = checkPairs(workload, pairs).some(({ code }) => hopeless.has(code));
  if (isFaulty) return 'decided';
  const last = looks.at(-1);
  if (last === undefined || !(workload.policy.looks.includes(last.pairs) || last.time === 1)) return 'open';
  const isEnforced = workload.offCpu?.mode === 'enforce';
  if (isEnforced) {
    if (looks.some((look) => assessLook(measured, look).verdict !== 'inconclusive')) return 'decided';
    // Where waits were not measured no further pair makes a pass of what is none.
    const isBlind = measured.waits === null;
    return isBlind && looks.some((look) => withoutDoubt(measured, look).verdict === 'pass')
      ? 'decided'
      : 'open';
  }
  const assessments = looks.map((look) => withoutDoubt(measured, look));
  if (assessments.some(({ verdict }) => verdict !== 'inconclusive')) return 'decided';
  const claims = looks.filter(({ mayClaim }) => mayClaim).length;
  if (claims < 2 || last.time === 1) return 'open';
  return assessments.at(-1)?.isFutile?.(finalPairs(measured)) ? 'futile' : 'open';
}

/** How many pairs there will be once budget or pairs are spent, at the pace so far. */
function finalPairs({ workload, pairs }: Measured): number {
  const most = workload.policy.looks.at(-1) as number;
  const { pacing } = workload;
  const end = pairs.length > 0 ? endOf(capturesOf(pairs.at(-1) as Pair)) : null;
  if (pacing === undefined || end === null) return most;
  const more = Math.floor((pacing.budgetSeconds - end) / secondsPerPair(workload, pairs));
  // Where the last pair was a short one, one more fits.
  return Math.min(most, pairs.length + Math.max(1, more));
}

const nothingSeen: Look = {
  pairs: 0,
  time: 0,
  levels: { fail: 0.5, pass: 0.5, functions: 0.5 },
  mayClaim: false,
};

function assessLook(measured: Measured, planned: Look): Assessment {
  const { look, ...onCpu } = withoutDoubt(measured, planned);
  return weighWaits(onCpu, measured, look);
}

type OnCpu = Omit<Assessment, 'waits'> & { readonly look: Look };

/** What CPU time says, unless something else than the code may have made the difference. */
function withoutDoubt(measured: Measured, planned: Look): OnCpu {
  const seen = assessCpu(measured, planned);
  const policy = waivedPolicy(measured.workload);
  const doubts = doubtsOf({ ...measured, workload: { ...measured.workload, policy } }, planned, seen);
  if (doubts.length === 0) return seen;
  if (seen.verdict === 'inconclusive') {
    const look = { ...seen.look, mayClaim: false };
    return { ...seen, look, reasons: [...doubts, ...seen.reasons] };
  }
  const withdrawn = assessCpu(measured, { ...planned, mayClaim: false });
  return { ...withdrawn, verdict: 'inconclusive', reasons: doubts, neededSeconds: null };
}

/** What CPU time says. Besides, the look, which may claim nothing where the captures are not sound. */
function assessCpu({ workload, pairs: all, panel, places }: Measured, planned: Look): OnCpu {
  const { load } = workload;
  const policy = waivedPolicy(workload);
  const pairs = all.slice(0, planned.pairs);
  const log = totalLogChange(pairs);
  const runners = agreement(pairs);
  const said = runners.said === null ? [] : [runners.said];
  const invalid = checkPairs(workload, pairs);
  const unresolved = checkUnresolved(pairs.length, panel, log);
  const look = invalid.length > 0 ? { ...planned, mayClaim: false } : planned;
  const unwaived = testTotal(log, look, workload.policy);
  const total = unwaived.decision === 'pass' ? unwaived : testTotal(log, look, policy);
  const isBlind = unresolved !== null && total.decision !== 'fail';
  const named = isBlind ? { ...look, mayClaim: false } : look;
  const functions = testFunctions(panel, named, log, policy, unresolved?.baseShare ?? null);
  const { moved, unclear, neededPairs } = shiftsOf(panel, look, log, functions, places);
  const seen = { look, pairs, total, functions, moved, unclear, waived: nothingWaived };
  if (invalid.length > 0) {
    return { ...seen, verdict: 'inconclusive', reasons: invalid, neededSeconds: null };
  }
  if (isBlind) {
    return { ...seen, verdict: 'inconclusive', reasons: [unresolved.reason], neededSeconds: null };
  }
  const slower = slowerFunctions(functions, moved, unclear);
  const grown = [...slower, ...unclear];
  const waived = applyWaivers(workload, look, { unwaived, total }, functions.findings, grown);
  const isHeld = (finding: FunctionFinding) => waived.functions.get(finding)?.status !== 'waived';
  const failing = slower.filter(isHeld);
  const open = [...unclear].filter(isHeld);
  const waiving = waiverReasons(workload, total, waived);
  if (total.decision === 'fail' || failing.length > 0) {
    const reasons: Reason[] = [];
    const uniform = total.decision === 'fail' && isUniform(total, functions.findings);
    if (total.decision === 'fail') reasons.push(because.totalSlower(total, load));
    if (uniform) reasons.push(because.uniformSlowdown());
    reasons.push(...because.functionsSlower(failing, load));
    // Where all grew alike nothing was taken from anywhere.
    if (!uniform) reasons.push(...shiftReasons(moved, open));
    reasons.push(...waiving);
    if (unresolved !== null) reasons.push(unresolved.reason);
    reasons.push(...said);
    return { ...seen, waived, verdict: 'fail', reasons, neededSeconds: null };
  }
  const sensitivity = checkSensitivity(panel, look, total, functions, policy);
  if (total.decision === 'pass' && runners.disagree) {
    // Within the margin on average is not within it on each.
    return { ...seen, verdict: 'inconclusive', reasons: said, neededSeconds: null };
  }
  if (total.decision === 'pass' && sensitivity.sufficient && open.length === 0) {
    const reasons = [
      because.withinMargin(total, load),
      ...waiving,
      ...missingNames(panel, look.pairs),
      ...shiftReasons(moved, open),
      ...said,
    ];
    return { ...seen, waived, verdict: 'pass', reasons, neededSeconds: null };
  }
  const more = morePairs(look, total, sensitivity, open.length > 0 ? neededPairs : 0, policy);
  const neededSeconds = more === null ? null : more * secondsPerPair(workload, pairs);
  const why = whyInconclusive(workload, look, total, sensitivity, neededSeconds);
  const layouts = look.mayClaim ? layoutsInTheWay(workload, log) : null;
  if (layouts !== null) why.push(layouts);
  const reasons = [...why, ...shiftReasons(moved, open, neededSeconds), ...waiving, ...said];
  return {
    ...seen,
    waived,
    verdict: 'inconclusive',
    reasons,
    neededSeconds,
    isFutile: (end) => isFutile({ look, total, functions, sensitivity, policy }, end),
  };
}

function whyInconclusive(
  { policy, load, stop }: BundleWorkload,
  look: Look,
  total: Total,
  sensitivity: Sensitivity,
  neededSeconds: number | null,
): Reason[] {
  if (!look.mayClaim) return [because.tooFewPairs(look.pairs, policy, neededSeconds)];
  if (total.decision !== 'pass') return [because.undecided(total, load, look.pairs, neededSeconds, stop)];
  return sensitivity.sufficient ? [] : [because.insensitive(sensitivity, neededSeconds)];
}

/** Functions that fail the gate, the largest contribution first. */
function slowerFunctions(
  { findings }: FunctionFindings,
  moved: ReadonlySet<FunctionFinding>,
  unclear: ReadonlySet<FunctionFinding>,
): FunctionFinding[] {
  return findings
    .filter(({ proof }) => proof === 'slower' || proof === 'new')
    .filter((finding) => !moved.has(finding) && !unclear.has(finding))
    .sort((a, b) => b.estimate.contribution - a.estimate.contribution);
}

/** What is worth knowing of a verdict and changes nothing about it. */
function remarks(last: Assessment, measuredPairs: number): Reason[] {
  const beyond = measuredPairs - last.pairs.length;
  const found = [
    beyond > 0 ? because.pairsBeyond(beyond, last.pairs.length) : null,
    stacksCutShort(last.pairs),
    foreignSamples(last.pairs),
    placementDiffers(placementOf(last.pairs)),
    noisyMachine(last.pairs),
  ];
  return found.filter((reason) => reason !== null);
}

/** What a pass does not cover: slower functions in code without names. */
function missingNames(panel: Panel, n: number): Reason[] {
  const unresolved = Math.max(unresolvedPart(panel, 'base', n), unresolvedPart(panel, 'head', n));
  return unresolved > mostNameless ? [because.namesMissing(unresolved)] : [];
}

function shiftReasons(
  moved: ReadonlySet<FunctionFinding>,
  unclear: readonly FunctionFinding[],
  neededSeconds: number | null = null,
): Reason[] {
  const reasons: Reason[] = [];
  if (unclear.length > 0) reasons.push(because.shiftUnclear(unclear, neededSeconds));
  if (moved.size > 0) reasons.push(because.costMoved([...moved]));
  return reasons;
}
