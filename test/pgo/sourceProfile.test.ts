/** From samples and a binary's lines to a profile, on a binary that is made up: what is counted how, to the digit. */
import { describe, expect, test } from '@jest/globals';
import type { Annotation, CodeBlock, CodeSymbol } from '../../src/pgo/annotation.js';
import { gccProfile } from '../../src/pgo/gcc.js';
import { llvmProfile } from '../../src/pgo/llvm.js';
import { type AddressStack, elsewhere } from '../../src/pgo/samples.js';
import type { SampledBinary } from '../../src/pgo/sourceProfile.js';
import { annotation, frames } from './madeUp.js';

/** Samples of a microsecond each, by stack. */
function sampled(about: Annotation, ...stacks: readonly (readonly [number, ...number[]])[]): SampledBinary {
  const all = stacks.map(
    ([samples, ...addresses]): AddressStack => ({ addresses, samples, weight: samples * 1000 }),
  );
  const own = all.filter(({ addresses }) => addresses[0] !== elsewhere);
  const samples = own.reduce((sum, stack) => sum + stack.samples, 0);
  return { samples: { stacks: all, samples, weight: samples * 1000 }, annotation: about };
}

const textOf = (...binaries: readonly SampledBinary[]): string[] =>
  Buffer.from(llvmProfile(binaries)).toString().trimEnd().split('\n');

describe('a function', () => {
  /** The program with code that can be read. */
  function readable(program: Annotation, blocks: CodeSymbol['blocks']): Annotation {
    const symbols = program.symbols.map((symbol) => ({ ...symbol, blocks }));
    const locations = new Map(
      symbols.flatMap((symbol) => symbol.locations.map((each) => [each.address, { ...each, symbol }])),
    );
    return { ...program, symbols, locations };
  }

  const program = annotation({
    work: {
      100: frames('work@10:10'),
      104: frames('work@10:12'),
      108: frames('work@10:12'),
      112: frames('work@10:15'),
    },
    idle: { 300: frames('idle@50:50') },
  });

  test('whose code cannot be read ran a line as often as its most sampled instruction, and what was not sampled never', () => {
    expect(textOf(sampled(program, [7, 104], [3, 108], [2, 100]))).toEqual([
      'work:12:2',
      ' 0: 2',
      ' 2: 7',
      ' 5: 0',
    ]);
  });

  /** Blocks of four bytes an instruction, one behind another, each with where it may lead. */
  function blocksFrom(address: number, ...parts: readonly [number, CodeBlock['exit'], ...number[]][]) {
    let begin = address;
    return parts.map(([instructions, exit, ...successors]): CodeBlock => {
      const block = {
        address: begin,
        bytes: 4 * instructions,
        instructions,
        exit,
        isCase: false,
        successors,
      };
      begin += block.bytes;
      return block;
    });
  }

  test('ran as often as its blocks: their samples are shared among their instructions', () => {
    const blocks = blocksFrom(100, [3, 'none', 112], [2, 'out']);
    expect(textOf(sampled(readable(program, blocks), [6, 104], [4, 112]))).toEqual([
      'work:10:2',
      ' 0: 2',
      ' 2: 2',
      ' 5: 2',
    ]);
  });

  test('was entered as often as its first block ran, whatever else is in the line it begins with, and not never', () => {
    const loop = annotation({ work: { 100: frames('work@10:12'), 104: frames('work@10:12') } });
    const blocks = blocksFrom(100, [1, 'none', 104], [2, 'out', 104]);
    expect(textOf(sampled(readable(loop, blocks), [2, 100], [8, 104]))).toEqual(['work:10:2', ' 2: 4']);
    expect(textOf(sampled(readable(loop, blocks), [8, 104]))).toEqual(['work:8:1', ' 2: 4']);
  });

  test('of samples elsewhere is none of the profile', () => {
    expect(textOf(sampled(program, [7, 104], [9, elsewhere, 112]))).toEqual([
      'work:7:1',
      ' 0: 0',
      ' 2: 7',
      ' 5: 0',
    ]);
  });

  test('of two builds is added up', () => {
    const moved = annotation({ work: { 500: frames('work@11:13') } });
    expect(textOf(sampled(program, [7, 104]), sampled(moved, [1, 500]))).toEqual([
      'work:8:2',
      ' 0: 0',
      ' 2: 8',
      ' 5: 0',
    ]);
  });

  test('in parts is one function', () => {
    const parts = annotation({
      'work.part.0': { 100: frames('work@10:11') },
      'work.cold': { 200: frames('work@10:14') },
      'work.llvm.123': { 300: frames('work@10:16') },
      'work.__uniq.77': { 400: frames('work@10:17') },
    });
    expect(textOf(sampled(parts, [1, 100], [2, 200], [3, 300], [4, 400]))).toEqual([
      'work:6:3',
      ' 1: 1',
      ' 4: 2',
      ' 6: 3',
      'work.__uniq.77:4:4',
      ' 7: 4',
    ]);
  });
});

