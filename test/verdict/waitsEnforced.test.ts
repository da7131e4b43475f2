/** Where waits are enforced: what a pass takes, when measuring may stop, runners and code layouts. */
import { describe, expect, test } from '@jest/globals';
import type { Capture } from '../../src/bundle/schema.js';
import { completePairs } from '../../src/verdict/captures/pairs.js';
import { judgeWorkload, standing } from '../../src/verdict/judge.js';
import { looksAt } from '../../src/verdict/pace/looks.js';
import { type Cells, readWaits, type WaitPanel, type WaitsOf } from '../../src/verdict/waits/panel.js';
import { testWaits } from '../../src/verdict/waits/test.js';
import { normalFrom, policy, program, simulate, uniformFrom } from './simulate.js';
import { type Waits, withWaits } from './simulateWaits.js';

const base = program(8);
const looks = [10, 16, 24];
const gate = (pairs = 24, seed = 3) =>
  simulate({ seed, pairs, noise: 0.1, samples: 40_000, base, head: base, policy: { ...policy, looks } });
const steady: Waits = {
  pause: { kind: 'sleep', base: 2000, head: 2000, spread: 0.02 },
  queue: { kind: 'condition', base: 9000, head: 9000, forWork: true },
};
const wild: Waits = { ...steady, pause: { kind: 'sleep', base: 2000, head: 2000, spread: 0.8 } };
const enforced = (waits: Waits, pairs?: number) => withWaits(gate(pairs), waits, 5, { mode: 'enforce' });
const codes = ({ reasons }: { readonly reasons: readonly { readonly code: string }[] }) =>
  reasons.map(({ code }) => code);

describe('a pass where waits are enforced', () => {
  test('says that they are proven to be within their margin', () => {
    const measured = enforced(steady, 10);
    const result = judgeWorkload(measured.workload, measured);
    expect({ verdict: result.verdict, codes: codes(result) }).toEqual({
      verdict: 'pass',
      codes: ['within_margin', 'waits_within'],
    });
    expect(result.reasons[1]?.message).toMatch(/is within its margin of 10 %: [+-−]\d.* at most \+\d/);
    expect(result.offCpu?.total.change?.upper).toBeLessThan(0.1);
    expect(standing(measured.workload, measured)).toBe('decided');
  });

  test('is none where they vary too much to tell, and says how long it takes', () => {
    const measured = enforced(wild);
    const result = judgeWorkload(measured.workload, measured);
    expect({ verdict: result.verdict, first: result.reasons[0]?.code }).toEqual({
      verdict: 'inconclusive',
      first: 'waits_undecided',
    });
    expect(result.reasons[0]?.message).toMatch(
      /measure about .* more \(raise gate\.budget or gate\.max_pairs\), widen/,
    );
    expect(result.neededSeconds).toBeGreaterThan(60);
    const first = {
      ...measured.workload,
      captures: measured.workload.captures.filter(({ pair }) => pair <= 10),
    };
    expect(standing(first, measured)).toBe('open');
    const reported = withWaits(gate(), wild, 5);
    expect(judgeWorkload(reported.workload, reported).verdict).toBe('pass');
  });

  test('needs no waits where a program hardly waits at all', () => {
    // A few µs of a unit's 1,000 µs: below what is judged, however they vary.
    const rare: Waits = { pause: { kind: 'sleep', base: 3, head: 6, spread: 0.8 } };
    const measured = enforced(rare, 10);
    const result = judgeWorkload(measured.workload, measured);
    expect({ verdict: result.verdict, class: result.offCpu?.total.class }).toEqual({
      verdict: 'pass',
      class: 'unproven',
    });
    const none = enforced({ queue: steady.queue as Waits[string] }, 10);
    expect(judgeWorkload(none.workload, none).verdict).toBe('pass');
  });
});

