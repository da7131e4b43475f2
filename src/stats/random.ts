/** Random numbers from a seed: the same seed gives the same resampled gates on any machine. */

/** Uniform in [0, 1). */
export type Uniform = () => number;

/** Mulberry32. @param seed its lower 32 bits count */
export function uniformFrom(seed: number): Uniform {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Beyond so many expected the normal distribution is as good, and much faster. */
const many = 50;

/** How many of `count` are kept when each is kept with this probability. */
export function binomial(count: number, probability: number, uniform: Uniform): number {
  if (probability >= 1) return count;
  if (probability <= 0 || count <= 0) return 0;
  if (probability > 0.5) return count - binomial(count, 1 - probability, uniform);
  const mean = count * probability;
  if (mean > many) {
    const z = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    const drawn = Math.round(mean + z * Math.sqrt(mean * (1 - probability)));
    return Math.min(count, Math.max(0, drawn));
  }
  // By inversion: one uniform number, and about as many steps as are expected to be kept.
  const odds = probability / (1 - probability);
  let term = (1 - probability) ** count;
  let kept = 0;
  for (let u = uniform(); u > term && kept < count; kept++) {
    u -= term;
    term *= (odds * (count - kept)) / (kept + 1);
  }
  return kept;
}
