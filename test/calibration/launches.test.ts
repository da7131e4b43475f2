/** Recordings in which several pairs share a launch: what is drawn, said and recommended is by launches. */
import { expect, test } from '@jest/globals';
import { type AnalysisOptions, analyse } from '../../src/calibration/analysis.js';
import { noiseOf, type Recording, readRecording } from '../../src/calibration/recording.js';
import { bootstrapped, type Draw, judgeDraws, relabelled } from '../../src/calibration/resample.js';
import type { WorkloadCalibration } from '../../src/calibration/result.js';
import { uniformFrom } from '../../src/stats/random.js';
import { judgeWorkload } from '../../src/verdict/judge.js';
import { normalFrom, policy, program, type Simulated, simulate } from '../verdict/simulate.js';

const launchSd = 0.03;
/** So that gates pass at the first margin that is tried. */
const quietSd = 0.002;
const secondsPerLaunch = 90;

/** Launches of a side that differ, with hardly any noise within one; head costs so much more. */
function inLaunches(
  seed: number,
  launches: number,
  pairsPerLaunch: number,
  change = 0,
  sd = launchSd,
): Simulated {
  const normal = normalFrom(uniformFrom(1000 + seed));
  const effects = new Map<string, number>();
  const costs = program(5);
  const { workload, tableOf } = simulate({
    seed,
    pairs: launches * pairsPerLaunch,
    base: costs,
    head: costs,
    noise: { iid: 0.002 },
    capture: (capture) => {
      const launch = Math.ceil(capture.pair / pairsPerLaunch);
      const key = `${capture.side} ${launch}`;
      const effect = effects.get(key) ?? sd * normal();
      effects.set(key, effect);
      const slower = capture.side === 'head' ? 1 + change : 1;
      const { summary } = capture;
      const cpuNanoseconds = Math.round(summary.cpuNanoseconds * Math.exp(effect) * slower);
      return {
        ...capture,
        launch,
        endSeconds: secondsPerLaunch * launch,
        summary: { ...summary, cpuNanoseconds },
      };
    },
  });
  return { workload, tableOf };
}

const strict = {
  ...policy,
  totalMargin: 0,
  functionMargin: 10,
  alpha: { fail: 0.1, pass: 0.05, functions: 0.01 },
  looks: [12],
};

function recordingOf(seed: number, launches: number, pairsPerLaunch: number): Recording {
  const { workload, tableOf } = inLaunches(seed, launches, pairsPerLaunch);
  return readRecording(workload, strict, tableOf);
}

function rate(gates: number, fails: (gate: number) => boolean): number {
  return Array.from({ length: gates }, (_, gate) => fails(gate)).filter(Boolean).length / gates;
}

function drawn(recording: Recording, way: typeof bootstrapped, gates: number, change = 0): number {
  const uniform = uniformFrom(5);
  const plant = change === 0 ? null : { change, into: null };
  return rate(gates, () => {
    const draws: Draw[] = way(recording, 12, uniform);
    return judgeDraws(recording, draws, plant, uniform).verdict === 'fail';
  });
}

/** As gates of 12 launches of their own end. */
function measured(pairsPerLaunch: number, gates: number, change = 0): number {
  return rate(gates, (gate) => {
    const { workload, tableOf } = inLaunches(200 + gate, 12, pairsPerLaunch, change);
    return judgeWorkload({ ...workload, policy: strict }, { tableOf }).verdict === 'fail';
  });
}

test('drawn gates of launches fail as often as gates that were measured', () => {
  const shared = 3;
  const recordings = [1, 2, 3].map((seed) => recordingOf(seed, 36, shared));
  const mean = (change: number, way: typeof bootstrapped) =>
    recordings.reduce((sum, recording) => sum + drawn(recording, way, 40, change), 0) / recordings.length;
  // The truth is 10 % without a change: 120 gates from three recordings scatter around it by some 4 %.
  for (const way of [relabelled, bootstrapped]) {
    expect(mean(0, way)).toBeGreaterThan(0.01);
    expect(mean(0, way)).toBeLessThan(0.25);
  }
  // A change that some two thirds of the gates find; launches taken for more evidence than they are would find it always.
  const found = measured(shared, 60, 0.024);
  expect(found).toBeGreaterThan(0.4);
  expect(found).toBeLessThan(0.9);
  expect(Math.abs(mean(0.024, bootstrapped) - found)).toBeLessThan(0.3);
});

test('all pairs of a launch are exchanged together, launches of an odd number two by two', () => {
  const exchanges = (shared: number) =>
    relabelled(recordingOf(1, 20, shared), 20, uniformFrom(3)).map(({ exchanged }) => exchanged);
  const byTwo = exchanges(3);
  expect(byTwo).toEqual(byTwo.map((_, index) => byTwo[index - (index % 2)]));
  const single = exchanges(2);
  expect(single).not.toEqual(single.map((_, index) => single[index - (index % 2)]));
});

