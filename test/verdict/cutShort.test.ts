/** Stacks that lack callers are said, with the files they break off in, and change no verdict. */
import { describe, expect, test } from '@jest/globals';
import type { Capture } from '../../src/bundle/schema.js';
import type { Break } from '../../src/profile/breaks.js';
import { judgeWorkload } from '../../src/verdict/judge.js';
import type { WorkloadResult } from '../../src/verdict/result.js';
import { program, simulate, type Truth } from './simulate.js';

const base = program(24);

function judged(truth: Partial<Truth>): WorkloadResult {
  const { workload, tableOf } = simulate({ seed: 8, pairs: 60, noise: 0.2, base, head: base, ...truth });
  return judgeWorkload(workload, { tableOf });
}

const codes = ({ reasons }: WorkloadResult): string[] => reasons.map(({ code }) => code);

describe('stacks without their callers', () => {
  const cut =
    (change: (samples: number, side: Capture['side']) => Partial<Capture['summary']>) =>
    (capture: Capture): Capture => ({
      ...capture,
      summary: { ...capture.summary, ...change(capture.summary.samples, capture.side) },
    });

  test.each([
    [
      'too deep',
      cut((samples) => ({ truncated: Math.round(0.2 * samples) })),
      /^20\.\d % of base's stacks and 20\.\d % of head's lack callers: .*; raise capture\.max_depth$|^(19|20)\.\d % .*max_depth$/,
    ],
    [
      'that lead nowhere on one side',
      cut((samples, side) => ({
        incomplete: side === 'head' ? { no_unwind_information: Math.round(0.07 * samples) } : {},
      })),
      /^0 % of base's stacks and \d\.\d % of head's lack callers: .*keep \.eh_frame when stripping$/,
    ],
  ])('%s are said, and the verdict stands', (_, capture, message) => {
    const result = judged({ capture });
    expect(result.verdict).toBe('pass');
    expect(result.reasons.at(-1)).toMatchObject({
      code: 'stacks_incomplete',
      message: expect.stringMatching(message),
    });
  });

  test('in small numbers are not worth a word', () => {
    const few = cut((samples) => ({ truncated: Math.round(0.03 * samples) }));
    expect(codes(judged({ capture: few }))).toEqual(['within_margin', 'pairs_beyond']);
  });

  test('are said with the files in which they break off for the commonest cause, those of the worse side', () => {
    const capture = cut((samples, side) => ({
      truncated: Math.round(0.01 * samples),
      incomplete: { no_unwind_information: Math.round((side === 'head' ? 0.2 : 0.05) * samples) },
    }));
    const { workload, tableOf } = simulate({ seed: 8, pairs: 60, noise: 0.2, base, head: base, capture });
    const broken = (cause: string, file: string, part: number, count: number): Break => ({
      cause,
      file,
      samples: Math.round(part * count),
    });
    const result = judgeWorkload(workload, {
      tableOf: (of, capture) => {
        const table = tableOf(of, capture);
        const breaks =
          capture.side === 'base'
            ? [broken('no_unwind_information', 'libbase.so', 0.05, table.count)]
            : [
                broken('no_unwind_information', 'libfew.so', 0.01, table.count),
                broken('no_unwind_information', 'libsome.so', 0.04, table.count),
                broken('no_unwind_information', 'libmany.so', 0.15, table.count),
                broken('frame_pointer_chain_ended', 'libother.so', 0.3, table.count),
              ];
        return { ...table, breaks };
      },
    });
    expect(result.reasons.at(-1)).toMatchObject({
      code: 'stacks_incomplete',
      message: expect.stringMatching(
        /may not; 15\.\d % of head's break off in libmany\.so and 4\.\d % in libsome\.so; build without/i,
      ),
    });
  });
});
