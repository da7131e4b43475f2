/** What is simulated and what is wanted of it. */
import { noises, scaled } from '../../verdict/simulate.js';
import {
  base,
  type Gate,
  type GateTruth,
  meanOf,
  onePercent,
  policy,
  type Rate,
  rateOf,
  runGates,
  runToFutility,
  simulatedGate,
  singleLook,
  times,
  twoPercent,
} from './gates.js';
import { peers } from './peers.js';
import { distributions, failsAtMargin } from './tail.js';

export interface Row {
  readonly table:
    | 'no change'
    | 'a change, medium noise'
    | 'looking several times, medium noise'
    | 'peers, no change'
    | 'several code layouts of sd 0.5 %'
    | 'runs that may end early'
    | 'a total exactly at its margin, by how pairs scatter';
  readonly what: string;
  readonly measure: string;
  /** A share where it has an error, else a number in `unit`. */
  readonly measured: number;
  readonly unit: 'share' | 's' | 'pairs';
  readonly error: number | null;
  readonly gates: number;
  /** null where nothing is wanted: for comparison. */
  readonly wanted: { readonly is: '<=' | '>='; readonly value: number } | null;
  /** Within the error of the simulation counts as met. */
  readonly isMet: boolean | null;
}

type Wanted = NonNullable<Row['wanted']>;
const atMost = (value: number): Wanted => ({ is: '<=', value });
const atLeast = (value: number): Wanted => ({ is: '>=', value });

const falseFails = 0.001;
const falseFailsByLayout = 0.01;
/** One build a side, whose layout costs or saves so much. */
const layouts = { builds: 1, sd: 0.005, functionSd: 0 };
const passWithin = 560;

export const parts = ['verdicts', 'tail', 'layouts', 'futility'] as const;
export type Part = (typeof parts)[number];

/** @param gates of no change in each noise; a change is tried in a quarter of them */
export function* measureRows(gates: number, only: readonly Part[] = parts): Generator<Row> {
  if (only.includes('verdicts')) {
    const medium = yield* measureNoChange(gates);
    yield* measureChanges(Math.ceil(gates / 4), medium);
  }
  if (only.includes('tail')) yield* measureTail(25 * gates);
  if (only.includes('layouts')) yield* measureLayouts(Math.ceil(gates / 4));
  if (only.includes('futility')) yield* measureFutility(Math.ceil(gates / 64));
}

/** @returns the gates in medium noise */
function* measureNoChange(count: number): Generator<Row, Gate[]> {
  const table = 'no change';
  const others: Row[] = [];
  let medium: Gate[] = [];
  for (const [name, noise] of Object.entries(noises)) {
    const truth = { head: base, noise };
    const gates = runGates(count, truth);
    yield shareRow(table, name, 'fail', failing(gates), atMost(falseFails));
    const isMedium = name === 'medium';
    if (isMedium) medium = gates;
    const passing = rateOf(gates, ({ verdict }) => verdict === 'pass');
    yield shareRow(table, name, 'pass', passing, isMedium ? atLeast(0.95) : null);
    yield secondsRow(table, name, gates, isMedium ? atMost(passWithin) : null);
    if (isMedium) {
      const inTime = rateOf(gates, ({ verdict, seconds }) => verdict === 'pass' && seconds <= passWithin);
      yield shareRow(table, name, `pass within ${passWithin} s`, inTime, null);
    }
    const measured = Array.from({ length: Math.ceil(count / 4) }, (_, index) => simulatedGate(index, truth));
    for (const [rule, fails] of Object.entries(peers)) {
      others.push(shareRow('peers, no change', name, rule, rateOf(measured, fails), null));
    }
  }
  for (const [name, noise] of Object.entries(noises)) {
    const gates = runGates(Math.ceil(count / 4), { head: base, noise, layouts });
    yield shareRow(table, `${name}, layout sd 0.5 %`, 'fail', failing(gates), atMost(falseFailsByLayout));
  }
  yield* others;
  return medium;
}

function* measureChanges(count: number, unchanged: readonly Gate[]): Generator<Row> {
  const table = 'a change, medium noise';
  const noise = noises.medium;
  const changes = [
    { what: '+5 % of everything', head: times(1.05), fails: 0.99, within: 400 },
    { what: '+20 % of a function of 2 %', head: times(1.2, twoPercent), fails: 0.8, within: 350 },
    { what: '+50 % of a function of 1 %', head: times(1.5, onePercent), fails: 0.99, within: 200 },
  ];
  let slower: Gate[] = [];
  for (const { what, head, fails, within } of changes) {
    const gates = runGates(count, { head, noise });
    if (slower.length === 0) slower = gates;
    yield shareRow(table, what, 'fail', failing(gates), atLeast(fails));
    yield secondsRow(table, what, gates, atMost(within));
  }
  const margin = runGates(count, { head: times(1.02), noise });
  const passing = rateOf(margin, ({ verdict }) => verdict === 'pass');
  yield shareRow(table, '+2 %, which is the margin', 'pass', passing, atMost(0.06));
  yield shareRow(table, '+2 %, which is the margin', 'fail', failing(margin), atMost(0.015));
  yield spentRow('no change', unchanged.slice(0, count), { head: base, noise }, 'pass');
  yield spentRow('+5 % of everything', slower, { head: times(1.05), noise }, 'fail');
}

