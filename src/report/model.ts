/** What a report is rendered from: the verdict, and what lies behind it where that is at hand. */
import type { Policy, Side, Stop } from '../bundle/schema.js';
import type { DifferentialTrees } from '../profile/tree.js';
import type { Result } from '../verdict/result.js';

export interface ReportModel {
  readonly result: Result;
  /** By workload name; a workload may lack its own. */
  readonly evidence: ReadonlyMap<string, Evidence>;
}

export interface Evidence {
  /** Costs are CPU nanoseconds per unit of work; null without profiles of both sides. */
  readonly cpu: DifferentialTrees | null;
  /** Costs are nanoseconds waited per unit of work, without waiting for work; null where waits were not captured. */
  readonly waits: DifferentialTrees | null;
  /** Keys of the functions in whose lines something changed; null where it is not known what changed. */
  readonly changed: ReadonlySet<string> | null;
  /** null where two captures were compared that nobody planned. */
  readonly method: Method | null;
}

/** How a workload was measured. */
export interface Method {
  /** Of the configuration, as the user named it. */
  readonly configPath: string;
  /** Of the repository, where it was measured in one: relative, empty for the repository itself. */
  readonly folder: string;
  /** Asked-for length of a capture. */
  readonly captureSeconds: number;
  /** Length of a turn where both sides' services were loaded in turns; null: one capture after the other. */
  readonly turnSeconds: number | null;
  readonly policy: Policy;
  readonly stop: Stop | null;
  /** Launches of each side's service that pairs shared; null where each capture had its own. */
  readonly launches: number | null;
  /** The first complete pair with its profiles' paths in the bundle; null without one. */
  readonly firstPair: {
    readonly number: number;
    readonly cpu: Readonly<Record<Side, string>>;
    readonly waits: Readonly<Record<Side, string>> | null;
  } | null;
}
