import { describe, expect, test } from '@jest/globals';
import { renderHtml } from '../../src/report/html/page.js';
import { renderJson } from '../../src/report/json.js';
import { renderMarkdown } from '../../src/report/markdown/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { hostileNames } from './hostile.js';
import { aResult, aWorkload } from './results.js';
import { aWait, longerWait, someWaits } from './waits.js';

const result = aResult([aWorkload('search', { offCpu: someWaits() })]);
const line =
  'Waiting within the work 2.37 ms → 4.37 ms per request, +84.0 % (+81.0 % … +87.0 %), margin 10 %; waiting for work 27.9 ms → 25.4 ms; waiting for a CPU 335 µs → 372 µs';
const html = renderHtml({ result, evidence: new Map() });
/** As one line of text. */
const flat = (text: string) => text.replace(/\s+/g, ' ');

describe('time spent waiting', () => {
  test('is said in the terminal, with what is proven and nothing else', () => {
    const text = flat(renderTerminal(result, { color: false, width: 100 }));
    expect(text).toContain(line);
    expect(text).toContain(
      '▲ longer loadRecord src/store.js:8 waits asleep 2.06 ms → 4.06 ms per request, +97.0 % (+96.0 % … +98.0 %)',
    );
    expect(text).toContain('+ new added src/store.js:8 waits for a lock 0 ns → 150 µs per request, +150 µs');
    expect(text).not.toContain('update');
    expect(text).not.toContain('nextConnection');
  });

  test('is said in the comment where something is proven of it, and else only among the facts', () => {
    const text = renderMarkdown(result, { maxCharacters: 65_536 });
    expect(text).toContain(
      '| `loadRecord` `src/store.js:8` | ▲ longer | waits asleep | 2.06 ms → 4.06 ms | +97.0 % (+96.0 % … +98.0 %) |',
    );
    expect(text.indexOf(line)).toBeLessThan(text.indexOf('<details>'));
    const quiet = someWaits({ waits: [aWait('update')] });
    const offCpu = { ...quiet, total: { ...quiet.total, class: 'unproven' as const } };
    const little = renderMarkdown(aResult([aWorkload('search', { offCpu })]), { maxCharacters: 65_536 });
    expect(little.indexOf(line)).toBeGreaterThan(little.indexOf('<details>'));
    expect(little).not.toContain('update');
    expect(renderMarkdown(result, { maxCharacters: 600 }).length).toBeLessThanOrEqual(600);
  });

  test('has a card on the page: waits within the work, and apart from them those for work', () => {
    const card = flat(html.split('<h3>Time spent waiting</h3>')[1]?.split('</section>')[0] ?? '');
    expect(card).toContain(line);
    expect(card).toContain('This is said only: the verdict does not rest on it.');
    const order = ['loadRecord', 'added', 'update', '1 place where threads wait for work', 'nextConnection'];
    const found = order.map((text) => card.indexOf(text));
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found.every((index) => index >= 0)).toBe(true);
    expect(card).toContain('← handle ← serve');
    const enforced = aResult([aWorkload('search', { offCpu: someWaits({ mode: 'enforce' }) })]);
    expect(flat(renderHtml({ result: enforced, evidence: new Map() }))).toContain(
      'More than 10 % longer, in all or in one function, fails the gate.',
    );
  });

  test('says what was waived of it, in every report', () => {
    const waiver = {
      at: 'x.yml:3:5',
      max: 1.2,
      reason: 'wanted',
      expires: '2030-06-30',
      status: 'waived' as const,
    };
    const offCpu = someWaits({ mode: 'enforce', waits: [{ ...longerWait, waiver }] });
    const some = aResult([
      aWorkload('search', { offCpu: { ...offCpu, total: { ...offCpu.total, waiver } } }),
    ]);
    const words = 'waived up to 120 % until 2030-06-30';
    const card = flat(renderHtml({ result: some, evidence: new Map() }).split('waits-card')[1] ?? '');
    expect(card).toContain(`<span class="remark">${words}</span>`);
    expect(card).toContain(`margin 10 %, ${words}; waiting for work`);
    expect(flat(renderTerminal(some, { color: false, width: 100 }))).toContain(`+98.0 %); ${words}`);
    expect(renderMarkdown(some, { maxCharacters: 65_536 })).toContain(`waits asleep, ${words} |`);
  });

  test('is left out where it was not measured', () => {
    const without = aResult([aWorkload('search')]);
    expect(renderHtml({ result: without, evidence: new Map() })).not.toContain('<h3>Time spent waiting');
    expect(renderTerminal(without, { color: false, width: 100 })).not.toContain('aiting');
  });

  test('stands in result.json', () => {
    expect(JSON.parse(renderJson(result)).workloads[0].offCpu).toEqual(someWaits());
  });
});

test('names of waiting functions and their callers are only ever text', () => {
  const waits = hostileNames.map((name, index) =>
    aWait(name, {
      key: `${index}`,
      file: name,
      class: 'longer',
      idle: index % 3 === 0,
      paths: [{ callers: [name, name], base: 1, head: 1, change: null }],
    }),
  );
  const hostile = aResult([aWorkload('search', { offCpu: someWaits({ waits }) })]);
  const page = renderHtml({ result: hostile, evidence: new Map() });
  const card = page.split('<h3>Time spent waiting</h3>')[1]?.split('</section>')[0] ?? '';
  // Tools are for scripts, and hold no name of the program.
  const tools = /<div class="tools"[\s\S]*?<\/div>/.exec(card)?.[0] ?? '';
  const tags = new Set([...card.replace(tools, '').matchAll(/<\/?([a-z0-9]+)/gi)].map((match) => match[1]));
  const expected = [
    'p',
    'div',
    'table',
    'caption',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'code',
    'span',
    'strong',
  ];
  expect([...tags].filter((tag) => !expected.includes(tag as string)).sort()).toEqual(['details', 'summary']);
  expect(card).not.toMatch(/<[^>]*\son[a-z]+=/i);
  const terminal = renderTerminal(hostile, { color: false, width: 100 });
  for (const character of ['\x1b', '\x9b', '\u202e']) expect(terminal).not.toContain(character);
  const rows = renderMarkdown(hostile, { maxCharacters: 1_000_000 })
    .split('\n')
    .filter((row) => row.includes('waits for a lock'));
  expect(rows).toHaveLength(waits.filter(({ idle }) => !idle).length);
  for (const row of rows) expect(row).toMatch(/^\| .*\+?\|$/);
});