/** What the fail level of 0.5 % is worth; without captures, so many totals that it is seen to within a twentieth. */
function* measureTail(count: number): Generator<Row> {
  const table = 'a total exactly at its margin, by how pairs scatter';
  for (const name of Object.keys(distributions)) {
    yield shareRow(table, name, 'fail', failsAtMargin(name, count), null);
  }
}

/** Standard deviations of a pair's difference. */
const pairSds = [0.0033, 0.0066, 0.015];

/** Builds a side at the margin, where a fail is wrong; and of the same code, how many pairs a pass takes. */
function* measureLayouts(count: number): Generator<Row> {
  const table = 'several code layouts of sd 0.5 %';
  // The total alone is asked, for which two functions do; captures differ by the pair's noise and nothing else.
  const whole = { large: 900, small: 100 };
  const slower = { large: 918, small: 102 };
  const noiseOf = (sd: number) => ({ iid: sd / Math.SQRT2 });
  for (const layoutsIgnored of [true, false]) {
    for (const builds of layoutsIgnored ? [4] : [4, 8, 16]) {
      for (const sd of pairSds) {
        const gates = runGates(count, {
          base: whole,
          head: slower,
          dispersion: 0,
          noise: noiseOf(sd),
          layouts: { builds, sd: 0.005, functionSd: 0 },
          layoutsIgnored,
        });
        const what = `${builds}${layoutsIgnored ? ', left out of account' : ' a side'}, pair sd ${Number((100 * sd).toFixed(2))} %`;
        yield shareRow(
          table,
          what,
          'fail at +2 %, the margin',
          failing(gates),
          layoutsIgnored ? null : atMost(0.01),
        );
      }
    }
  }
  for (const builds of [4, 8, 16]) {
    const gates = runGates(count, {
      base: whole,
      head: whole,
      // So many that functions never keep it open.
      samples: 1_000_000,
      dispersion: 0,
      noise: noiseOf(0.0066),
      layouts: { builds, sd: 0.005, functionSd: 0 },
    });
    const passing = gates.filter(({ verdict }) => verdict === 'pass');
    const what = `${builds} a side, pair sd 0.66 %`;
    yield shareRow(
      table,
      what,
      'pass of the same code',
      rateOf(gates, ({ verdict }) => verdict === 'pass'),
      null,
    );
    yield {
      table,
      what,
      measure: 'mean pairs to that',
      measured: passing.length > 0 ? meanOf(passing.map(({ pairs }) => pairs)) : Number.NaN,
      unit: 'pairs',
      error: null,
      gates: passing.length,
      wanted: null,
      isMet: null,
    };
  }
}

/** Where a part of the runs can be decided: how many end early, and how many of those would have been decided. */
function* measureFutility(count: number): Generator<Row> {
  const table = 'runs that may end early';
  for (const [what, head] of [
    ['no change', base],
    ['+5 % of everything', times(1.05)],
  ] as const) {
    const ended = [1.5, 2.2, 3].flatMap((noise) =>
      Array.from({ length: count }, (_, index) =>
        runToFutility(index, { head, noise: scaled(noise) }, policy.looks),
      ),
    );
    const decided = ended.filter(({ verdict }) => verdict !== 'inconclusive');
    yield shareRow(
      table,
      what,
      'decided when they do not',
      rateOf(ended, ({ verdict }) => verdict !== 'inconclusive'),
      null,
    );
    yield shareRow(
      table,
      what,
      'end early',
      rateOf(ended, ({ early }) => early),
      null,
    );
    yield shareRow(
      table,
      what,
      'verdicts lost by it',
      rateOf(decided, ({ early }) => early),
      atMost(0.05),
    );
  }
}

/** What decides as often as others do is a guess with fewer gates, since hardly any decide otherwise. */
const fewestForSpent = 500;

function failing(gates: readonly Gate[]): Rate {
  return rateOf(gates, ({ verdict }) => verdict === 'fail');
}

function shareRow(
  table: Row['table'],
  what: string,
  measure: string,
  rate: Rate,
  wanted: Row['wanted'],
): Row {
  const { share, error, of } = rate;
  const slack = 2 * error;
  const isMet =
    wanted && (wanted.is === '<=' ? share - slack <= wanted.value : share + slack >= wanted.value);
  return { table, what, measure, measured: share, unit: 'share', error, gates: of, wanted, isMet };
}

function secondsRow(table: Row['table'], what: string, gates: readonly Gate[], wanted: Row['wanted']): Row {
  const measured = meanOf(gates.map(({ seconds }) => seconds));
  const isMet = wanted && measured <= wanted.value;
  return {
    table,
    what,
    measure: 'mean time',
    measured,
    unit: 's',
    error: null,
    gates: gates.length,
    wanted,
    isMet,
  };
}

function spentRow(what: string, gates: readonly Gate[], truth: GateTruth, verdict: 'pass' | 'fail'): Row {
  const single = singleLook(gates, truth, verdict);
  const measured = meanOf(gates.map(({ pairs }) => pairs)) / single;
  const table = 'looking several times, medium noise';
  const measure = `pairs, of the ${single} with one look`;
  const wanted = atMost(0.6);
  return {
    table,
    what,
    measure,
    measured,
    unit: 'share',
    error: null,
    gates: gates.length,
    wanted,
    isMet: gates.length < fewestForSpent ? null : measured <= wanted.value,
  };
}
