/** Time spent waiting, for hand-made results. */
import type { OffCpu, WaitResult } from '../../src/verdict/waits/schema.js';
import { figure } from './results.js';

export function aWait(name: string, change: Partial<WaitResult> = {}): WaitResult {
  return {
    key: `lock ${name}`,
    name,
    file: 'src/store.js',
    line: 8,
    kind: 'lock',
    idle: false,
    base: 310_000,
    head: 305_000,
    change: figure(-0.016, -0.12, 0.09),
    contribution: figure(-0.002, -0.01, 0.01),
    class: 'unproven',
    waiver: null,
    paths: [{ callers: ['handle', 'serve'], base: 310_000, head: 305_000, change: null }],
    ...change,
  };
}

export const longerWait = aWait('loadRecord', {
  key: 'sleep loadRecord',
  kind: 'sleep',
  base: 2_060_000,
  head: 4_060_000,
  change: figure(0.97, 0.96, 0.98),
  contribution: figure(0.74, 0.73, 0.75),
  class: 'longer',
});

export function someWaits(change: Partial<OffCpu> = {}): OffCpu {
  const side = {
    blocked: 30e6,
    older: 0.425,
    withoutStack: 0.001,
    lost: 0,
    blocks: 2676,
    stacks: 2670,
    overhead: 0.004,
  };
  return {
    mode: 'report',
    margin: 0.1,
    total: {
      base: 2_370_000,
      head: 4_365_000,
      change: figure(0.84, 0.81, 0.87),
      contribution: figure(0.74, 0.7, 0.78),
      class: 'longer',
      waiver: null,
    },
    idle: { base: 27_900_000, head: 25_400_000 },
    runnable: { base: 335_000, head: 372_000, change: figure(0.1, null, null) },
    threadTime: 2_700_000,
    waits: [
      aWait('update'),
      longerWait,
      aWait('added', { base: 0, head: 150_000, change: null, class: 'new' }),
      aWait('nextConnection', { kind: 'condition', idle: true, base: 9e6, head: 8e6 }),
    ],
    quality: { base: side, head: side },
    ...change,
  };
}
