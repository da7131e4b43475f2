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
  node: 'set runtime: node, or start node with --perf-basic-prof --interpreted-frames-native-stack',
  java: 'set runtime: java, which adds -XX:+PreserveFramePointer and an agent that names methods',
  python: 'set runtime: python, or start Python 3.12 or later with -X perf',
  dotnet: 'set runtime: dotnet, or DOTNET_PerfMapEnabled=1 for the service',
};

/** Share of samples that lack something from which on a terminal says why. */
export const worthALine = 0.01;

/**
 * A sentence for each cause that is worth a word, both sides in one where they lack the same.
 * @param least share of the side's samples
 */
export function missingTexts({ quality }: WorkloadResult, least = 0.001): string[] {
  const partsOf = new Map<string, string[]>();
  for (const side of ['base', 'head'] as const) {
    for (const one of missingOf(quality[side], least)) {
      const text = missingText(one);
      partsOf.set(text, [...(partsOf.get(text) ?? []), `${percent(one.share)} of ${side}'s`]);
    }
  }
  return [...partsOf].map(([text, parts]) => `${parts.join(' and ')} ${text}`);
}

/** The same sentences of captures that are compared with none. @param least share of the samples */
export function missingAlone(quality: SideQuality, least: number): string[] {
  return missingOf(quality, least).map((one) => `${percent(one.share)} of ${missingText(one)}`);
}

function missingOf({ causes: found, truncated: share }: SideQuality, least: number): Missing[] {
  const all: Missing[] = [...found, { kind: 'truncated', cause: 'truncated', share }];
  return all.filter((one) => one.share >= least);
}

/** `samples are unresolved: the file has no symbol at the address (libfoo.so.1); keep symbols …` */
function missingText({ kind, cause, where = [] }: Missing): string {
  const what = `${isOfStacks(kind) ? 'stacks' : 'samples'} are ${kind}`;
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
