import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { recipes } from '../../src/report/reproduce.js';
import { hostileNames } from './hostile.js';
import { aMethod, aResult, aTree, aWorkload, failing, someEvidence } from './results.js';

const lines = (...given: Parameters<typeof recipes>): string[] =>
  recipes(...given).flatMap((one) => one.lines);
const evidence = someEvidence('search', aTree());
const result = aResult([failing()]);

describe('how a comparison is repeated', () => {
  test('by commit where there is one, and in pprof', () => {
    const [base, head] = ['a'.repeat(40), 'b'.repeat(40)];
    expect(lines(result, evidence)).toEqual([
      `git fetch origin ${base} ${head}`,
      `profbound gate --base ${base} --head ${head}`,
      'profbound report bundle --out report',
      'go tool pprof -http=: -diff_base=bundle/workloads/search/pairs/001/base.cpu.pb.gz bundle/workloads/search/pairs/001/head.cpu.pb.gz',
    ]);
  });

  test('a patch is named as it was given; folders need no fetching; another configuration is said', () => {
    const refs = {
      base: { name: 'dir:.', commit: null, root: '/a' },
      head: { name: 'dir:. + slow.patch', commit: null, root: '/b' },
    };
    const elsewhere = someEvidence('search', aTree(), {
      method: { ...aMethod, configPath: 'perf/gate.yml', firstPair: null },
    });
    expect(lines({ ...result, refs }, elsewhere)).toEqual([
      'profbound gate --base dir:. --patch slow.patch --config perf/gate.yml',
      'profbound report bundle --out report',
    ]);
  });

  test('where it was measured in a subfolder, it is entered first', () => {
    const within = someEvidence('search', aTree(), { method: { ...aMethod, folder: 'services/api/' } });
    expect(lines(result, within)[1]).toBe('cd services/api/');
  });

  test('one of several workloads can be asked for', () => {
    const several = lines(aResult([aWorkload('api'), failing()]), evidence);
    expect(several.some((line) => line.endsWith(' --workload api'))).toBe(true);
  });

  test('two captures are compared again', () => {
    const refs = {
      base: { name: 'one/cpu.pb.gz', commit: null, root: '/a' },
      head: { name: "it's two", commit: null, root: '/a' },
    };
    expect(lines({ ...result, refs, design: 'unpaired' }, new Map())).toEqual([
      "profbound diff one/cpu.pb.gz 'it'\\''s two'",
    ]);
  });

  test('a hostile name is one word to a shell', () => {
    for (const name of hostileNames) {
      const named = name.replace('\ud800', '');
      const refs = {
        base: { name: named, commit: null, root: '/a' },
        head: { name: 'x', commit: null, root: '/a' },
      };
      const [line] = lines({ ...result, refs, design: 'unpaired' }, new Map());
      const words = (line as string).replace(/^profbound diff/, "printf '%s\\n%s'");
      expect(execFileSync('bash', ['-c', words], { encoding: 'utf8' })).toBe(`${named}\nx`);
    }
  });
});
