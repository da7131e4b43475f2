/** Recognises a slowdown of everything at once, which no single function explains. */

import type { Total } from '../total/total.js';
import type { FunctionFinding } from './test.js';

const fewestFunctions = 3;
const mostOfTheWeight = 0.6;

/**
 * Whether most of the tested functions, by weight and without the one that adds most, changed about as much as the total
 * did: between half of its logarithm and twice. Only asked when the total is proven slower.
 */
export function isUniform(total: Total, findings: readonly FunctionFinding[]): boolean {
  const judged = findings.filter(({ tested, ratio }) => tested && ratio !== null);
  const rest = judged
    .sort((a, b) => b.estimate.contribution - a.estimate.contribution)
    .slice(1)
    .map(({ estimate }) => estimate);
  if (rest.length < fewestFunctions) return false;
  const { mean } = total.log;
  let all = 0;
  let alike = 0;
  for (const { base, log } of rest) {
    all += base.share;
    if (log > mean / 2 && log < mean * 2) alike += base.share;
  }
  return alike >= mostOfTheWeight * all;
}
