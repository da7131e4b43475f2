/** One workload's verdict: walks the looks in order; the first that proves something decides. */

import { endOf } from '../bundle/schedule.js';
import type { Assessment, OnCpu } from './assessment.js';
import { waivedPolicy } from './blame/waivers.js';
import { capturesOf, type Pair, secondsPerPair } from './captures/pairs.js';
import { assessCpu } from './cpu.js';
import type { Measured } from './measured.js';
import type { Look } from './pace/looks.js';
import { fewPairs, futile } from './pace/reasons.js';
import * as because from './reasons.js';
import type { Reason } from './result.js';
import { stacksCutShort } from './trust/cutShort.js';
import { doubtsOf } from './trust/doubts.js';
import { foreignSamples } from './trust/foreign.js';
import { placementDiffers, placementOf } from './trust/placement.js';
import { noisyMachine } from './trust/surroundings.js';
import { checkPairs, checkStop, hopeless } from './trust/validity.js';
import { weighWaits } from './waits/weigh.js';

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
  reasons.push(...remarks(last, measured));
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

/** What is worth knowing of a verdict and changes nothing about it. */
function remarks(last: Assessment, { pairs, panel }: Measured): Reason[] {
  const beyond = pairs.length - last.pairs.length;
  const found = [
    beyond > 0 ? because.pairsBeyond(beyond, last.pairs.length) : null,
    stacksCutShort(last.pairs, panel),
    foreignSamples(last.pairs),
    placementDiffers(placementOf(last.pairs)),
    noisyMachine(last.pairs),
  ];
  return found.filter((reason) => reason !== null);
}
