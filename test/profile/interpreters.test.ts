import { expect, test } from '@jest/globals';
import { decodeProfile, encodeProfile } from '../../src/profile/codec.js';
import { functionTable } from '../../src/profile/functions.js';
import type { Frame } from '../../src/profile/model.js';

const libpython = '/usr/lib/libpython3.13.so.1.0';

function frame(name: string, mapping: string): Frame {
  return { name, systemName: name, file: '', line: 0, mapping };
}

/** The stack, leaf first, as it comes back from a file. */
function read(names: readonly string[]): string[] {
  const frames = names.map((name) => frame(name, name.startsWith('py::') ? '[perf map]' : libpython));
  const profile = decodeProfile(
    encodeProfile({
      frames,
      samples: [{ stack: frames.map((_, index) => index), count: 1, nanoseconds: 1000, labels: {} }],
      startedAtNanoseconds: 0n,
      durationNanoseconds: 0,
      periodNanoseconds: 0,
    }),
  );
  return (profile.samples[0]?.stack ?? []).map((index) => profile.frames[index]?.name ?? '');
}

test.each<[string, string[], string[]]>([
  [
    'is the function that it interprets',
    ['_PyEval_EvalFrameDefault', 'py::parse:/srv/a.py', '_PyEval_Vector', 'py_main'],
    ['py::parse:/srv/a.py', '_PyEval_Vector', 'py_main'],
  ],
  [
    'is so below what it calls, and in each of its callers',
    ['dict_get', '_PyEval_EvalFrameDefault.cold', 'py::f:/a.py', '_TAIL_CALL_CALL', 'py::g:/a.py'],
    ['dict_get', 'py::f:/a.py', 'py::g:/a.py'],
  ],
  [
    'stays where nothing says what it interprets',
    ['_PyEval_EvalFrameDefault', '_PyEval_Vector', 'py::f:/a.py', '_PyEval_EvalFrameDefault'],
    ['_PyEval_EvalFrameDefault', '_PyEval_Vector', 'py::f:/a.py', '_PyEval_EvalFrameDefault'],
  ],
  ['stays without -X perf', ['_PyEval_EvalFrameDefault', 'main'], ['_PyEval_EvalFrameDefault', 'main']],
])('CPython’s loop %s', (_, stack, expected) => {
  expect(read(stack)).toEqual(expected);
});

test('time in the loop is the interpreted function’s own', () => {
  const frames = [
    frame('_PyEval_EvalFrameDefault', libpython),
    frame('py::parse:/srv/a.py', '[perf map]'),
    frame('long_add', libpython),
  ];
  const profile = {
    frames,
    samples: [
      { stack: [0, 1], count: 1, nanoseconds: 3000, labels: {} },
      { stack: [2, 0, 1], count: 1, nanoseconds: 1000, labels: {} },
    ],
    startedAtNanoseconds: 0n,
    durationNanoseconds: 0,
    periodNanoseconds: 0,
  };
  const { functions } = functionTable(decodeProfile(encodeProfile(profile)), '/srv');
  expect([...functions.values()].map(({ name, file, nanoseconds }) => ({ name, file, nanoseconds }))).toEqual(
    expect.arrayContaining([
      { name: 'parse', file: 'a.py', nanoseconds: 3000 },
      { name: 'long_add', file: null, nanoseconds: 1000 },
    ]),
  );
});
