/** What was added to the starts of both sides is said where it is said how it was measured. */
import { describe, expect, test } from '@jest/globals';
import type { Runtimes, SideRuntime } from '../../src/bundle/runtimes.js';
import { renderHtml } from '../../src/report/html/page.js';
import { renderMarkdown } from '../../src/report/markdown/markdown.js';
import { runtimeTexts } from '../../src/report/runtimes.js';
import { aMethod, aResult, aWorkload } from './results.js';

const flags: SideRuntime = { name: 'node', added: ['NODE_OPTIONS: --perf-basic-prof'] };
const nothing: SideRuntime = { name: 'node', added: [] };

describe('what was added', () => {
  test.each<[string, Runtimes | null, string[]]>([
    [
      'to both sides is said once',
      { base: flags, head: flags },
      [
        'both sides were started with NODE_OPTIONS: --perf-basic-prof added, so that stacks can be read (node)',
      ],
    ],
    [
      'to one side is said of it',
      { base: nothing, head: flags },
      ['head was started with NODE_OPTIONS: --perf-basic-prof added, so that stacks can be read (node)'],
    ],
    ['to none is not said', { base: nothing, head: nothing }, []],
    ['may not be known', null, []],
  ])('%s', (_, runtimes, texts) => {
    expect(runtimeTexts({ runtimes })).toEqual(texts);
  });

  test('stands in report and summary', () => {
    const result = aResult([aWorkload('api', { runtimes: { base: flags, head: flags } })]);
    const known = new Map([['api', { cpu: null, waits: null, changed: null, method: aMethod }]]);
    const said =
      'oth sides were started with NODE_OPTIONS: --perf-basic-prof added, so that stacks can be read';
    expect(renderHtml({ result, evidence: known })).toContain(`<li>B${said}`);
    const summary = renderMarkdown(result, { maxCharacters: 60_000 }).replaceAll('&#95;', '_');
    expect(summary).toContain(`B${said}`);
  });
});
