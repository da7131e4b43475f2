/** The settings that the figures speak for, each with its reason. */
import { quantile } from 'simple-statistics';
import { policyOf } from '../config/resolve.js';
import { uniformFrom } from '../stats/random.js';
import { count, margin as marginText, percent, seconds as secondsText } from '../text/format.js';
import { hasLayouts, type Recording } from './recording.js';
import { bootstrapped, judgeDraws } from './resample.js';
import type { Setting, WorkloadCalibration } from './result.js';

/** Margins that are offered. Below 2 % the layout of one build's code decides more than the change. */
const margins = [0.02, 0.03, 0.05, 0.1];
const marginsWithLayouts = [0.005, 0.01, ...margins];
/** Gates drawn for a margin, and the part of them that is to pass within the budget. */
const triedGates = 60;
const wantedPasses = 0.95;
/** Part of a pair's time that may go into starting, warming up and stopping. */
const mostOverhead = 1 / 3;
/** A capture with fewer samples says little of functions of a few per cent. */
const wantedSamples = 4000;
const longestCapture = 10;
/** Pairs, or launches where pairs share them, of a gate that is tried, and the fewest that are recommended. */
const mostPairs = 60;
const fewestPairs = 10;
/** Time left for worse moments than were recorded. */
const spare = 1.25;
/** Budgets people write, in minutes. */
const minutes = [1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120];

/** What a workload's figures speak for, and what speaks against any of it. */
export interface Advice {
  readonly settings: readonly Setting[];
  readonly warning: string | null;
}

/** Margin, budget and pairs for this workload, and the length of its captures. */
export function advise(
  recording: Recording,
  found: Omit<WorkloadCalibration, 'settings'>,
  seed: number,
): Advice {
  const capture = captureSetting(found);
  if (found.bootstrapped.gates === 0) return { settings: [capture], warning: null };
  const gate = marginSettings(recording, seed);
  if (gate !== null) return { settings: [...gate, capture], warning: null };
  const widest = marginText(margins.at(-1) as number);
  return {
    settings: [capture],
    warning: `fewer than ${percent(wantedPasses)} of gates of the same code pass within ${mostPairs} pairs, even at a margin of ${widest}: this runner is too noisy for this workload; look for what else runs on it, or give the workload more work a capture`,
  };
}

function captureSetting({ name, recorded }: Omit<WorkloadCalibration, 'settings'>): Setting {
  const { captureSeconds, pairSeconds, pairsPerLaunch, samples } = recorded;
  const isShared = pairsPerLaunch > 1;
  const overhead = Math.max(0, pairSeconds / 2 - captureSeconds);
  // What a launch takes is paid by the pairs that share it: neither longer nor shorter captures change it.
  const forOverhead = isShared ? 0 : overhead * (1 / mostOverhead - 1);
  const forSamples =
    samples > 0 ? (captureSeconds * wantedSamples) / (samples * pairsPerLaunch) : captureSeconds;
  const least = isShared ? captureSeconds : 1;
  const wanted = Math.min(longestCapture, Math.max(least, forOverhead, forSamples));
  const isFine = wanted >= captureSeconds / 1.5 && wanted <= captureSeconds * 1.25;
  const value = roundSeconds(isFine ? captureSeconds : wanted);
  const shared = isShared ? ` (${pairsPerLaunch} pairs share a launch)` : '';
  const facts = `${secondsText(overhead)} of each capture's time go into starting, warming up and stopping${shared}, and ${secondsText(captureSeconds)} gave ${count(samples)} samples`;
  const why = isFine
    ? 'that is a good length'
    : value > captureSeconds
      ? `longer captures ${isShared ? '' : 'waste less of it, or '}see more of functions of a few per cent`
      : 'shorter captures give more pairs in the same time, and pairs are what a verdict rests on';
  return { key: `workloads.${name}.capture.seconds`, value, reason: `${facts}: ${why}` };
}

