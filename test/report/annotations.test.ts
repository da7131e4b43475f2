import { describe, expect, test } from '@jest/globals';
import type { Changes } from '../../src/bundle/changes.js';
import { annotationsOf } from '../../src/report/annotations.js';
import { changedDefinitions } from '../../src/verdict/blame/definitions.js';
import type { FunctionResult, WorkloadResult } from '../../src/verdict/result.js';
import { aFunction, aResult, aWorkload, failing, figure, slower } from './results.js';

const changes: Changes = {
  prefix: 'svc/',
  files: [
    {
      path: 'svc/src/lexer/tokenize.js',
      kind: 'modified',
      tail: 1,
      hunks: [{ base: [43, 1], head: [43, 1], inside: [[41, 41]] }],
    },
    {
      path: 'svc/src/rank.js',
      kind: 'modified',
      tail: 1,
      hunks: [{ base: [900, 1], head: [900, 1], inside: [] }],
    },
    {
      path: 'svc/src/gone.js',
      kind: 'deleted',
      tail: 1,
      hunks: [{ base: [1, 9], head: [0, 0], inside: [] }],
    },
  ],
  filesLeft: 0,
};
const refs = {
  base: { name: 'main', commit: null, root: '/w/base/svc' },
  head: { name: 'topic', commit: null, root: '/w/head/svc' },
};
const added = (name: string, change: Partial<FunctionResult> = {}) =>
  aFunction(name, { class: 'slower', contribution: figure(0.03, 0.02, 0.04), ...change });

function of(...workloads: WorkloadResult[]) {
  return annotationsOf(changedDefinitions(aResult(workloads), { changes, refs })).list;
}

describe('annotations', () => {
  test('stand in places that can be: GitHub takes none of a check with one that cannot', () => {
    const found = (path: string, line: number) =>
      annotationsOf([{ path, line, workload: aWorkload('api'), function: slower }]).list.length;
    expect(found('src/a.js', 2 ** 31 - 1)).toBe(1);
    for (const [path, line] of [
      ['src/a.js', 2 ** 53 - 1],
      ['src/a\n.js', 1],
      ['src/\u202ea.js', 1],
      ['', 1],
    ] as const)
      expect(found(path, line)).toBe(0);
  });

  test('stand on the definitions of slower functions whose file is changed, the largest first', () => {
    const functions = [
      added('rank', { file: 'src/rank.js', line: 7 }),
      slower,
      added('untouched', { file: 'src/other.js', line: 3 }),
      added('gone', { file: 'src/gone.js', line: 3 }),
      added('unknown', { file: null, line: null }),
      aFunction('unproven', { file: 'src/rank.js', line: 50 }),
      added('quicker', { file: 'src/rank.js', line: 60, class: 'faster' }),
      added('nowhere', { file: 'src/rank.js', line: null, contribution: figure(0.001, 0.0005, 0.002) }),
    ];
    expect(of({ ...failing(), functions }).map(({ path, line, title }) => [path, line, title])).toEqual([
      ['svc/src/lexer/tokenize.js', 41, 'tokenize got slower'],
      ['svc/src/rank.js', 7, 'rank got slower'],
      ['svc/src/rank.js', 1, 'nowhere got slower'],
    ]);
  });

  test('say by how much, and how sure that is', () => {
    expect(of({ ...failing(), functions: [slower] })).toEqual([
      {
        path: 'svc/src/lexer/tokenize.js',
        line: 41,
        level: 'failure',
        title: 'tokenize got slower',
        message:
          'search: own CPU time per request +34.1 % (+26.2 % … +42.5 %), which adds +6.2 % (+4.8 % … +7.8 %) to the total; share 18.3 % → 23.6 %',
      },
    ]);
    const isNew = added('extra', { file: 'src/rank.js', line: 9, class: 'new', ratio: null, baseShare: 0 });
    expect(of({ ...failing(), functions: [isNew] })).toMatchObject([
      {
        title: 'extra is new',
        message: 'search: adds +3.0 % (+2.0 % … +4.0 %) to the CPU time per request; share 0 % → 12.1 %',
      },
    ]);
  });

  test('of one function in several workloads are one', () => {
    const [one, ...others] = of(
      { ...failing('search'), functions: [slower] },
      { ...failing('index'), functions: [slower] },
    );
    expect(others).toEqual([]);
    expect(one?.message.split('\n').map((line) => line.split(':')[0])).toEqual(['search', 'index']);
  });

  test('of what is waived are notices, and warnings where the gate did not fail', () => {
    const waiver = {
      at: 'x:1:1',
      max: 0.5,
      reason: 'wanted',
      expires: '2030-01-01',
      status: 'waived' as const,
    };
    const waived = { ...slower, waiver };
    expect(of(aWorkload('api', { functions: [waived] }))).toMatchObject(
      [
        {
          level: 'notice',
          title: 'tokenize got slower, which is waived',
          message: /waived up to 50 % until 2030-01-01$/,
        },
      ].map(({ message: _, ...rest }) => rest),
    );
    expect(of(aWorkload('api', { functions: [waived] }))[0]?.message).toMatch(
      /waived up to 50 % until 2030-01-01$/,
    );
    expect(
      of({ ...failing('a'), functions: [waived] }, { ...failing('b'), functions: [slower] }),
    ).toMatchObject([{ level: 'failure', title: 'tokenize got slower' }]);
    expect(of(aWorkload('api', { verdict: 'inconclusive', functions: [slower] }))).toMatchObject([
      { level: 'warning' },
    ]);
  });

  test('are none where the changes are not known', () => {
    const result = aResult([{ ...failing(), functions: [slower] }]);
    expect(changedDefinitions(result, { changes: null, refs })).toEqual([]);
  });

  test('hide nothing of a name, and stay short', () => {
    const name = `evil\u202e\n${'x'.repeat(9000)}`;
    const [one] = of({ ...failing(), functions: [{ ...slower, name }] });
    expect(one?.title).toMatch(/^evil\\u\{202e\} x/);
    expect(one?.title.length).toBeLessThan(255);
  });
});
