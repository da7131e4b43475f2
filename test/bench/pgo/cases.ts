/** What is built by profiles, and what is wanted of it. */
import type { Build, Saving } from './comparison.js';

/** Two builds that are compared. */
export interface Compared {
  readonly build: string;
  readonly other: string;
  /** `gain`: proven faster. `no loss`: not proven slower, or than the other. */
  readonly wanted: 'gain' | 'no loss';
}

/** Something that was found out besides. */
export interface Fact {
  readonly what: string;
  readonly found: string;
  /** null: nothing is wanted. */
  readonly isMet: boolean | null;
}

export interface Case {
  readonly name: string;
  readonly builds: readonly Build[];
  readonly compared: readonly Compared[];
  readonly facts: readonly Fact[];
  /** Ends what it started. */
  readonly stop?: () => void;
}

export interface Settings {
  readonly quick: boolean;
  /** Its own, empty. */
  readonly folder: string;
}

/** Builds and captures; what is left is to run the builds. */
export type Prepare = (settings: Settings) => Promise<Case>;

export function isMet({ wanted }: Compared, { lower, upper }: Saving): boolean {
  return wanted === 'gain' ? lower > 0 : upper >= 0;
}
