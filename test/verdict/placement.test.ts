/** Where the sides ran, and what that makes of a verdict. */
import { describe, expect, test } from '@jest/globals';
import type { Capture } from '../../src/bundle/schema.js';
import { judgeWorkload } from '../../src/verdict/judge.js';
import type { WorkloadResult } from '../../src/verdict/result.js';
import { type Costs, normalFrom, program, simulate, uniformFrom } from './simulate.js';

const base = program(24);
const slower: Costs = { ...base, f01: (base.f01 as number) * 3 };

/** Samples spread over CPUs by these shares, with chance in them; two CPUs make a node. */
function spread(shares: Readonly<Record<'base' | 'head', readonly number[]>>): (capture: Capture) => Capture {
  const normal = normalFrom(uniformFrom(3));
  return (capture) => {
    const { summary, side } = capture;
    const perCpu = shares[side].map((share, cpu) => {
      const samples = Math.max(0, Math.round(summary.samples * share * (1 + 0.02 * normal())));
      return { cpu, node: Math.floor(cpu / 2), samples, weight: samples * 1_000_000 };
    });
    return { ...capture, summary: { ...summary, perCpu } };
  };
}

function judged(head: Costs, shares: Parameters<typeof spread>[0]): WorkloadResult {
  const { workload, tableOf } = simulate({
    seed: 8,
    pairs: 40,
    noise: 0.3,
    base,
    head,
    capture: spread(shares),
  });
  return judgeWorkload(workload, { tableOf });
}

const codes = ({ reasons }: WorkloadResult): string[] => reasons.map(({ code }) => code);
const even = [0.25, 0.25, 0.25, 0.25];

test('the same CPUs on both sides: shares are shown and nothing is said', () => {
  const result = judged(base, { base: even, head: even });
  expect(codes(result)).toEqual(['within_margin', 'pairs_beyond']);
  const { cpus, nodes } = result.quality.placement;
  expect(cpus.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
  expect(nodes.map(({ id }) => id)).toEqual([0, 1]);
  for (const { baseShare, headShare, differs } of cpus) {
    expect(baseShare).toBeCloseTo(0.25, 1);
    expect(headShare).toBeCloseTo(0.25, 1);
    expect(differs).toBe(false);
  }
});

describe('other CPUs on head', () => {
  test('of the same node are flagged, and the verdict stands', () => {
    const shares = { base: even, head: [0.35, 0.15, 0.25, 0.25] };
    expect(judged(slower, shares).verdict).toBe('fail');
    const result = judged(base, shares);
    expect(result.verdict).toBe('pass');
    expect(result.quality.placement.cpus.map(({ differs }) => differs)).toEqual([true, true, false, false]);
    expect(result.quality.placement.nodes.map(({ differs }) => differs)).toEqual([false, false]);
    expect(result.reasons.at(-1)).toMatchObject({
      code: 'placement_differs',
      message: expect.stringMatching(
        /^the sides ran on different CPUs: CPU 0 \(2\d\.\d % of base's samples, 3\d\.\d % of head's\), CPU 1 .*pin the threads/,
      ),
    });
  });

  test('by less than five points are not worth a word', () => {
    const result = judged(base, { base: even, head: [0.28, 0.22, 0.25, 0.25] });
    expect(codes(result)).toEqual(['within_margin', 'pairs_beyond']);
  });

  test('of another node leave it open: the total grew there and fell here', () => {
    for (const head of [base, slower]) {
      const result = judged(head, { base: [0.4, 0.4, 0.1, 0.1], head: [0.1, 0.1, 0.4, 0.4] });
      expect(result.verdict).toBe('inconclusive');
      expect(result.reasons[0]).toMatchObject({
        code: 'nodes_disagree',
        message: expect.stringMatching(
          /opposite directions .* \(−\d\d\.\d % on node 0, \+\d+(\.\d)? % on node 1\): keep the service on one node/,
        ),
      });
      expect(codes(result)).toContain('placement_differs');
    }
  });

  test('leave a total that grew on every node as it is', () => {
    const much = Object.fromEntries(Object.entries(base).map(([name, cost]) => [name, cost * 2]));
    expect(judged(much, { base: even, head: [0.3, 0.3, 0.2, 0.2] }).verdict).toBe('fail');
  });
});
