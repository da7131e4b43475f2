import { describe, expect, test } from '@jest/globals';
import { type CaptureSummary, captureSummarySchema } from '../../src/bundle/summary.js';
import type { FunctionTable } from '../../src/profile/functions.js';
import type { WaitPath, WaitTable } from '../../src/profile/waits.js';
import { poolSummaries, poolTables, poolWaits } from '../../src/verdict/captures/pooling.js';

function table(
  costs: Readonly<Record<string, readonly [count: number, nanoseconds: number]>>,
): FunctionTable {
  const functions = Object.entries(costs).map(([key, [count, nanoseconds]]) => ({
    key,
    name: key,
    file: null,
    line: null,
    resolved: true,
    count,
    nanoseconds,
  }));
  return {
    functions: new Map(functions.map((one) => [one.key, one])),
    count: functions.reduce((sum, { count }) => sum + count, 0),
    nanoseconds: functions.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0),
  };
}

function summary(changes: Partial<CaptureSummary>): CaptureSummary {
  return {
    schema: 'profbound/capture@1',
    collector: 'profbound-collect 1',
    backend: 'bpf',
    event: 'cpu-clock',
    rateHz: 999,
    fixedPeriod: false,
    unit: 'nanoseconds',
    target: { kind: 'pid', pids: [10], runs: 0, exitCode: null, signal: null, exited: false },
    startedAtNanoseconds: '1',
    wallNanoseconds: 100,
    cpuNanoseconds: 50,
    cpuAccount: 'scheduler',
    samples: 5,
    weight: 49,
    lost: {},
    mappingsLost: 0,
    truncated: 1,
    incomplete: {},
    unresolved: {},
    depths: [{ frames: 1, samples: 5 }],
    perCpu: [],
    machineCpus: 2,
    tasks: 2,
    overhead: {
      bpfRunNanoseconds: 3,
      bpfRunCount: 2,
      sampleRunNanoseconds: 2,
      sampleRunCount: 1,
      recursionMisses: 0,
      ringBytes: 11,
      framesByTable: 0,
      framesByFramePointer: 0,
      stacksCopied: 0,
      copiesRefused: 0,
      collectorCpuNanoseconds: 7,
    },
    limits: [],
    ...changes,
  };
}

describe('poolTables', () => {
  test('adds the costs of a function that several captures saw and keeps the others', () => {
    const pooled = poolTables([table({ a: [1, 10], b: [2, 20] }), table({ b: [3, 30], c: [4, 40] })]);
    expect(
      [...pooled.functions.values()].map(({ key, count, nanoseconds }) => [key, count, nanoseconds]),
    ).toEqual([
      ['a', 1, 10],
      ['b', 5, 50],
      ['c', 4, 40],
    ]);
    expect(pooled.count).toBe(10);
    expect(pooled.nanoseconds).toBe(100);
  });
});

describe('poolSummaries', () => {
  test('adds counts and times, unites causes, CPUs, processes and limits', () => {
    const pooled = poolSummaries([
      summary({
        lost: { ring_full: 1 },
        perCpu: [{ cpu: 1, node: 0, samples: 5, weight: 50 }],
        limits: ['no kernel'],
      }),
      summary({
        lost: { ring_full: 2, program_busy: 3 },
        perCpu: [
          { cpu: 0, node: 0, samples: 1, weight: 10 },
          { cpu: 1, node: 0, samples: 4, weight: 40 },
        ],
        target: { kind: 'pid', pids: [11], runs: 0, exitCode: null, signal: null, exited: false },
        limits: ['no kernel'],
      }),
    ]);
    expect(captureSummarySchema.parse(pooled)).toEqual(pooled);
    expect(pooled).toMatchObject({
      cpuNanoseconds: 100,
      wallNanoseconds: 200,
      samples: 10,
      weight: 98,
      truncated: 2,
      lost: { ring_full: 3, program_busy: 3 },
      perCpu: [
        { cpu: 0, node: 0, samples: 1, weight: 10 },
        { cpu: 1, node: 0, samples: 9, weight: 90 },
      ],
      limits: ['no kernel'],
      overhead: {
        bpfRunNanoseconds: 6,
        bpfRunCount: 4,
        sampleRunNanoseconds: 4,
        sampleRunCount: 2,
        recursionMisses: 0,
        ringBytes: 22,
        framesByTable: 0,
        framesByFramePointer: 0,
        stacksCopied: 0,
        copiesRefused: 0,
        collectorCpuNanoseconds: 14,
      },
    });
    expect(pooled.target.pids).toEqual([10, 11]);
  });
});

describe('waits added up', () => {
  const path = (key: string, nanoseconds: number, forWork: boolean | null): WaitPath => ({
    key,
    place: { key, name: key, file: null, line: null, kind: 'sleep', resolved: true },
    callers: [],
    nanoseconds,
    count: 1,
    forWork,
  });
  const waits = (...paths: WaitPath[]): WaitTable => ({
    paths,
    untracedNanoseconds: 5,
    nanoseconds: 5 + paths.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0),
  });

  test('are those of each path, and what the longer one was for', () => {
    const sum = poolWaits([waits(path('a', 10, true), path('b', 1, null)), waits(path('a', 30, false))]);
    expect(sum).toEqual({
      paths: [{ ...path('a', 40, false), count: 2 }, path('b', 1, null)],
      untracedNanoseconds: 10,
      nanoseconds: 51,
    });
  });

  test('are unknown where one capture does not have them', () => {
    expect(poolWaits([waits(path('a', 10, true)), null])).toBeNull();
    expect(poolWaits([])).toBeNull();
  });
});
