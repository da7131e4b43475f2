/** From one workload's recording to what its gates would do. */
import { quantile } from 'simple-statistics';
import { planLooks } from '../bundle/schedule.js';
import { upperProportion } from '../stats/proportion.js';
import { uniformFrom } from '../stats/random.js';
import { detectableChange, failingChange } from './detectable.js';
import { donorOf } from './plant.js';
import { noiseOf, type Recording } from './recording.js';
import {
  bootstrapped,
  consecutiveGates,
  type Draw,
  type Ending,
  judgeDraws,
  relabelled,
} from './resample.js';
import type { Endings, PlantedGate, WorkloadCalibration } from './result.js';
import { advise } from './settings.js';

/** Shares of the functions that slowdowns are planted into. */
const shares = [0.01, 0.02, 0.05, 0.1];
/** A slowdown takes about ten times as long to be searched for as a gate to be judged. */
const gatesPerSearch = 20;
/** Risk that the limit of a rate is too low. */
const rateAlpha = 0.05;

export interface AnalysisOptions {
  /** Gates drawn in each of the two ways. */
  readonly gates: number;
  readonly seed: number;
  /** Of the gate as configured. */
  readonly budgetSeconds: number;
  readonly planted: readonly PlantedGate[];
}

/** How much of an analysis is done, 0..1. */
export type Done = number;

/** Analyses a recording; yields now and then, since it takes minutes. */
export function* analyse(
  recorded: Recording,
  { gates, seed, budgetSeconds, planted }: AnalysisOptions,
): Generator<Done, WorkloadCalibration, void> {
  const recording = withinBudget(recorded, budgetSeconds);
  const { workload, pairs, pairSeconds } = recording;
  const { policy } = workload;
  const mostPairs = policy.looks.at(-1) as number;
  const first = policy.looks[0] as number;
  const warnings = warningsOf(recording, mostPairs, first);
  const searches = Math.ceil(gates / gatesPerSearch);
  const donors = shares.map((share) => ({ share, donor: donorOf(recording, share) }));
  const sought = 1 + donors.filter(({ donor }) => donor !== null).length;
  const steps = 2 * gates + 8 * searches * sought;
  let done = 0;

  const uniform = uniformFrom(seed);
  const drawn: Record<'relabelled' | 'bootstrapped', Ending[]> = { relabelled: [], bootstrapped: [] };
  const canJudge = pairs.length >= first && mostPairs >= first;
  for (let gate = 0; canJudge && gate < gates; gate++) {
    const ways: Record<keyof typeof drawn, Draw[]> = {
      relabelled: relabelled(recording, Math.min(mostPairs, pairs.length), uniform),
      bootstrapped: bootstrapped(recording, mostPairs, uniform),
    };
    for (const way of ['relabelled', 'bootstrapped'] as const) {
      drawn[way].push(judgeDraws(recording, ways[way], null, uniform));
      done++;
      yield done / steps;
    }
  }
  const changes: number[][] = [];
  for (const donor of [null, ...donors.flatMap(({ donor }) => donor ?? [])]) {
    const ofThis: number[] = [];
    for (let search = 0; canJudge && search < searches; search++) {
      ofThis.push(failingChange(recording, donor, mostPairs, seed + 2 * search));
      done += 8;
      yield done / steps;
    }
    changes.push(ofThis);
  }
  const [ofTotal = [], ...ofFunctions] = changes;
  const functions = donors.map(({ share, donor }) => ({
    share,
    available: donor !== null,
    change: donor === null ? null : detectableChange(ofFunctions.shift() ?? []),
  }));
  const found = {
    name: workload.name,
    policy,
    budgetSeconds,
    mostPairs,
    recorded: {
      pairs: pairs.length,
      captureSeconds: secondsPerCapture(recording),
      pairSeconds,
      samples: samplesPerCapture(recording),
    },
    noise: noiseOf(recording),
    consecutive: count(canJudge ? consecutiveGates(recording, mostPairs, uniform) : []),
    relabelled: count(drawn.relabelled),
    bootstrapped: count(drawn.bootstrapped),
    secondsToPass: secondsToPass(drawn.bootstrapped, pairSeconds),
    detectable: { gates: canJudge ? searches : 0, total: detectableChange(ofTotal), functions },
    planted: [...planted],
    warnings,
  };
  const { settings, warning } = advise(recording, found, seed);
  return {
    ...found,
    settings: [...settings],
    warnings: [...warnings, ...(warning === null ? [] : [warning])],
  };
}

/** Looks at the pairs that fit into the budget, as a gate plans them. */
function withinBudget(recording: Recording, budgetSeconds: number): Recording {
  const { workload, pairSeconds } = recording;
  const { policy } = workload;
  const fitting = pairSeconds > 0 ? Math.floor(budgetSeconds / pairSeconds) : Number.POSITIVE_INFINITY;
  const most = policy.looks.at(-1) as number;
  if (fitting >= most) return recording;
  return {
    ...recording,
    workload: { ...workload, policy: { ...policy, looks: planLooks(Math.max(1, fitting)) } },
  };
}

function count(endings: readonly Ending[]): Endings {
  const of = (verdict: Ending['verdict']) => endings.filter((ending) => ending.verdict === verdict).length;
  const fail = of('fail');
  return {
    gates: endings.length,
    pass: of('pass'),
    fail,
    inconclusive: of('inconclusive'),
    falseFailsAtMost: upperProportion(fail, endings.length, rateAlpha),
  };
}

function secondsToPass(
  endings: readonly Ending[],
  pairSeconds: number,
): WorkloadCalibration['secondsToPass'] {
  const passed = endings.filter(({ verdict }) => verdict === 'pass').map(({ pairs }) => pairs * pairSeconds);
  return passed.length === 0 ? null : { median: quantile(passed, 0.5), p90: quantile(passed, 0.9) };
}

/** As measured: a batch program runs to its end, however long was asked for. */
function secondsPerCapture({ pairs }: Recording): number {
  const sum = pairs.reduce(
    (all, { base, head }) =>
      all + base.capture.summary.wallNanoseconds + head.capture.summary.wallNanoseconds,
    0,
  );
  return pairs.length > 0 ? sum / 1e9 / (2 * pairs.length) : 0;
}

function samplesPerCapture({ pairs }: Recording): number {
  const sum = pairs.reduce(
    (all, { base, head }) => all + base.capture.summary.samples + head.capture.summary.samples,
    0,
  );
  return pairs.length > 0 ? Math.round(sum / (2 * pairs.length)) : 0;
}

/** With fewer pairs a recording says little of the noise it was taken from. */
const fewPairs = 30;

function warningsOf({ pairs, pairSeconds }: Recording, mostPairs: number, first: number): string[] {
  const warnings: string[] = [];
  if (mostPairs < first) {
    const needed = Math.ceil(first * pairSeconds);
    warnings.push(
      `gate.budget ends before the first verdict: ${mostPairs} pairs fit into it, ${first} are needed, which take about ${needed} s`,
    );
  } else if (pairs.length < first) {
    warnings.push(
      `${pairs.length} pairs were recorded, and no verdict is reached before ${first}: raise --budget`,
    );
  } else if (pairs.length < fewPairs) {
    warnings.push(
      `${pairs.length} pairs were recorded: rates and slowdowns are those of a few minutes; raise --budget for ${fewPairs} or more`,
    );
  }
  return warnings;
}
