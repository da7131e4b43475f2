/** Gates drawn from recordings whose truth is known. */
import { describe, expect, test } from '@jest/globals';
import { detectableChange, failingChange } from '../../src/calibration/detectable.js';
import { donorOf, plantedShot } from '../../src/calibration/plant.js';
import { noiseOf, type Recording, readRecording } from '../../src/calibration/recording.js';
import {
  bootstrapped,
  consecutiveGates,
  type Draw,
  judgeDraws,
  relabelled,
} from '../../src/calibration/resample.js';
import { uniformFrom } from '../../src/stats/random.js';
import { judgeWorkload } from '../../src/verdict/judge.js';
import { policy, program, simulate } from '../verdict/simulate.js';

const looks = [10, 20];

/** A recording of the same code on both sides: 2 % iid and 2 % AR(1) of 0.95 with spikes, times `noise`. */
function recordingOf(seed: number, noise: number, functionMargin = 0.05): Recording {
  const costs = program(12);
  const { workload, tableOf } = simulate({ seed, pairs: 40, base: costs, head: costs, noise });
  return readRecording(workload, { ...policy, functionMargin, looks }, tableOf);
}

type Way = (recording: Recording, length: number, uniform: () => number) => Draw[];

/** Part of the drawn gates whose total is proven slower at a margin of nothing, and an error rate of one in ten. */
function falseFails(recording: Recording, way: Way, gates: number): number {
  const strict = {
    ...recording,
    workload: {
      ...recording.workload,
      policy: {
        ...recording.workload.policy,
        totalMargin: 0,
        functionMargin: 10,
        alpha: { fail: 0.1, pass: 0.05, functions: 0.01 },
      },
    },
  };
  const uniform = uniformFrom(5);
  let fails = 0;
  for (let gate = 0; gate < gates; gate++) {
    const { verdict } = judgeDraws(strict, way(strict, 20, uniform), null, uniform);
    if (verdict === 'fail') fails++;
  }
  return fails / gates;
}

describe('gates of the same code', () => {
  test.each([
    ['with sides exchanged', relabelled],
    ['of other moments', bootstrapped],
  ])('%s fail as often as the error rate says, with autocorrelated noise', (_, way) => {
    // The truth is 10 %; 300 gates from three recordings scatter around it by less than 2 %.
    const rate = [1, 2, 3].reduce((sum, seed) => sum + falseFails(recordingOf(seed, 1), way, 100), 0) / 3;
    expect(rate).toBeGreaterThan(0.03);
    expect(rate).toBeLessThan(0.2);
  });

  test('sides are exchanged for both pairs of an order block, and every gate is in the order of time', () => {
    const recording = recordingOf(1, 1);
    const draws = relabelled(recording, 20, uniformFrom(3));
    expect(draws.map(({ exchanged }) => exchanged)).toEqual(
      draws.map((_, index) => draws[index - (index % 2)]?.exchanged),
    );
    const numbers = draws.map(({ pair }) => pair.base.capture.pair);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] as number) + index));
    expect(new Set(draws.map(({ exchanged }) => exchanged)).size).toBe(2);
  });

  test('a quiet recording is cut into gates that pass one after the other', () => {
    const endings = consecutiveGates(recordingOf(1, 0.1), 20, uniformFrom(1));
    expect(endings.length).toBeGreaterThanOrEqual(2);
    expect(endings.every(({ verdict }) => verdict === 'pass')).toBe(true);
  });

  test('an exchange of all sides turns the estimate around', () => {
    const recording = recordingOf(4, 1);
    const estimate = (exchanged: boolean): number => {
      const [base, head] = exchanged ? (['head', 'base'] as const) : (['base', 'head'] as const);
      const captures = recording.pairs.flatMap((pair, index) => [
        { ...pair[base].capture, side: 'base' as const, pair: index + 1 },
        { ...pair[head].capture, side: 'head' as const, pair: index + 1 },
      ]);
      const [first] = recording.pairs as [Recording['pairs'][number]];
      return judgeWorkload({ ...recording.workload, captures }, { tableOf: () => first.base.table }).total
        .estimate;
    };
    expect(Math.log1p(estimate(true))).toBeCloseTo(-Math.log1p(estimate(false)), 10);
  });
});