/** Waiting within the work alone, one logarithm of head over base a pair. */
function panelOf(changes: readonly number[], grouping: Partial<WaitPanel['grouping']> = {}): WaitPanel {
  const constant = (value: number): Cells => ({
    base: changes.map(() => value),
    head: changes.map(() => value),
  });
  const zero = constant(0);
  return {
    pairs: changes.length,
    grouping: { runners: changes.map(() => 0), crossing: null, ...grouping },
    rows: [],
    work: { base: changes.map(() => 1e6), head: changes.map((change) => 1e6 * Math.exp(change)) },
    idle: zero,
    untraced: zero,
    older: zero,
    runnable: zero,
    cpu: constant(1e6),
  };
}

const margin = 0.1;
const tested = (panel: WaitPanel) => {
  const [look] = looksAt({ ...policy, looks: [panel.pairs] }, panel.pairs);
  return testWaits(panel, look as never, margin, policy.alpha.pass);
};

test('waits that grew by exactly the margin pass as seldom as the level of a pass says', () => {
  const gates = 1000;
  let passed = 0;
  for (let seed = 1; seed <= gates; seed++) {
    const normal = normalFrom(uniformFrom(seed));
    const panel = panelOf(Array.from({ length: 24 }, () => Math.log1p(margin) + 0.1 * normal()));
    const found = looksAt({ ...policy, looks }, 24).map((look) =>
      testWaits(panel, look, margin, policy.alpha.pass),
    );
    if (found.some(({ within }) => within.proven)) passed++;
  }
  // 5 %: 50 ± 7.
  expect(passed).toBeGreaterThan(20);
  expect(passed).toBeLessThan(85);
});

describe('waits of a merged bundle', () => {
  const normal = normalFrom(uniformFrom(7));
  const runners = Array.from({ length: 20 }, (_, pair) => (pair < 10 ? 0 : 1));
  const of = (first: number, second: number) =>
    runners.map((runner) => (runner === 0 ? first : second) + 0.01 * normal());

  test('vary as they do on each runner, not as the runners differ', () => {
    const apart = of(0.02, 0.3);
    const stratified = tested(panelOf(apart, { runners })).total.estimate.log;
    const pooled = tested(panelOf(apart)).total.estimate.log;
    expect(stratified?.mean).toBeCloseTo(0.16, 2);
    expect(stratified?.standardError).toBeLessThan((pooled?.standardError as number) / 3);
    expect(stratified?.standardError).toBeGreaterThan(0.001);
  });

  test('pass only where the runners agree', () => {
    expect(tested(panelOf(of(0.02, 0.02), { runners })).within).toMatchObject({
      proven: true,
      runnersDisagree: false,
    });
    const within = tested(panelOf(of(0.15, -0.1), { runners })).within;
    expect(within).toMatchObject({ proven: false, runnersDisagree: true });
  });

  test('are blind where one runner is', () => {
    const panel = panelOf(of(0, 0), { runners });
    const blind = runners.map((runner) => (runner === 1 ? 2e5 : 0));
    // Of one runner a sixth has no stack, of both together less than a tenth.
    const { isBlind, untraced } = tested({ ...panel, untraced: { base: blind, head: blind } });
    expect({ isBlind, untraced: untraced.toFixed(2) }).toEqual({ isBlind: true, untraced: '0.17' });
    expect(
      tested({
        ...panel,
        grouping: { ...panel.grouping, runners: runners.map(() => 0) },
        untraced: { base: blind, head: blind },
      }).isBlind,
    ).toBe(false);
  });
});

test('several builds a side make waits as uncertain as the builds differ', () => {
  const normal = normalFrom(uniformFrom(9));
  const builds = 4;
  const [rows, columns]: [number[], number[]] = [[], []];
  for (let block = 0; block < builds; block++) {
    for (let one = 1; one <= builds; one++) {
      rows.push(one);
      columns.push(((one + block) % builds) + 1);
    }
  }
  const effect = Array.from({ length: builds + 1 }, () => 0.1 * normal());
  const changes = columns.map((column) => (effect[column] as number) + 0.01 * normal());
  const alone = tested(panelOf(changes)).total.estimate.log;
  const built = tested(panelOf(changes, { crossing: { rows, columns } })).total.estimate.log;
  expect(built?.mean).toBe(alone?.mean);
  expect(built?.standardError).toBeGreaterThan(1.5 * (alone?.standardError as number));
  expect(built?.df).toBeLessThanOrEqual(2 * (builds - 1));
});

