/** Group-sequential boundaries: looking at growing data several times without looking costing more than α in all. */
import * as exact from './exact.js';
import { normalDensity, normalSurvival, normalUpperQuantile } from './normal.js';

/** Below this no path comes back to a boundary with a probability that matters. */
const lowest = -6;
/** Grid points a standard deviation of the next increment, and at least over the whole range. */
const pointsPerSd = 6;
const fewestIntervals = 240;

/** The sub-density of the test statistic over paths that have crossed no boundary yet, on a Simpson grid. */
interface Continuation {
  readonly information: number;
  readonly z: readonly number[];
  /** Density times quadrature weight. */
  readonly mass: readonly number[];
}

/**
 * One-sided nominal p-values, one a look, of the group-sequential test that spends α t² (Kim and DeMets, 1987, ρ = 2) by
 * the time t. By recursive numerical integration (Armitage, McPherson and Rowe, 1969).
 *
 * What has been spent may go by another clock than the information does (Lan and DeMets, 1989): the boundary at a look
 * depends on the times up to it and on how the informations up to it relate, and on nothing that comes later. The error
 * is kept as long as neither is chosen for what was seen of the difference.
 * @param alpha        one-sided error probability spent at t = 1
 * @param informations information at the looks, strictly ascending, in units of its own (pairs) or as fractions
 * @param times        fractions of the spending time at the looks, strictly ascending, in (0, 1]; the informations
 *                     unless given
 * @throws RangeError when they are not
 */
export function nominalLevels(
  alpha: number,
  informations: readonly number[],
  times: readonly number[] = informations,
): number[] {
  requireAscending('informations', informations, Number.MAX_VALUE);
  requireAscending('times', times, 1);
  if (times.length !== informations.length) {
    throw new RangeError(`as many times as informations: ${times.length}, ${informations.length}`);
  }
  const levels: number[] = [];
  let paths: Continuation | null = null;
  let spent = 0;
  for (const [look, t] of informations.entries()) {
    const time = times[look] as number;
    const due = alpha * time * time - spent;
    const boundary: number = paths === null ? normalUpperQuantile(due) : solve(paths, t, due);
    levels.push(normalSurvival(boundary));
    spent += due;
    const next = informations[look + 1];
    if (next !== undefined) paths = continuation(paths, t, boundary, next);
  }
  return levels;
}

function requireAscending(what: string, values: readonly number[], most: number): void {
  if (values.every((value, look) => value > (values[look - 1] ?? 0) && value <= most)) return;
  const range = most === 1 ? 'within (0, 1]' : 'above 0';
  throw new RangeError(`${what} ascend ${range}: ${values.join(', ')}`);
}

/**
 * The boundary at information t that is crossed for the first time with probability `due`. The logarithm of that
 * probability is concave in the boundary, so Newton's steps approach it from above: from the boundary that ignores
 * the looks before.
 */
function solve(paths: Continuation, t: number, due: number): number {
  let boundary = normalUpperQuantile(due);
  for (let step = 0; step < 100; step++) {
    const { probability, density } = firstCrossing(paths, t, boundary);
    const change = (exact.log(probability / due) * probability) / density;
    boundary += change;
    if (Math.abs(change) < 1e-11) break;
  }
  return boundary;
}

/** Probability of crossing the boundary for the first time at information t, and its negative derivative. */
function firstCrossing(
  paths: Continuation,
  t: number,
  boundary: number,
): { probability: number; density: number } {
  const sd = Math.sqrt(t - paths.information);
  const rootBefore = Math.sqrt(paths.information);
  let probability = 0;
  let density = 0;
  for (let i = 0; i < paths.z.length; i++) {
    const distance = (boundary * Math.sqrt(t) - (paths.z[i] as number) * rootBefore) / sd;
    const mass = paths.mass[i] as number;
    probability += mass * normalSurvival(distance);
    density += mass * normalDensity(distance);
  }
  return { probability, density: (density * Math.sqrt(t)) / sd };
}

/** Carries the paths to information t and drops those beyond the boundary. */
function continuation(paths: Continuation | null, t: number, boundary: number, next: number): Continuation {
  const width = boundary - lowest;
  const smallestScale = Math.min(1, Math.sqrt((next - t) / t));
  const wanted = Math.max(fewestIntervals, (width * pointsPerSd) / smallestScale);
  const intervals = 2 * Math.ceil(wanted / 2);
  const step = width / intervals;
  const z: number[] = [];
  const mass: number[] = [];
  for (let i = 0; i <= intervals; i++) {
    const at = lowest + i * step;
    const simpson = (step / 3) * (i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2);
    z.push(at);
    mass.push(simpson * densityAt(paths, t, at));
  }
  return { information: t, z, mass };
}

function densityAt(paths: Continuation | null, t: number, z: number): number {
  if (paths === null) return normalDensity(z);
  const sd = Math.sqrt(t - paths.information);
  const rootBefore = Math.sqrt(paths.information);
  const rootNow = Math.sqrt(t);
  let density = 0;
  for (let i = 0; i < paths.z.length; i++) {
    const increment = (z * rootNow - (paths.z[i] as number) * rootBefore) / sd;
    density += (paths.mass[i] as number) * exact.exp(-0.5 * increment * increment);
  }
  return (density * rootNow) / (sd * Math.sqrt(2 * Math.PI));
}
