/** What a plan leaves to each runner, where bundles of several are to be merged. */
import type { WorkloadPlan } from './plan.js';
import { requestsAtOnce } from './turns.js';

/**
 * Settings without which runners choose for themselves how they sample: their bundles are merged only where they happen to
 * choose alike.
 * @returns a note that names them; null where there are none
 */
export function unpinnedNote({ name, capture, load, source }: WorkloadPlan): string | null {
  const open = [
    ...(capture.seconds === null ? ['seconds'] : []),
    ...(capture.turnSeconds === null && requestsAtOnce(load) !== null ? ['turns'] : []),
    // Another profiler samples as its command or URL says.
    ...(capture.rateHz === null && source === null ? ['rate'] : []),
    ...(capture.event === 'auto' && source === null ? ['event'] : []),
    ...(capture.backend === 'auto' ? ['backend'] : []),
  ];
  if (open.length === 0) return null;
  return `${name}: ${open.map((key) => `capture.${key}`).join(', ')} ${open.length > 1 ? 'are' : 'is'} left to each runner, and bundles merge only where length and sampling of captures are the same: to merge this one, set ${open.length > 1 ? 'them' : 'it'} and measure every runner so`;
}