describe('inlined code', () => {
  test('is nested where it was called', () => {
    const inlined = annotation({
      outer: {
        100: frames('outer@10:10'),
        104: frames('leaf@90:92', 'middle@50:53', 'outer@10:14'),
        108: frames('middle@50:51', 'outer@10:14'),
      },
    });
    expect(textOf(sampled(inlined, [6, 104], [2, 108]))).toEqual([
      'outer:8:1',
      ' 0: 0',
      ' 4: middle:8',
      '  1: 2',
      '  3: leaf:6',
      '   2: 6',
    ]);
  });

  test("counts as far as lines are known: the compiler's own have none", () => {
    const without = annotation({
      outer: { 100: frames('leaf@90:0', 'outer@10:14'), 104: frames('leaf@90:91', 'outer@10:0') },
    });
    expect(textOf(sampled(without, [6, 100], [2, 104]))).toEqual(['outer:8:6', ' 4: leaf:6']);
  });
});

describe('discriminators', () => {
  test('are their first component, and code in copies ran as often as all of them', () => {
    // 2: base 1. 17: no base, four copies. 1 << 6 | …: a base above 31 takes fourteen bits.
    const wide = (((40 & 0xfe0) << 1) | 0x20 | (40 & 0x1f)) << 1;
    const coded = annotation({
      work: {
        100: frames('work@10:11.2'),
        104: frames('work@10:12.17'),
        108: frames(`work@10:13.${wide}`),
        112: frames('leaf@90:91', 'work@10:14.2'),
      },
    });
    expect(textOf(sampled(coded, [5, 100], [3, 104], [2, 108], [1, 112]))).toEqual([
      'work:20:5',
      ' 1.1: 5',
      ' 2: 12',
      ' 3.40: 2',
      ' 4.1: leaf:1',
      '  1: 1',
    ]);
  });
});

describe('calls', () => {
  const program = annotation({
    caller: { 100: frames('caller@10:11'), 104: frames('caller@10:12') },
    first: { 200: frames('first@20:21') },
    second: { 300: frames('second@30:31') },
    quiet: { 400: frames('quiet@40:41') },
  });

  test('say whom they led to: what was spent below a call is shared by how often each was entered', () => {
    const stacks = [
      [1, 100],
      [8, 200, 104],
      [3, 300, 104],
      [2, 200, 300, 104],
    ] as const;
    expect(textOf(sampled(program, ...stacks)).filter((line) => line.includes(' 2: '))).toEqual([
      ' 2: 0 first:9 second:4',
    ]);
  });

  test('lead nowhere from what was never sampled itself, and not across what lies between', () => {
    const text = textOf(sampled(program, [1, 100], [8, 200, 400, 104], [9, 200, elsewhere, 104]));
    expect(text).toEqual(['caller:1:1', ' 1: 1', ' 2: 0 quiet:8', 'first:17:17', ' 1: 17']);
  });

  test('with names that the text cannot hold are left out', () => {
    const strange = annotation({
      'operator new:x': { 100: frames('x@10:11') },
      'a b': { 200: frames('x@1:2') },
    });
    expect(textOf(sampled(strange, [1, 100], [2, 200]))).toEqual(['']);
  });
});

test("GCC's profile is, word for word, as it is read", () => {
  const program = annotation({
    'work.isra.0': { 100: frames('work@10:12.2'), 104: frames('leaf@90:91', 'work@10:13') },
    other: { 200: frames('other@20:21') },
  });
  const bytes = Buffer.from(gccProfile([sampled(program, [5, 100], [3, 104], [4, 200, 100])]));
  const words = (...values: readonly number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
  const text = (value: string): Buffer => Buffer.concat([words(value.length + 1), Buffer.from(`${value}\0`)]);
  const names = Buffer.concat([words(4), text(''), text('leaf'), text('other'), text('work')]);
  const functions = words(
    ...[2, 4, 0, 2, 1, 0, 1 << 16, 0, 4, 0],
    ...[5, 0, 3, 1, 1, 2 << 16, 1, 5, 0, 7, 2, 0, 4, 0],
    ...[3 << 16, 1, 1, 0, 1 << 16, 0, 3, 0],
  );
  expect(bytes).toEqual(
    Buffer.concat([
      words(0x67636461, 2, 0, 0xaa000000, names.length),
      names,
      words(0xac000000, functions.length),
      functions,
      words(0xae000000, 0, 0),
    ]),
  );
});
