/** Reasons that come from how a run was paced. */
import type { Stop } from '../../bundle/schema.js';
import { plural, seconds } from '../../text/format.js';
import { mostTimes } from '../functions/sensitivity.js';
import type { Reason } from '../result.js';

/** Verdicts on fewer pairs say so: what the pairs are like is then known from few of them. */
const manyPairs = 8;

/** The run ended early because going on was not expected to decide it. @param more seconds it would take; null: untold */
export function futile({ message }: Stop, more: number | null): Reason {
  const takes =
    more === null
      ? `it would take more than ${mostTimes} times what was measured`
      : `it would take about ${seconds(more)} more`;
  const cure = 'raise gate.budget or gate.max_pairs, or make the load steadier';
  return { code: 'futile', message: `${message}: ${takes}; ${cure}` };
}

/** Empty where there are enough. */
export function fewPairs(pairs: number): Reason[] {
  if (pairs >= manyPairs) return [];
  const message = `the verdict rests on ${plural(pairs, 'pair')} only; raise gate.budget or gate.max_pairs for one that rests on more`;
  return [{ code: 'few_pairs', message }];
}
