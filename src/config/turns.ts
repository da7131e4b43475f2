/** Loading both sides' services in turns: how it is configured, and which loads can be. */
import type { LoadPlan } from './plan.js';
import type { CaptureConfig } from './schema.js';

/** Length of a turn in seconds; null: to be chosen, 0: one capture after the other. */
export function turnSecondsOf(turns: CaptureConfig['turns']): number | null {
  if (turns === undefined || turns === 'auto') return null;
  return turns === 'off' ? 0 : turns;
}

/** Requests a load keeps under way at once, as far as it is known; null where it cannot be held back for the other's turn. */
export function requestsAtOnce(load: LoadPlan): number | null {
  if (load.kind === 'http') return load.rate === null ? load.connections : 1;
  return load.kind === 'command' && load.pausable ? 1 : null;
}
