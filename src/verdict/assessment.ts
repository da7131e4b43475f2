/** What the looks at a workload's pairs give. */

import type { Waived } from './blame/waivers.js';
import type { Pair } from './captures/pairs.js';
import type { FunctionFinding, FunctionFindings } from './functions/test.js';
import type { Look } from './pace/looks.js';
import type { Reason, Verdict } from './result.js';
import type { Total } from './total/total.js';
import type { WaitFindings } from './waits/test.js';

/** What one look at the first pairs gives. */
export interface Assessment {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly neededSeconds: number | null;
  /** The pairs looked at. */
  readonly pairs: readonly Pair[];
  readonly total: Total;
  readonly functions: FunctionFindings;
  /** Functions whose increase was made up for below their callers. */
  readonly moved: ReadonlySet<FunctionFinding>;
  /** Functions of which that cannot be told. */
  readonly unclear: ReadonlySet<FunctionFinding>;
  readonly waived: Waived;
  /** null where the captures do not have it. */
  readonly waits: WaitFindings | null;
  /** Whether going on is not expected to decide it; only where this look could have claimed something and did not. */
  readonly isFutile?: (finalPairs: number) => boolean;
}

/** The part of it that doubts and remarks look at. */
export type Seen = Pick<
  Assessment,
  'verdict' | 'pairs' | 'total' | 'functions' | 'moved' | 'unclear' | 'waived'
>;

/** What a look tells before waits are weighed. Besides, the look, which may claim nothing where the captures are not sound. */
export type OnCpu = Omit<Assessment, 'waits'> & { readonly look: Look };
