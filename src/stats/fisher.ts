/** The F distribution: of the ratio of two variances. */
import { regularisedBeta } from './beta.js';

/** With more degrees of freedom than this a variance is as good as known. */
const mostDf = 1e5;

/** P(F > ratio) with `df1` degrees of freedom above and `df2` below, which may be infinite. */
export function fisherSurvival(ratio: number, df1: number, df2: number): number {
  if (ratio <= 0) return 1;
  const below = Math.min(df2, mostDf);
  const above = df1 * ratio;
  return regularisedBeta(below / (below + above), below / 2, df1 / 2, above / (below + above));
}