test('all pairs of a gate are exchanged together where a side has several builds', () => {
  const costs = program(5);
  const { workload, tableOf } = simulate({
    seed: 1,
    pairs: 20,
    base: costs,
    head: costs,
    layouts: { builds: 4, sd: 0.01, functionSd: 0 },
  });
  const recording = readRecording(workload, strict, tableOf);
  const uniform = uniformFrom(2);
  const gates = Array.from({ length: 20 }, () => relabelled(recording, 12, uniform));
  const sides = gates.map((draws) => new Set(draws.map(({ exchanged }) => exchanged)));
  expect(sides.every(({ size }) => size === 1)).toBe(true);
  expect(new Set(sides.flatMap((one) => [...one])).size).toBe(2);
});

test('going second is told by the pairs within a launch', () => {
  const { workload, tableOf } = inLaunches(4, 12, 3);
  const captures = workload.captures.map((capture) => ({
    ...capture,
    summary: {
      ...capture.summary,
      cpuNanoseconds: Math.round(capture.summary.cpuNanoseconds * (capture.position === 1 ? 1.1 : 1)),
    },
  }));
  const { secondEffect } = noiseOf(readRecording({ ...workload, captures }, strict, tableOf));
  // Launches scatter by 4 % and go either way first.
  expect(Math.abs(secondEffect - Math.log(1.1))).toBeLessThan(0.04);
});

function analysed(recording: Recording, options: Partial<AnalysisOptions> = {}): WorkloadCalibration {
  const analysis = analyse(recording, {
    gates: 1,
    seed: 1,
    budgetSeconds: 3600,
    mostPairs: null,
    planted: [],
    ...options,
  });
  for (;;) {
    const step = analysis.next();
    if (step.done) return step.value;
  }
}

test('figures are of pairs and captures, decisions of launches, and settings are written in pairs', () => {
  const { workload, tableOf } = inLaunches(1, 36, 4, 0, quietSd);
  const found = analysed(readRecording(workload, policy, tableOf), { mostPairs: 60 });
  expect(found.recorded).toEqual({
    pairs: 144,
    pairsPerLaunch: 4,
    captureSeconds: 5,
    pairSeconds: secondsPerLaunch / 4,
    samples: expect.any(Number),
  });
  expect(found.recorded.samples).toBeGreaterThan(7500);
  expect(found.recorded.samples).toBeLessThan(8500);
  // 60 pairs are 15 launches, which take 1,350 s.
  expect(found).toMatchObject({ mostPairs: 60, policy: { looks: [10, 13, 15] } });
  expect(
    analysed(readRecording(workload, policy, tableOf), { mostPairs: 60, budgetSeconds: 1260 }),
  ).toMatchObject({
    mostPairs: 56,
    warnings: [],
  });
  const settings = Object.fromEntries(found.settings.map(({ key, value }) => [key, value]));
  expect(settings['workloads.api.capture.seconds']).toBe(5);
  const most = settings['gate.max_pairs'] as number;
  const budget = Number.parseInt(settings['gate.budget'] as string, 10);
  expect(most % 4).toBe(0);
  // Ten launches fit into either, so that a gate keeps launches for as many pairs as were recorded.
  expect(most / 4).toBeGreaterThanOrEqual(10);
  expect((budget * 60) / secondsPerLaunch).toBeGreaterThanOrEqual(10);
  expect(found.settings.find(({ key }) => key === 'gate.budget')?.reason).toMatch(
    /after \d+ launches of 4 pairs/,
  );
});

test('launches that are too few for the gate or the recording are said', () => {
  const { workload, tableOf } = inLaunches(2, 12, 4, 0, quietSd);
  const { warnings } = analysed(readRecording(workload, policy, tableOf), {
    budgetSeconds: 8 * secondsPerLaunch,
  });
  expect(warnings).toEqual([
    expect.stringMatching(
      /^12 launches of 4 pairs were recorded: .* raise --pairs and --budget for 30 or more$/,
    ),
    expect.stringMatching(
      /^gate\.budget and gate\.max_pairs allow 8 launches of 4 pairs, .* allow 10 launches$/,
    ),
  ]);
  const few = analysed(readRecording(workload, policy, tableOf), { mostPairs: 8 });
  expect(few.bootstrapped.gates).toBe(0);
  expect(few.warnings[0]).toMatch(
    /end before the first verdict: they allow 2 launches of 4 pairs, and 4 are needed/,
  );
});

test('without gate.max_pairs a gate of few samples has as many pairs as they ask for', () => {
  const costs = program(2);
  const { workload, tableOf } = simulate({
    seed: 1,
    pairs: 12,
    base: costs,
    head: costs,
    samples: 1530,
    noise: 0.05,
  });
  const recording = readRecording(workload, policy, tableOf);
  const { mostPairs } = analysed(recording, { budgetSeconds: 1e6 });
  expect(mostPairs).toBeGreaterThan(85);
  expect(mostPairs).toBeLessThan(115);
});
