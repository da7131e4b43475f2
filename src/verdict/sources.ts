/** What profiles say, asked for when a verdict needs it: the verdict itself reads no file. */

import type { SurroundingsOf } from './blame/culprit.js';
import type { TableOf } from './captures/panel.js';
import type { CallsOf } from './shift/calls.js';
import type { WaitsOf } from './waits/panel.js';

export interface Sources {
  /** Self cost by function of one capture; asked once a capture of a complete pair. */
  readonly tableOf: TableOf;
  /** All stacks of a workload's captures; without them every function stands alone, called by nobody. */
  readonly callsOf?: CallsOf;
  /** Where a capture's threads waited; asked only where the workload's captures were to keep that. */
  readonly waitsOf?: WaitsOf;
  /** Callers of functions that got slower; without them only their own lines tell their culprits. */
  readonly surroundingsOf?: SurroundingsOf;
}
