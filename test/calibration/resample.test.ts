/** Gates drawn from recordings whose truth is known. */
import { describe, expect, test } from '@jest/globals';
import { detectableChange, failingChange } from '../../src/calibration/detectable.js';
import { donorOf } from '../../src/calibration/plant.js';
import { noiseOf, readRecording } from '../../src/calibration/recording.js';
import { bootstrapped, consecutiveGates, judgeDraws, relabelled } from '../../src/calibration/resample.js';
import { uniformFrom } from '../../src/stats/random.js';
import { judgeWorkload } from '../../src/verdict/judge.js';
import { policy, program, simulate } from '../verdict/simulate.js';

/** A recording of the same code on both sides with autocorrelated noise: 2 % iid, 2 % AR(1) of 0.95, spikes. */
function recordingOf(seed: number, noise: number, margin = 0.02) {
  const costs = program(30);
  const { workload, tableOf } = simulate({ seed, pairs: 60, base: costs, head: costs, noise });
  return readRecording(workload, { ...policy, totalMargin: margin }, tableOf);
}

const fails = (endings: readonly { verdict: string }[]): number =>
  endings.filter(({ verdict }) => verdict === 'fail').length / endings.length;

test('speed', () => {
  const recording = recordingOf(1, 0.5);
  const uniform = uniformFrom(1);
  let t = performance.now();
  const e = [];
  for (let i = 0; i < 100; i++)
    e.push(judgeDraws(recording, relabelled(recording, 60, uniform), null, uniform));
  console.log(
    'relabelled',
    (performance.now() - t) / 100,
    e.map((x) => x.verdict + x.pairs + x.code).slice(0, 10),
  );
  t = performance.now();
  const c = [];
  for (let i = 0; i < 20; i++) c.push(failingChange(recording, null, 60, i));
  console.log('total', (performance.now() - t) / 20, detectableChange(c), c.slice(0, 5));
  t = performance.now();
  const f = [];
  for (let i = 0; i < 20; i++) f.push(failingChange(recording, donorOf(recording, 0.02), 60, i));
  console.log('function', (performance.now() - t) / 20, detectableChange(f), f.slice(0, 5));
  console.log(consecutiveGates(recording, 60, uniform), noiseOf(recording));
});
