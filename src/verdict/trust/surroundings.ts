/** How quiet the machine was around the captures of a side, and the remark when it was not. */

import type { Capture } from '../../bundle/schema.js';
import * as exact from '../../stats/exact.js';
import { byStratum } from '../../stats/stratified.js';
import { percent } from '../../text/format.js';
import { capturesOf, type Pair } from '../captures/pairs.js';
import type { Reason, SideConditions } from '../result.js';
import { otherPart, stealPart } from './disturbances.js';
import { throttledPart } from './settings.js';

/** What a remark is worth: parts of the CPU time, of the captures and of the time; relative spread of the frequency. */
const noisy = { steal: 0.02, otherLoad: 0.05, frequencySpread: 0.03, throttled: 0, memoryStall: 0.01 };

/** @returns all null where nothing is known of the captures' surroundings */
export function sideConditions(captures: readonly Capture[]): SideConditions {
  const frequencies = captures.flatMap(({ conditions }) => conditions.frequencyKilohertz ?? []);
  const mean = frequencies.reduce((sum, each) => sum + each, 0) / Math.max(1, frequencies.length);
  const spreads = relativeDeviations(captures);
  let [stalled, wall] = [0, 0];
  for (const { conditions } of captures) {
    if (conditions.memoryStallNanoseconds === null) continue;
    stalled += conditions.memoryStallNanoseconds;
    wall += conditions.windowNanoseconds;
  }
  return {
    steal: stealPart(captures),
    otherLoad: otherPart(captures),
    frequencyHz: frequencies.length === 0 ? null : mean * 1000,
    frequencySpread:
      spreads.length < 2
        ? null
        : Math.sqrt(spreads.reduce((sum, each) => sum + exact.square(each), 0) / (spreads.length - 1)),
    throttled: throttledPart(captures),
    memoryStall: wall > 0 ? Math.min(1, stalled / wall) : null,
  };
}

/** Of each capture's frequency from its runner's mean: that runners differ is no noise. */
function relativeDeviations(captures: readonly Capture[]): number[] {
  const runners = captures.map(({ runner }) => runner ?? 0);
  return byStratum(captures, runners).flatMap((own) => {
    const frequencies = own.flatMap(({ conditions }) => conditions.frequencyKilohertz ?? []);
    const mean = frequencies.reduce((sum, each) => sum + each, 0) / Math.max(1, frequencies.length);
    return frequencies.map((each) => each / mean - 1);
  });
}

/** A machine that is noisy for both sides alike: it costs pairs, and forbids nothing. */
export function noisyMachine(pairs: readonly Pair[]): Reason | null {
  const found = sideConditions(pairs.flatMap(capturesOf));
  const above = (name: keyof typeof noisy): number | null =>
    found[name] !== null && found[name] > noisy[name] ? found[name] : null;
  const says = (value: number | null, text: (value: number) => string): string[] =>
    value === null ? [] : [text(value)];
  const noises = [
    ...says(above('steal'), (part) => `the hypervisor took ${percent(part)} of the CPU time wanted`),
    ...says(above('otherLoad'), (part) => `other programs took ${percent(part)} of the service's CPUs`),
    ...says(above('frequencySpread'), (spread) => `the CPUs' frequency varied by ${percent(spread)}`),
    ...says(above('throttled'), (part) => `heat slowed the CPUs down in ${percent(part)} of the captures`),
    ...says(above('memoryStall'), (part) => `programs waited for memory ${percent(part)} of the time`),
  ];
  if (noises.length === 0) return null;
  return {
    code: 'machine_noisy',
    message: `the machine was not quiet: ${noises.join('; ')}; on a quieter one fewer pairs decide`,
  };
}
