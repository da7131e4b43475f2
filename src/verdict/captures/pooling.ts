/** Adds captures of one side up to a single one: those that share a launch, or all there are where there are no pairs. */
import type { Conditions } from '../../bundle/conditions.js';
import type { CaptureSummary } from '../../bundle/summary.js';
import type { FunctionCost, FunctionTable } from '../../profile/functions.js';
import { addTiers } from '../../profile/naming/tiers.js';
import type { WaitPath, WaitTable } from '../../profile/waits.js';

/** Cost by function summed over captures. */
export function poolTables(tables: readonly FunctionTable[]): FunctionTable {
  const [only] = tables;
  if (only !== undefined && tables.length === 1) return only;
  const functions = new Map<string, FunctionCost>();
  for (const table of tables) {
    for (const [key, cost] of table.functions) {
      const sum = functions.get(key);
      functions.set(key, sum ? addCosts(sum, cost) : cost);
    }
  }
  return {
    functions,
    count: tables.reduce((total, { count }) => total + count, 0),
    nanoseconds: tables.reduce((total, { nanoseconds }) => total + nanoseconds, 0),
    breaks: tables.flatMap(({ breaks }) => breaks ?? []),
  };
}

function addCosts(sum: FunctionCost, cost: FunctionCost): FunctionCost {
  const tiers = addTiers(sum.tiers, cost.tiers);
  return {
    ...sum,
    count: sum.count + cost.count,
    nanoseconds: sum.nanoseconds + cost.nanoseconds,
    ...(tiers === undefined ? {} : { tiers }),
  };
}

/** Summaries summed: counts and times add, causes are united; what is the same for all captures is the first's. */
export function poolSummaries(summaries: readonly [CaptureSummary, ...CaptureSummary[]]): CaptureSummary {
  const [first] = summaries;
  const sum = (of: (summary: CaptureSummary) => number): number =>
    summaries.reduce((total, summary) => total + of(summary), 0);
  return {
    ...first,
    target: {
      ...first.target,
      pids: [...new Set(summaries.flatMap(({ target }) => target.pids))],
      runs: sum(({ target }) => target.runs),
    },
    wallNanoseconds: sum((one) => one.wallNanoseconds),
    cpuNanoseconds: sum((one) => one.cpuNanoseconds),
    samples: sum((one) => one.samples),
    weight: sum((one) => one.weight),
    lost: addByKey(summaries.map(({ lost }) => lost)),
    mappingsLost: sum((one) => one.mappingsLost),
    truncated: sum((one) => one.truncated),
    incomplete: addByKey(summaries.map(({ incomplete }) => incomplete)),
    unresolved: addByKey(summaries.map(({ unresolved }) => unresolved)),
    depths: first.depths.map(({ frames }, step) => ({
      frames,
      samples: sum(({ depths }) => depths[step]?.samples ?? 0),
    })),
    perCpu: addCpus(summaries.flatMap(({ perCpu }) => perCpu)),
    tasks: sum((one) => one.tasks),
    offCpu: addOffCpu(summaries.map(({ offCpu }) => offCpu ?? null)),
    overhead: addByKey(summaries.map(({ overhead }) => overhead)),
    limits: [...new Set(summaries.flatMap(({ limits }) => limits))],
  };
}

/**
 * Surroundings of captures together: times and counts add up, and are unknown where one is; frequencies are averaged by
 * time. Settings are the first's: whether they changed only the captures themselves tell.
 */
