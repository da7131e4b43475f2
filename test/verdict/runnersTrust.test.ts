/** What speaks against a merged bundle is looked for on every runner, and what runners differ in is no fault. */
import { describe, expect, test } from '@jest/globals';
import type { Conditions } from '../../src/bundle/conditions.js';
import type { Capture, Side } from '../../src/bundle/schema.js';
import type { WorkloadResult } from '../../src/verdict/result.js';
import { normalFrom, program, uniformFrom } from './simulate.js';
import { merged } from './simulateRunners.js';

const codes = ({ reasons }: WorkloadResult): string[] => reasons.map(({ code }) => code);

function surrounded(change: (capture: Capture) => Partial<Conditions>): (capture: Capture) => Capture {
  return (capture) => ({ ...capture, conditions: { ...capture.conditions, ...change(capture) } });
}

/** Others take so much of the CPUs on a side, and as much again by chance on both. */
function otherLoad(on: Side, part: number, chance: number) {
  const uniform = uniformFrom(5);
  return surrounded(({ side, conditions }) => ({
    otherNanoseconds: Math.round(
      conditions.windowNanoseconds * ((side === on ? part : 0) + chance * uniform()),
    ),
  }));
}

/** Samples spread over two CPUs, each a memory node of its own. */
function onCpus(share: Readonly<Record<Side, number>>) {
  const normal = normalFrom(uniformFrom(3));
  return (capture: Capture): Capture => {
    const { summary, side } = capture;
    const first = share[side] * (1 + 0.02 * normal());
    const perCpu = [first, 1 - first].map((part, cpu) => {
      const samples = Math.round(summary.samples * part);
      return { cpu, node: cpu, samples, weight: samples * 1_000_000 };
    });
    return { ...capture, summary: { ...summary, perCpu } };
  };
}

describe('of several runners', () => {
  test('one that is disturbed on one side is seen beside one that is loud on both', () => {
    const quiet = { seed: 1, change: 0.03, capture: otherLoad('head', 0.06, 0.005) };
    const loud = { seed: 2, change: 0.03, capture: otherLoad('head', 0, 0.5) };
    const { result } = merged([quiet, loud]);
    expect({ verdict: result.verdict, first: codes(result)[0] }).toEqual({
      verdict: 'inconclusive',
      first: 'other_load_differs',
    });
    const undisturbed = { ...quiet, capture: otherLoad('head', 0, 0.005) };
    expect(merged([undisturbed, loud]).result.verdict).toBe('fail');
  });

  test('one whose memory nodes disagree is seen beside one whose nodes do not', () => {
    const turned = { seed: 3, change: 0, capture: onCpus({ base: 0.8, head: 0.2 }) };
    const fine = { seed: 4, change: 0, capture: onCpus({ base: 0.2, head: 0.2 }) };
    const { result } = merged([fine, turned]);
    expect(result.verdict).toBe('inconclusive');
    expect(result.reasons[0]).toMatchObject({
      code: 'nodes_disagree',
      message: expect.stringMatching(/memory nodes of runner 2 \(−.* on node 0, \+.* on node 1\)/),
    });
    expect(result.reasons.find(({ code }) => code === 'placement_differs')?.message).toMatch(
      /^the sides ran on different CPUs: node 0 of runner 2 \(/,
    );
  });

  test('nodes of the same number are no node in common', () => {
    // More on node 0 of the one and on node 1 of the other: nothing moved within either.
    const { result } = merged([
      { seed: 5, change: 0, capture: onCpus({ base: 0.9, head: 0.9 }) },
      { seed: 6, change: 0, capture: onCpus({ base: 0.1, head: 0.1 }) },
    ]);
    expect(result.verdict).toBe('pass');
    expect(result.quality.placement.nodes).toMatchObject([
      { id: 0, runner: 1, differs: false },
      { id: 1, runner: 1, differs: false },
      { id: 0, runner: 2, differs: false },
      { id: 1, runner: 2, differs: false },
    ]);
  });

  test('one without symbols on head is not hidden by those that have them', () => {
    const costs = program(12);
    const stripped = { base: costs, head: { ...costs, f05: 0, '[unknown]': costs.f05 as number } };
    const sound = [1, 2, 3].map((seed) => ({
      seed: 10 + seed,
      change: 0,
      costs: { base: costs, head: costs },
    }));
    const { result } = merged([...sound, { seed: 14, change: 0, costs: stripped }]);
    expect(result.verdict).toBe('inconclusive');
    expect(result.reasons[0]).toMatchObject({
      code: 'unresolved_differs',
      message: expect.stringContaining('on runner 4'),
    });
  });

  test('machines of different frequencies are not noisy', () => {
    const at = (kilohertz: number) => surrounded(() => ({ frequencyKilohertz: kilohertz }));
    const { result } = merged([
      { seed: 7, change: 0, capture: at(2.2e6) },
      { seed: 8, change: 0, capture: at(3.8e6) },
    ]);
    expect(result.quality.base.conditions.frequencySpread).toBe(0);
    expect(codes(result)).not.toContain('machine_noisy');
  });
});
