/** What was measured of a workload, read as the looks need it. */

import { spendingTimes } from '../bundle/schedule.js';
import type { BundleWorkload } from '../bundle/schema.js';
import { capturesOf, completePairs, type Pair } from './captures/pairs.js';
import { type Panel, readPanel } from './captures/panel.js';
import { type Look, looksAt } from './pace/looks.js';
import { callsWithoutStacks, type PlacePanel, readPlaces } from './shift/calls.js';
import type { Sources } from './sources.js';
import { readWaits, type WaitPanel } from './waits/panel.js';

export interface Measured {
  readonly workload: BundleWorkload;
  /** All complete pairs. */
  readonly pairs: readonly Pair[];
  /** All looks at them. */
  readonly looks: readonly Look[];
  readonly panel: Panel;
  /** Of the first n pairs; null where the captures do not have it. */
  readonly waits: ((n: number) => WaitPanel) | null;
  /** Where in the calls of these pairs the time was spent. */
  readonly places: () => PlacePanel;
}

export function readMeasured(workload: BundleWorkload, sources: Sources): Measured {
  const { tableOf, callsOf, waitsOf = () => null } = sources;
  const pairs = completePairs(workload.captures);
  const looks = looksAt(workload.policy, pairs.length, spendingTimes(workload, pairs.map(capturesOf)));
  const panel = readPanel(workload, pairs, tableOf);
  const waits = workload.offCpu === undefined ? null : readWaits(workload, pairs, waitsOf);
  let read: PlacePanel | null = null;
  const places = () => {
    read ??= callsOf ? readPlaces(callsOf(workload), pairs) : callsWithoutStacks(panel);
    return read;
  };
  return { workload, pairs, looks, panel, waits, places };
}
