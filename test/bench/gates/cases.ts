/** The gates that are run, and what each of them should say. */
import type { FunctionResult, Result } from '../../../src/verdict/result.js';

/** Kinds of gates, each with what is wanted of all gates of its kind together. */
export interface Kind {
  readonly name: string;
  readonly what: string;
  /** How many gates at least have to be right. */
  readonly wanted: (gates: number) => number;
  readonly isRight: (result: Result, planted: string | null) => boolean;
}

/** One sample under one patch. */
export interface Case {
  readonly kind: Kind;
  readonly sample: string;
  /** Applied to head; null: the same code on both sides. */
  readonly patch: string | null;
  /** The function that the patch slows down, or that it is inlined into. */
  readonly planted: string | null;
  readonly gates: number;
}

const functionsOf = (result: Result): readonly FunctionResult[] =>
  result.workloads.flatMap(({ functions }) => functions);

const same: Kind = {
  name: 'A/A',
  what: 'never fail',
  wanted: (gates) => gates,
  isRight: ({ verdict }) => verdict !== 'fail',
};
const total: Kind = {
  name: 'total +5 %',
  what: 'fail',
  wanted: (gates) => Math.ceil((7 / 8) * gates),
  isRight: ({ verdict }) => verdict === 'fail',
};
const one: Kind = {
  name: 'function +20 % or more',
  what: 'fail, naming it',
  wanted: (gates) => Math.ceil((6 / 8) * gates),
  isRight: (result, planted) =>
    result.verdict === 'fail' &&
    functionsOf(result).some(({ name, class: found }) => found === 'slower' && name.includes(planted ?? '')),
};
const faster: Kind = {
  name: 'total -10 %',
  what: 'not fail, shown as faster',
  wanted: (gates) => gates,
  isRight: ({ verdict, workloads }) =>
    verdict !== 'fail' && workloads.every(({ total: { upper } }) => upper !== null && upper < 0),
};

export const cases: readonly Case[] = [
  { kind: same, sample: 'redis', patch: null, planted: null, gates: 10 },
  { kind: same, sample: 'go-service', patch: null, planted: null, gates: 10 },
  { kind: same, sample: 'cpp-service', patch: null, planted: null, gates: 10 },
  { kind: total, sample: 'go-service', patch: 'slower-total.patch', planted: null, gates: 4 },
  { kind: total, sample: 'cpp-service', patch: 'slower-total.patch', planted: null, gates: 4 },
  { kind: one, sample: 'go-service', patch: 'slower.patch', planted: 'render', gates: 4 },
  { kind: one, sample: 'cpp-service', patch: 'slower.patch', planted: 'height', gates: 4 },
  { kind: faster, sample: 'go-service', patch: 'faster.patch', planted: null, gates: 2 },
  { kind: faster, sample: 'cpp-service', patch: 'faster.patch', planted: null, gates: 2 },
];
