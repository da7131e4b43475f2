/** What will be run, resolved from the configuration of both sides: no defaults, no units, no templates left to interpret. */
import type { RuntimeName } from '../bundle/runtimes.js';
import type { Policy, Side, WaitPolicy } from '../bundle/schema.js';
import type { SourceFormat, timeEvents } from '../bundle/summary.js';

/** How to know that a service answers. URLs and patterns may contain `${PORT}`. */
export type Ready =
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: string }
  | { readonly kind: 'log'; readonly pattern: string };

/** What each side runs with its own definition, so that a change of the command is part of what is compared. */
export interface SidePlan {
  readonly build: string | null;
  /** Run for each code layout after the build, which is then run once; absent: the build is run for each. */
  readonly relink?: string;
  /** Starts the service in the foreground; null for a batch workload. */
  readonly start: string | null;
  /** The batch program; null for a service. */
  readonly batch: string | null;
  readonly ready: Ready | null;
  /** Added to the program's environment on this side; absent: nothing. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a program runs on; `none`: its start is to be left alone, null: the command says it, or nothing does. */
export type RuntimeChoice = RuntimeName | 'none' | null;

/** Generates the load; commands may contain `${PORT}` and `${SECONDS}`. */
export type LoadPlan =
  | {
      readonly kind: 'http';
      readonly url: string;
      readonly method: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | null;
      readonly connections: number;
      /** Requests a second offered (open loop); null for a closed loop. */
      readonly rate: number | null;
    }
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly rate: number | null;
      /** Whether it may be stopped and continued while it runs. */
      readonly pausable: boolean;
    }
  | { readonly kind: 'batch' };

/** Where a number stands in a text: the first capture group of the last match, or a path like `requests.total` into JSON. */
export type NumberSource =
  | { readonly kind: 'regex'; readonly pattern: string }
  | { readonly kind: 'json'; readonly path: string };

/** What counts the work done. */
export type UnitsPlan =
  /** The built-in HTTP load counts its own answers. */
  | { readonly kind: 'http' }
  /** Printed by the load command. */
  | { readonly kind: 'output'; readonly source: NumberSource }
  /** A counter of the service, read at the capture's two ends. */
  | { readonly kind: 'counter'; readonly url: string; readonly source: NumberSource }
  /** One unit a run of the batch program. */
  | { readonly kind: 'batch' };

/** Where another profiler's profiles come from, which take the place of the collector's samples. */
export interface SourcePlan {
  readonly format: SourceFormat;
  /**
   * A URL that answers with the profile of the next seconds, or the file that `command`, or each run of a batch program,
   * writes. May contain `${PORT}`, `${SECONDS}`, and a file `${OUTPUT}`: a path that is made up for each capture.
   */
  readonly from: string;
  /** Run while the load runs, with `${PID}` besides; null: `from` is a URL, or of a batch program. */
  readonly command: string | null;
  /** What a sample of collapsed stacks stands for; null for other formats, which say so themselves. */
  readonly intervalNanoseconds: number | null;
}

export interface WorkloadPlan {
  readonly name: string;
  readonly sides: Readonly<Record<Side, SidePlan>>;
  /** How many builds a side, each with code laid out differently; 1: as it comes. */
  readonly layouts: number;
  /** Added to the environment of build, service and load, the same on both sides. */
  readonly environment: Readonly<Record<string, string>>;
  readonly runtime: RuntimeChoice;
  /** null: a free port is chosen once for the whole run. */
  readonly port: number | null;
  readonly readyTimeoutSeconds: number;
  readonly warmupSeconds: number;
  readonly load: LoadPlan;
  readonly units: UnitsPlan;
  /** null: the collector takes the samples. */
  readonly source: SourcePlan | null;
  /** Failed units as the load command prints them; null when it cannot say. */
  readonly errors: NumberSource | null;
  readonly capture: {
    /** null: chosen by the pilot. */
    readonly seconds: number | null;
    /** Length of a turn; null: chosen by the pilot; 0: one capture after the other. */
    readonly turnSeconds: number | null;
    /** null: chosen for the capture's length and how many CPUs are busy. */
    readonly rateHz: number | null;
    readonly event: (typeof timeEvents)[number];
    readonly maxDepth: number;
    readonly backend: 'auto' | 'bpf' | 'perf';
    /** Whether it is kept where threads wait. */
    readonly offCpu: boolean;
    /** CPU lists like `0-3,8`; null: half of the machine's CPUs each. */
    readonly serviceCpus: string | null;
    readonly loadCpus: string | null;
  };
  readonly policy: Policy;
  readonly waitPolicy: WaitPolicy;
  /** Whether all pairs are measured, whatever they show. */
  readonly allPairs: boolean;
  /** null: chosen by the pilot. */
  readonly mostPairs: number | null;
  readonly budgetSeconds: number;
  /** The gate whose length of captures and pairs a launch are measured with; null: those of this run's own budget. */
  readonly like: GateLimits | null;
}

/** What bounds a gate; as in the plan of a workload. */
export type GateLimits = Pick<WorkloadPlan, 'mostPairs' | 'budgetSeconds'>;
