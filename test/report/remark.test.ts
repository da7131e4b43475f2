import { describe, expect, test } from '@jest/globals';
import { renderHtml } from '../../src/report/html/page.js';
import { renderMarkdown } from '../../src/report/markdown/markdown.js';
import { headline, plain } from '../../src/report/phrase.js';
import { origins, remark } from '../../src/report/ranking.js';
import { renderTerminal } from '../../src/report/terminal.js';
import type { AppliedWaiver } from '../../src/verdict/appliedWaiver.js';
import type { Culprit } from '../../src/verdict/result.js';
import { aFunction, aResult, aWorkload, failing, slower } from './results.js';

const culprit: Culprit = {
  kind: 'changed',
  message: 'changed in this pull request (src/lexer/tokenize.js:43)',
  function: null,
  file: 'src/lexer/tokenize.js',
  line: 43,
  hunk: { base: [43, 1], head: [43, 1] },
};
const waived = (status: AppliedWaiver['status']): AppliedWaiver => ({
  at: 'base:.profbound-waivers.yml:3:5',
  max: 0.3,
  reason: 'reads everything twice',
  expires: '2030-06-30',
  status,
});
const traced = { ...slower, culprit };
const result = aResult([{ ...failing(), functions: [aFunction('render'), traced] }]);

describe('where a slower function’s time comes from', () => {
  test('stands beside it on every surface', () => {
    for (const width of [60, 100, 180]) {
      const text = renderTerminal(result, { color: false, width });
      expect(text).toMatch(/^ {14}changed in this pull request\s+\(src\/lexer\/tokenize\.js:43\)$/m);
    }
    expect(renderMarkdown(result, { maxCharacters: 65_536 })).toContain(
      '`src/lexer/tokenize.js:41`<br>changed in this pull request (src/lexer/tokenize.js:43) | ▲ slower |',
    );
    expect(renderHtml({ result, evidence: new Map() })).toContain(
      `<span class="remark">${culprit.message}</span>`,
    );
    expect(plain(headline(result))).toMatch(
      /proven slower: tokenize \(src\/lexer\/tokenize\.js:41\), changed in this pull request \(src\/lexer\/tokenize\.js:43\)\.$/,
    );
    expect(origins(result)).toEqual([`tokenize: ${culprit.message}`]);
  });

  test('is left out where nothing is known, and where several share a sentence', () => {
    const unknown = { ...traced, culprit: { ...culprit, kind: 'unknown' as const } };
    const said = (functions: (typeof traced)[]) => plain(headline(aResult([{ ...failing(), functions }])));
    expect(said([unknown])).not.toContain('changed');
    expect(said([traced, { ...traced, key: 'b', name: 'lex' }])).not.toContain('changed');
  });
});

describe('what was waived', () => {
  test.each([
    ['waived', 'waived up to 30 % until 2030-06-30'],
    ['exceeded', 'beyond the 30 % that are waived'],
    ['expired', 'its waiver expired on 2030-06-30'],
  ] as const)('%s', (status, words) => {
    expect(remark({ ...traced, waiver: waived(status) })).toBe(`${culprit.message}; ${words}`);
    expect(remark({ ...slower, waiver: waived(status) })).toBe(words);
    expect(remark(slower)).toBeNull();
  });

  test('does not count among what failed', () => {
    const functions = [{ ...traced, waiver: waived('waived') }];
    const failed = aResult([{ ...failing(), functions }]);
    expect(plain(headline(failed))).not.toContain('tokenize');
    expect(origins(failed)).toEqual([]);
    const passed = aResult([aWorkload('api', { functions })]);
    expect(renderTerminal(passed, { color: false, width: 160 })).toContain(
      'waived up to 30 % until 2030-06-30',
    );
  });
});
