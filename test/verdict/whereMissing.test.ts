import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { causes } from '../../src/bundle/causes.js';
import { breakFrames } from '../../src/profile/breaks.js';
import { type FunctionCost, type FunctionTable, functionTable } from '../../src/profile/functions.js';
import type { Profile } from '../../src/profile/model.js';
import { identify } from '../../src/profile/names.js';
import { panelOf } from '../../src/verdict/captures/panel.js';
import { whereMissing } from '../../src/verdict/trust/whereMissing.js';

/** A capture's functions: samples by name and binary. */
function table(
  functions: readonly (readonly [name: string, mapping: string, samples: number])[],
): FunctionTable {
  const costs = functions.map(([name, mapping, count]): [string, FunctionCost] => {
    const identity = identify({ name, systemName: name, file: '', line: 0, mapping }, '');
    return [identity.key, { ...identity, line: null, count, nanoseconds: count * 1e6 }];
  });
  const count = functions.reduce((sum, [, , samples]) => sum + samples, 0);
  return { functions: new Map(costs), count, nanoseconds: count * 1e6 };
}

const quiet = table([['main', '/srv/app', 100]]);
const where = (cause: string, head: FunctionTable, side: 'base' | 'head' = 'head') =>
  whereMissing('unresolved', cause, panelOf([{ base: quiet, head }]), 1, side);

describe('files without symbols', () => {
  const stripped = table([
    ['main', '/srv/app', 100],
    ['[unknown]', '/lib/liba.so.1', 3],
    ['[unknown] (libb.so.2)', '/lib/libb.so.2', 9],
    ['[unknown] (anonymous executable memory)', '[anonymous]', 50],
    ['[unknown] (no mapping)', '', 5],
    ['[truncated]', '', 5],
  ]);

  test('are named, the largest first', () => {
    expect(where('no_symbol', stripped)).toEqual(['libb.so.2', 'liba.so.1']);
    expect(where('file_unreadable', stripped)).toEqual(['libb.so.2', 'liba.so.1']);
  });

  test('are those of the side', () => {
    expect(where('no_symbol', stripped, 'base')).toEqual([]);
  });

  test('say nothing of other causes', () => {
    expect(where('no_mapping', stripped)).toEqual([]);
  });
});

describe('the runtime that did not describe its code', () => {
  test.each([
    ['node', 'v8::internal::Invoke', '/usr/bin/node'],
    ['java', 'JavaThread::run', '/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so'],
    ['python', '_PyEval_EvalFrameDefault', '/usr/bin/python3.12'],
    ['python', '_PyEval_EvalFrameDefault', '/usr/lib/libpython3.12.so.1.0'],
    ['dotnet', 'coreclr_execute_assembly', '/usr/share/dotnet/libcoreclr.so'],
  ])('is %s, where %s of %s ran', (runtime, name, mapping) => {
    for (const cause of ['anonymous_memory', 'map_stale'])
      expect(where(cause, table([[name, mapping, 3]]))).toEqual([runtime]);
  });

  test('is not told by a program that is none', () => {
    expect(where('anonymous_memory', table([['main', '/srv/node-proxy', 3]]))).toEqual([]);
  });

  test('is not chosen among two', () => {
    const both = table([
      ['a', '/usr/lib/libjvm.so', 3],
      ['b', '/usr/bin/python3.12', 3],
    ]);
    expect(where('anonymous_memory', both)).toEqual([]);
  });
});

describe('files in which stacks break off', () => {
  /** A profile of stacks that end in a frame of the collector's behind one of a file. */
  function cut(stacks: readonly (readonly [last: string, ending: string, samples: number])[]): FunctionTable {
    const frame = (name: string, mapping: string) => ({ name, systemName: name, file: '', line: 0, mapping });
    const profile: Profile = {
      frames: stacks.flatMap(([last, ending]) => [frame('work', last), frame(ending, '')]),
      samples: stacks.map(([, , count], index) => ({
        stack: [2 * index, 2 * index + 1],
        count,
        nanoseconds: count * 1e6,
        labels: {},
      })),
      startedAtNanoseconds: 0n,
      durationNanoseconds: 0,
      periodNanoseconds: 0,
    };
    return functionTable(profile, '');
  }
  const broken = cut([
    ['/lib/liba.so.1', '[no unwind information]', 3],
    ['/lib/libb.so.2', '[no unwind information]', 2],
    ['/opt/other/libb.so.2', '[no unwind information]', 2],
    ['[kernel.kallsyms]', '[no unwind information]', 20],
    ['[perf map]', '[no unwind information]', 20],
    ['', '[no unwind information]', 20],
    ['/srv/app', '[frame pointer chain ended]', 9],
    ['/srv/app', '[truncated]', 9],
    ['/srv/app', 'main', 9],
  ]);
  const pairs = panelOf([
    { base: quiet, head: broken },
    { base: quiet, head: cut([['/lib/liba.so.1', '[no unwind information]', 2]]) },
  ]);
  const files = (cause: string, n = 1, side: 'base' | 'head' = 'head') =>
    whereMissing('incomplete', cause, pairs, n, side);

  test('are named by cause, the largest first', () => {
    expect(files('no_unwind_information')).toEqual(['libb.so.2', 'liba.so.1']);
    expect(files('frame_pointer_chain_ended')).toEqual(['app']);
    expect(files('stack_unreadable')).toEqual([]);
  });

  test('are those of the side, and of the pairs that count', () => {
    expect(files('no_unwind_information', 2)).toEqual(['liba.so.1', 'libb.so.2']);
    expect(files('no_unwind_information', 2, 'base')).toEqual([]);
  });

  test('are known by the frames and the codes of the collector', () => {
    const frames = readFileSync('native/src/profile/causes.c', 'utf8');
    for (const frame of Object.values(breakFrames)) expect(frames).toContain(`"${frame}"`);
    expect(Object.keys(causes.incomplete)).toEqual(expect.arrayContaining(Object.keys(breakFrames)));
  });
});
