/** What is built by profiles, and what is wanted of it. */
import type { Build, Saving } from './comparison.js';

/** Two builds that are compared. */
export interface Compared {
  readonly build: string;
  readonly other: string;
  /** `gain`: proven faster. `no loss`: proven to be less than the `tolerated` part slower. null: nothing is wanted. */
  readonly wanted: 'gain' | 'no loss' | null;
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
}

export interface Settings {
  readonly quick: boolean;
  /** Its own, empty. */
  readonly folder: string;
}

/** Builds and captures; what is left is to run the builds. */
export type Prepare = (settings: Settings) => Promise<Case>;

/** Slower by less is none that the gate's default margin would see. */
export const tolerated = 0.02;

/** Whether a wish is fulfilled; null where the bounds leave it open, or there is none. */
export function isMet({ wanted }: Compared, { lower, upper }: Saving): boolean | null {
  if (wanted === null) return null;
  const least = wanted === 'gain' ? 0 : -tolerated;
  if (lower > least) return true;
  return upper < least ? false : null;
}
