/** The profile model: who was on the CPU, how often, for how long. Knows nothing of sides, pairs or verdicts. */

/** One function as a profile names it. Samples refer to frames by their index in `Profile.frames`. */
export interface Frame {
  /** Human-readable name, e.g. `lpFind`, `Foo::bar(int)`, `tokenize`. */
  readonly name: string;
  /** The name as the linker or runtime knows it; equals `name` where there is no difference. */
  readonly systemName: string;
  /** Source file; empty when unknown. */
  readonly file: string;
  /** Line of the definition; 0 when unknown. */
  readonly line: number;
  /** File name of the mapping (binary, library, `[kernel.kallsyms]`); empty when unknown. */
  readonly mapping: string;
  /**
   * Where a function begins that has only a number for a name, in terms that hold for both sides of a comparison;
   * absent where that is not known. See `withPlaces`.
   */
  readonly place?: string;
}

/** One distinct stack with what was counted for it. */
export interface Sample {
  /** Indices into `Profile.frames`, leaf first; inlined frames, where they are kept, come before the function they are in. */
  readonly stack: readonly number[];
  /** Number of samples. */
  readonly count: number;
  /** Time in nanoseconds these samples stand for. */
  readonly nanoseconds: number;
  readonly labels: Readonly<Record<string, string | number>>;
}

export interface Profile {
  readonly frames: readonly Frame[];
  readonly samples: readonly Sample[];
  /**
   * Functions seen inlined into a frame, by its index; only of profiles whose stacks leave them out. The place is all
   * there is to know of them: what they cost is in the frame's cost.
   */
  readonly inlined?: ReadonlyMap<number, readonly Omit<Frame, 'mapping'>[]>;
  /** CLOCK_REALTIME nanoseconds; bigint because they do not fit a double. 0n when unknown. */
  readonly startedAtNanoseconds: bigint;
  readonly durationNanoseconds: number;
  /** Nanoseconds between two samples; 0 when unknown. */
  readonly periodNanoseconds: number;
}