/** The smallest margin that most gates of the same code pass at, with the time that takes; null when there is none. */
function marginSettings(recording: Recording, seed: number): Setting[] | null {
  const { pairsPerLaunch, pairSeconds } = recording;
  const isShared = pairsPerLaunch > 1;
  const offered = hasLayouts(recording) ? marginsWithLayouts : margins;
  for (const totalMargin of offered) {
    const passes = passingPairs(recording, totalMargin, seed);
    const part = passes.length / triedGates;
    if (part < wantedPasses) continue;
    const pairs = Math.round(quantile(passes, wantedPasses));
    const seconds = pairs * pairSeconds;
    const budget = minutes.find((each) => each * 60 >= spare * seconds) ?? Math.ceil((spare * seconds) / 60);
    const fitting = Math.floor((budget * 60) / Math.max(0.1, pairSeconds));
    const most = Math.min(mostPairs, Math.max(fewestPairs, fitting));
    const values = isShared ? `launches of ${pairsPerLaunch} pairs` : 'pairs';
    const why =
      totalMargin !== offered[0]
        ? ', and too few at less'
        : hasLayouts(recording)
          ? ''
          : '; less is not offered, since one build is one layout of the code, and relinking alone can change more';
    return [
      {
        key: 'gate.total.margin',
        value: marginText(totalMargin).replace(' ', ''),
        reason: `${percent(part)} of gates of the same code pass at it${why}`,
      },
      {
        key: 'gate.budget',
        value: `${budget}m`,
        reason: `19 of 20 gates that pass have done so after ${pairs} ${values}, ${secondsText(seconds)}; a quarter more is left for worse moments`,
      },
      {
        key: 'gate.max_pairs',
        value: most * pairsPerLaunch,
        reason: `as many ${values}, ${secondsText(pairSeconds)} each, as fit into the budget, at most ${mostPairs}: nothing is kept for looks that are never reached`,
      },
    ];
  }
  return null;
}

/**
 * Pairs after which gates of the same code pass at this margin: one number for each of them that does. Given up as soon
 * as too many do not.
 */
function passingPairs(recording: Recording, totalMargin: number, seed: number): number[] {
  const { workload } = recording;
  const { looks } = policyOf({ max_pairs: mostPairs });
  const policy = { ...workload.policy, totalMargin, looks };
  const trial = { ...recording, workload: { ...workload, policy } };
  const uniform = uniformFrom(seed);
  const passes: number[] = [];
  const mostMisses = (1 - wantedPasses) * triedGates;
  for (let gate = 0; gate < triedGates && gate - passes.length <= mostMisses; gate++) {
    const { verdict, pairs } = judgeDraws(trial, bootstrapped(trial, mostPairs, uniform), null, uniform);
    if (verdict === 'pass') passes.push(pairs);
  }
  return passes;
}

function roundSeconds(seconds: number): number {
  return seconds < 2 ? Math.round(seconds * 10) / 10 : Math.round(seconds);
}

/** Settings of the gate for all workloads: each the most demanding of theirs. */
export function commonSettings(workloads: readonly WorkloadCalibration[]): Setting[] {
  const all = workloads.flatMap(({ settings, name }) => settings.map((setting) => ({ ...setting, name })));
  const keys = ['gate.total.margin', 'gate.budget', 'gate.max_pairs'];
  return keys.flatMap((key) => {
    const ones = all.filter((setting) => setting.key === key);
    const most = ones.sort((a, b) => Number.parseFloat(`${b.value}`) - Number.parseFloat(`${a.value}`))[0];
    if (most === undefined) return [];
    const reason = workloads.length > 1 ? `${most.name}: ${most.reason}` : most.reason;
    return [{ key, value: most.value, reason }];
  });
}

/** The settings as they stand in .profbound.yml, each below its reason. */
export function settingsYaml(
  common: readonly Setting[],
  workloads: readonly Pick<WorkloadCalibration, 'name' | 'settings'>[],
): string {
  const lines: string[] = [];
  const captures = workloads.flatMap(({ name, settings }) =>
    settings.filter(({ key }) => key.endsWith('.capture.seconds')).map((setting) => ({ name, setting })),
  );
  if (captures.length > 0) lines.push('workloads:');
  for (const { name, setting } of captures) {
    lines.push(`  ${name}:`, `    # ${setting.reason}`, `    capture: { seconds: ${setting.value} }`);
  }
  if (common.length > 0) lines.push('gate:');
  for (const { key, value, reason } of common) {
    const name = key.slice('gate.'.length);
    const written = name === 'total.margin' ? `total: { margin: ${value} }` : `${name}: ${value}`;
    lines.push(`  # ${reason}`, `  ${written}`);
  }
  return `${lines.join('\n')}\n`;
}