describe('planted slowdowns', () => {
  test('a total is found beyond its margin, and later with more noise', () => {
    const found = (noise: number): number => {
      const recording = recordingOf(2, noise);
      const changes = [1, 2, 3, 4, 5].map((seed) => failingChange(recording, null, 20, seed));
      return detectableChange(changes) as number;
    };
    const quiet = found(0.05);
    expect(quiet).toBeGreaterThan(0.02);
    expect(quiet).toBeLessThan(0.06);
    expect(found(1)).toBeGreaterThan(quiet);
  });

  test('a small function must change more than a large one', () => {
    const recording = recordingOf(2, 0.05);
    const found = [0.01, 0.05].map((share) => {
      const donor = donorOf(recording, share);
      return detectableChange([1, 2, 3, 4, 5].map((seed) => failingChange(recording, donor, 20, seed)));
    });
    expect(found[1]).toBeGreaterThan(0.05);
    expect(found[0] as number).toBeGreaterThan(found[1] as number);
  });

  test('head costs as much more as was planted, in the function and in the total', () => {
    const recording = recordingOf(3, 0.05);
    const into = donorOf(recording, 0.05);
    if (into === null) throw new Error('the simulated program has functions of more than 5 %');
    const sums = { base: [0, 0, 0], head: [0, 0, 0] };
    const uniform = uniformFrom(9);
    for (const pair of recording.pairs) {
      for (const side of ['base', 'head'] as const) {
        const { table, capture } = plantedShot(pair[side], side, { change: 0.5, into }, uniform);
        const cost = table.functions.get('planted function');
        const [own, samples, cpu] = sums[side] as [number, number, number];
        sums[side] = [own + (cost?.count ?? 0), samples + table.count, cpu + capture.summary.cpuNanoseconds];
        expect(capture.summary.samples).toBe(table.count);
      }
    }
    const [ofBase, allOfBase, cpuOfBase] = sums.base as [number, number, number];
    const [ofHead, , cpuOfHead] = sums.head as [number, number, number];
    // About 15,000 samples each: a scatter of 1.2 %.
    expect(ofHead / ofBase).toBeCloseTo(1.5, 1);
    expect(ofBase / allOfBase).toBeCloseTo(0.05, 2);
    expect(cpuOfHead / cpuOfBase).toBeCloseTo(1.025, 2);
  });

  test('there is no donor of a share that no function has', () => {
    expect(donorOf(recordingOf(1, 0.1), 0.9)).toBeNull();
  });
});

test('the same seed draws the same gates', () => {
  const recording = recordingOf(1, 1);
  const draw = () => {
    const uniform = uniformFrom(8);
    return judgeDraws(recording, bootstrapped(recording, 20, uniform), { change: 0.05, into: null }, uniform);
  };
  expect(draw()).toEqual(draw());
});

test('small functions are put together without any change of the verdict', () => {
  const costs = program(12);
  const small = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`tiny${i}`, 0.2]));
  const { workload, tableOf } = simulate({
    seed: 6,
    pairs: 10,
    base: { ...costs, ...small },
    head: { ...costs, ...small, f03: (costs.f03 as number) * 1.4 },
    noise: 0.2,
  });
  const whole = judgeWorkload({ ...workload, policy: { ...policy, looks: [10] } }, { tableOf });
  const recording = readRecording(workload, { ...policy, looks: [10] }, tableOf);
  expect(recording.pairs[0]?.base.table.functions.size).toBeLessThan(60);
  const draws = recording.pairs.map((pair) => ({ pair, exchanged: false }));
  const drawn = judgeDraws(recording, draws, null, uniformFrom(1));
  expect(drawn).toEqual({ verdict: whole.verdict, pairs: whole.pairs, code: whole.reasons[0]?.code });
  expect(drawn.verdict).toBe('fail');
});

test('noise is what it was made of', () => {
  const noise = noiseOf(recordingOf(1, 0.5));
  expect(noise.pairSd).toBeGreaterThan(0.005);
  expect(noise.pairSd).toBeLessThan(0.03);
  expect(Math.abs(noise.differenceAutocorrelation)).toBeLessThan(0.5);
});

test('gates are drawn of whole launches, and of CPU time alone', () => {
  const costs = program(12);
  const { workload, tableOf } = simulate({ seed: 1, pairs: 40, base: costs, head: costs, noise: 0.2 });
  const rate = (workload.captures[0]?.units as number) / workload.captureSeconds;
  const captures = workload.captures
    .filter(({ pair }) => pair < 40)
    .map((capture) => ({ ...capture, launch: Math.ceil(capture.pair / 2) }));
  const recording = readRecording(
    {
      ...workload,
      load: { kind: 'http', loop: 'open', rate },
      offCpu: { mode: 'enforce', margin: 0.1, idle: [] },
      captures,
    },
    { ...policy, looks },
    tableOf,
  );
  expect(recording.pairs).toHaveLength(19);
  expect(recording.enforcesWaits).toBe(true);
  const draws = recording.pairs.map((pair) => ({ pair, exchanged: false }));
  expect(judgeDraws(recording, draws, null, uniformFrom(1)).verdict).toBe('pass');
});
