/** From one workload's recording to what its gates would do. */
import { quantile } from 'simple-statistics';
import { automaticPairs, fewestLaunches, fewestPairs, planLooks } from '../bundle/schedule.js';
import { upperProportion } from '../stats/proportion.js';
import { uniformFrom } from '../stats/random.js';
import { detectableChange, failingChange } from './detectable.js';
import { donorOf } from './plant.js';
import { hasLayouts, noiseOf, type Recording } from './recording.js';
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
  /** Of the gate as configured; null: the most pairs are chosen by the samples of a capture. */
  readonly budgetSeconds: number;
  readonly mostPairs: number | null;
  readonly planted: readonly PlantedGate[];
}

/** How much of an analysis is done, 0..1. */
export type Done = number;

/** Analyses a recording; yields now and then, since it takes minutes. */
export function* analyse(
  recorded: Recording,
  { gates, seed, budgetSeconds, mostPairs: asked, planted }: AnalysisOptions,
): Generator<Done, WorkloadCalibration, void> {
  const recording = asGated(recorded, budgetSeconds, asked);
  const { workload, pairs, pairsPerLaunch, pairSeconds } = recording;
  const { policy } = workload;
  // Of pairs, or of launches where pairs share them.
  const mostPairs = policy.looks.at(-1) as number;
  const first = policy.looks[0] as number;
  const warnings = warningsOf(recording);
  const searches = Math.ceil(gates / gatesPerSearch);
  const donors = shares.map((share) => ({ share, donor: donorOf(recording, share) }));
  const sought = 1 + donors.filter(({ donor }) => donor !== null).length;
  const steps = 2 * gates + 8 * searches * sought;
  let done = 0;

  const uniform = uniformFrom(seed);
  const drawn: Record<'relabelled' | 'bootstrapped', Ending[]> = { relabelled: [], bootstrapped: [] };
  const canJudge = pairs.length >= first && mostPairs >= fewestPairs;
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
    mostPairs: mostPairs * pairsPerLaunch,
    recorded: {
      pairs: pairs.length * pairsPerLaunch,
      pairsPerLaunch,
      captureSeconds: secondsPerCapture(recording),
      pairSeconds: pairSeconds / pairsPerLaunch,
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

/** Looks at the pairs, or launches, that a gate measures within its budget, as it plans them. */
function asGated(recording: Recording, budgetSeconds: number, asked: number | null): Recording {
  const { workload, pairsPerLaunch, pairSeconds } = recording;
  const mostPairs = asked ?? automaticPairs(samplesPerCapture(recording));
  const most = Math.ceil(mostPairs / pairsPerLaunch);
  const fitting = pairSeconds > 0 ? Math.floor(budgetSeconds / pairSeconds) : most;
  const looks = planLooks(Math.max(1, Math.min(most, fitting)));
  return { ...recording, workload: { ...workload, policy: { ...workload.policy, looks } } };
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
function secondsPerCapture({ pairs, pairsPerLaunch }: Recording): number {
  const sum = pairs.reduce(
    (all, { base, head }) =>
      all + base.capture.conditions.windowNanoseconds + head.capture.conditions.windowNanoseconds,
    0,
  );
  return pairs.length > 0 ? sum / 1e9 / (2 * pairs.length * pairsPerLaunch) : 0;
}

function samplesPerCapture({ pairs, pairsPerLaunch }: Recording): number {
  const sum = pairs.reduce(
    (all, { base, head }) => all + base.capture.summary.samples + head.capture.summary.samples,
    0,
  );
  return pairs.length > 0 ? Math.round(sum / (2 * pairs.length * pairsPerLaunch)) : 0;
}

/** With fewer pairs, or launches where pairs share them, a recording says little of the noise it was taken from. */
const fewPairs = 30;

function warningsOf(recording: Recording): string[] {
  const { workload, pairs, pairsPerLaunch, pairSeconds } = recording;
  const { looks } = workload.policy;
  const [first, most] = [looks[0] as number, looks.at(-1) as number];
  const isShared = pairsPerLaunch > 1;
  const of = (values: number) =>
    isShared ? `${values} launches of ${pairsPerLaunch} pairs` : `${values} pairs`;
  const more = isShared ? '--pairs and --budget' : '--budget';
  const warnings: string[] = [];
  if (most < fewestPairs) {
    const needed = Math.ceil(fewestPairs * pairSeconds);
    warnings.push(
      `gate.budget and gate.max_pairs end before the first verdict: they allow ${of(most)}, and ${fewestPairs} are needed, which take about ${needed} s`,
    );
  } else if (pairs.length < first) {
    warnings.push(
      `${of(pairs.length)} were recorded, and no verdict is reached before ${first}: raise ${more}`,
    );
  } else if (pairs.length < fewPairs) {
    warnings.push(
      `${of(pairs.length)} were recorded: rates and slowdowns are those of a few minutes; raise ${more} for ${fewPairs} or more`,
    );
  }
  if (isShared && most >= fewestPairs && most < fewestLaunches) {
    warnings.push(
      `gate.budget and gate.max_pairs allow ${of(most)}, so a gate keeps a launch for fewer pairs, and these rates are not its own: allow ${fewestLaunches} launches`,
    );
  }
  if (recording.enforcesWaits) {
    warnings.push(
      'gate.off_cpu.mode is enforce: these figures are of CPU time alone, and a gate also fails for longer waits and passes later; look at the bounds of waiting in a gate of the same code',
    );
  }
  if (hasLayouts(recording)) {
    warnings.push(
      'all drawn gates are of the same builds: what builds with other code layouts would add to the rates is left out; the bounds of a verdict have it',
    );
  }
  return warnings;
}
