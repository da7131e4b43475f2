/** Why something is missing in the profiles and what mends it: a sentence for each cause, as specific as is known. */
import { causes } from '../bundle/causes.js';
import { percent } from '../text/format.js';
import type { SideQuality, WorkloadResult } from '../verdict/result.js';

type Missing = Omit<SideQuality['causes'][number], 'kind'> & { readonly kind: string };

interface Cause {
  readonly meaning: string;
  readonly cure: string;
}

/** Not recorded by cause: the depth is what was asked for. */
const truncated: Cause = {
  meaning: 'they are deeper than what is recorded',
  cure: 'raise capture.max_depth',
};

/** How each runtime is made to describe the code that it generates. */
export const runtimeCures: Readonly<Record<string, string>> = {
  node: 'start node with --perf-basic-prof --interpreted-frames-native-stack',
  java: 'start java with -XX:+PreserveFramePointer, and let it write its map: -XX:+DumpPerfMapAtExit (Java 17 or later), or jcmd PID Compiler.perfmap before it ends',
  python: 'start Python 3.12 or later with -X perf',
  dotnet: 'set DOTNET_PerfMapEnabled=1 for the service',
};

/**
 * Sentences by side, where they are worth a word.
 * @param least share of the side's samples
 */
export function missingTexts({ quality }: WorkloadResult, least = 0.001): string[] {
  return (['base', 'head'] as const).flatMap((side) => {
    const { causes: found, truncated: share } = quality[side];
    return [...found, { kind: 'truncated', cause: 'truncated', share }]
      .filter((one) => one.share >= least)
      .map((one) => missingText(side, one));
  });
}

/** `12 % of head's samples are unresolved: the file has no symbol at the address (libfoo.so.1); keep symbols …` */
function missingText(side: string, { kind, cause, share, where = [] }: Missing): string {
  const what = `${percent(share)} of ${side}'s ${isOfStacks(kind) ? 'stacks' : 'samples'} are ${kind}`;
  const known = kind === 'truncated' ? truncated : own<Cause>(own(causes, kind) ?? {}, cause);
  if (known === undefined) return `${what}: ${cause}`;
  const runtime = own(runtimeCures, where[0] ?? '');
  if (cause === 'anonymous_memory' && runtime) return `${what}: ${known.meaning} (${where[0]}); ${runtime}`;
  const place = where.length > 0 ? ` (${where.join(', ')})` : '';
  return `${what}: ${known.meaning}${place}; ${known.cure}`;
}

function isOfStacks(kind: string): boolean {
  return kind === 'incomplete' || kind === 'truncated';
}

function own<Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
