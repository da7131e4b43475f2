/** Many tests at once. */

/**
 * Holm's step-down adjustment (1979): rejecting where the adjusted value is ≤ α keeps the family-wise error at α under
 * any dependence.
 * @param pValues one p-value a hypothesis
 * @returns adjusted p-values in the same order
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index);
  order.sort((a, b) => (pValues[a] as number) - (pValues[b] as number) || a - b);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues[index] as number) * (pValues.length - rank)));
    adjusted[index] = largest;
  });
  return adjusted;
}
