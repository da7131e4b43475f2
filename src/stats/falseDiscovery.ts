/** Many tests at once, where a known part of what is found may be wrong. */

/**
 * Benjamini and Hochberg's step-up adjustment (1995): of what is picked where the q-value is ≤ q, at most q is wrong on
 * average, for tests that are independent or positively dependent.
 * @param pValues one p-value a hypothesis
 * @returns q-values in the same order
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const descending = pValues.map((_, index) => index);
  descending.sort((a, b) => (pValues[b] as number) - (pValues[a] as number) || b - a);
  const qValues = new Array<number>(pValues.length).fill(1);
  let smallest = 1;
  for (const [position, index] of descending.entries()) {
    const rank = pValues.length - position;
    smallest = Math.min(smallest, ((pValues[index] as number) * pValues.length) / rank);
    qValues[index] = smallest;
  }
  return qValues;
}