test('what a look finds does not depend on the pairs after it', () => {
  const measured = enforced(steady);
  // After the tenth pair threads spend a hundred times as long where until then they waited for work, and within it.
  const waitsOf: WaitsOf = (workload, capture) => {
    const table = measured.waitsOf(workload, capture);
    if (table === null || capture.pair <= 10) return table;
    const paths = table.paths.map((path) =>
      path.place.name === 'queue' ? { ...path, forWork: false, nanoseconds: 100 * path.nanoseconds } : path,
    );
    return { ...table, paths };
  };
  const { workload } = measured;
  const first = workload.captures.filter(({ pair }) => pair <= 10);
  const read = (captures: readonly Capture[]) => readWaits(workload, completePairs(captures), waitsOf);
  const panel = read(workload.captures)?.(10);
  expect(panel).toEqual(read(first)?.(10));
  expect(panel?.rows.find(({ place }) => place.name === 'queue')?.idle).toBe(true);
  expect(read(workload.captures)?.(24).rows.find(({ place }) => place.name === 'queue')?.idle).toBe(false);
  const sources = { tableOf: measured.tableOf, waitsOf };
  const early = judgeWorkload({ ...workload, captures: first }, sources);
  const late = judgeWorkload(workload, sources);
  expect([early.verdict, late.verdict]).toEqual(['pass', 'pass']);
  expect(late.offCpu).toEqual(early.offCpu);
});

test('measuring goes on while too many waits have no stack, and ends where the verdict is', () => {
  const measured = enforced(steady);
  const waitsOf: WaitsOf = (workload, capture) => {
    const table = measured.waitsOf(workload, capture);
    return (
      table && { ...table, untracedNanoseconds: capture.pair <= 4 ? 4 * 2000 * 1000 * capture.units : 0 }
    );
  };
  const sources = { tableOf: measured.tableOf, waitsOf };
  const upTo = (pairs: number) => ({
    ...measured.workload,
    captures: measured.workload.captures.filter(({ pair }) => pair <= pairs),
  });
  const seen = [10, 16, 24].map((pairs) => {
    const { verdict, reasons } = judgeWorkload(upTo(pairs), sources);
    return { verdict, first: reasons[0]?.code, standing: standing(upTo(pairs), sources) };
  });
  expect(seen.map(({ verdict }) => verdict === 'inconclusive')).toEqual(
    seen.map((one) => one.standing === 'open'),
  );
  expect(seen[0]).toEqual({ verdict: 'inconclusive', first: 'waits_untraced', standing: 'open' });
});

test('waits that other programs on head alone may have made longer are not held against it, and longer ones are', () => {
  const judged = (head: number, part: number) => {
    const slowed: Waits = { ...steady, pause: { kind: 'sleep', base: 2000, head, spread: 0.01 } };
    const simulated = simulate({
      seed: 3,
      pairs: 10,
      noise: 0.1,
      samples: 40_000,
      base,
      head: base,
      policy: { ...policy, looks },
      capture: (capture) => ({
        ...capture,
        conditions: {
          ...capture.conditions,
          otherNanoseconds: capture.side === 'head' ? part * capture.conditions.windowNanoseconds : 0,
        },
      }),
    });
    const measured = withWaits(simulated, slowed, 5, { mode: 'enforce' });
    return judgeWorkload(measured.workload, measured);
  };
  // 25 % longer, of which 10 % are tolerated and others may have made 20 %.
  expect(judged(2500, 0).verdict).toBe('fail');
  expect(judged(4000, 0.2).verdict).toBe('fail');
  const { verdict, reasons } = judged(2500, 0.2);
  expect({ verdict, first: reasons[0]?.code }).toEqual({
    verdict: 'inconclusive',
    first: 'other_load_differs',
  });
});