export function poolConditions(conditions: readonly [Conditions, ...Conditions[]]): Conditions {
  type Figure = Exclude<keyof Conditions, 'settings' | 'windowNanoseconds' | 'serviceCpus'>;
  const [first] = conditions;
  const sum = (figure: Figure, weight: (one: Conditions) => number = () => 1): number | null =>
    conditions.reduce<number | null>((total, one) => {
      const value = one[figure];
      return total === null || value === null ? null : total + value * weight(one);
    }, 0);
  const windowNanoseconds = conditions.reduce((total, one) => total + one.windowNanoseconds, 0);
  const part = (one: Conditions): number =>
    windowNanoseconds > 0 ? one.windowNanoseconds / windowNanoseconds : 1 / conditions.length;
  return {
    ...first,
    windowNanoseconds,
    stealNanoseconds: sum('stealNanoseconds'),
    otherNanoseconds: sum('otherNanoseconds'),
    frequencyKilohertz: sum('frequencyKilohertz', part),
    throttles: sum('throttles'),
    memoryStallNanoseconds: sum('memoryStallNanoseconds'),
    swappedPages: sum('swappedPages'),
  };
}

/** What threads did when they did not run; null where a capture does not have it. */
function addOffCpu(parts: readonly (OffCpu | null)[]): OffCpu | null {
  const known = parts.filter((part) => part !== null);
  const [first] = known;
  if (first === undefined || known.length < parts.length) return null;
  const sum = (figure: Exclude<keyof OffCpu, 'withoutStackNanoseconds' | 'lost'>) =>
    known.reduce((total, part) => total + part[figure], 0);
  return {
    threads: sum('threads'),
    threadNanoseconds: sum('threadNanoseconds'),
    runningNanoseconds: sum('runningNanoseconds'),
    runnableNanoseconds: sum('runnableNanoseconds'),
    blockedNanoseconds: sum('blockedNanoseconds'),
    blocks: sum('blocks'),
    stacks: sum('stacks'),
    withoutStackNanoseconds: addByKey(known.map((part) => part.withoutStackNanoseconds)),
    lost: addByKey(known.map(({ lost }) => lost)),
    switches: sum('switches'),
    bpfRunNanoseconds: sum('bpfRunNanoseconds'),
  };
}

type OffCpu = NonNullable<CaptureSummary['offCpu']>;

/** Waits by path summed over captures; null where a capture does not have them. */
export function poolWaits(tables: readonly (WaitTable | null)[]): WaitTable | null {
  const known = tables.filter((table) => table !== null);
  const [first, ...others] = known;
  if (first === undefined || known.length < tables.length) return null;
  if (others.length === 0) return first;
  const paths = new Map<string, WaitPath>();
  for (const path of known.flatMap((table) => table.paths)) {
    const sum = paths.get(path.key);
    if (sum === undefined) {
      paths.set(path.key, path);
      continue;
    }
    // The longer of two says what it was waited for, where they do not agree.
    const says = path.forWork !== null && (sum.forWork === null || path.nanoseconds > sum.nanoseconds);
    paths.set(path.key, {
      ...sum,
      nanoseconds: sum.nanoseconds + path.nanoseconds,
      count: sum.count + path.count,
      forWork: says ? path.forWork : sum.forWork,
    });
  }
  const add = (figure: 'nanoseconds' | 'untracedNanoseconds') =>
    known.reduce((total, table) => total + table[figure], 0);
  return {
    paths: [...paths.values()],
    untracedNanoseconds: add('untracedNanoseconds'),
    nanoseconds: add('nanoseconds'),
  };
}

/** Adds up what has one key; a key that is not there counts nothing. */
function addByKey<Key extends string>(parts: readonly Readonly<Record<Key, number>>[]): Record<Key, number> {
  const sums = new Map<string, number>();
  for (const [key, value] of parts.flatMap((part) => Object.entries<number>(part))) {
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  return Object.fromEntries(sums) as Record<Key, number>;
}

function addCpus(parts: CaptureSummary['perCpu']): CaptureSummary['perCpu'] {
  const sums = new Map<number, CaptureSummary['perCpu'][number]>();
  for (const { cpu, node, samples, weight } of parts) {
    const sum = sums.get(cpu) ?? { cpu, node, samples: 0, weight: 0 };
    sums.set(cpu, { cpu, node, samples: sum.samples + samples, weight: sum.weight + weight });
  }
  return [...sums.values()].sort((a, b) => a.cpu - b.cpu);
}
