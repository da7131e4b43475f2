import { describe, expect, test } from '@jest/globals';
import { columns } from '../../src/report/escape/columns.js';
import { renderJson } from '../../src/report/json.js';
import { renderMarkdown } from '../../src/report/markdown/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { resultSchema } from '../../src/verdict/result.js';
import { hostileResult } from './hostile.js';
import { aFunction, aResult, aWorkload, failing, undecided } from './results.js';

const mixed = aResult([failing(), undecided(), aWorkload('health')], {
  notes: ['The gate differs in head.'],
});

describe('JSON', () => {
  test('keeps its schema, its order and its last newline', () => {
    const text = renderJson(mixed);
    expect(text.endsWith('}\n')).toBe(true);
    expect(resultSchema.parse(JSON.parse(text))).toEqual(mixed);
    const reversed = Object.fromEntries(Object.entries(mixed).reverse()) as typeof mixed;
    expect(renderJson(reversed)).toBe(text);
  });

  test('refuses what is not a result', () => {
    expect(() => renderJson({ ...mixed, verdict: 'maybe' as 'pass' })).toThrow(/verdict/);
  });
});

describe('what is likely and not proven', () => {
  const likely = {
    ...undecided(),
    functions: [
      aFunction('larger', { contribution: { estimate: 0.02, lower: -0.01, upper: 0.05 }, q: 0.4 }),
      aFunction('likely', { contribution: { estimate: 0.01, lower: -0.001, upper: 0.02 }, q: 0.03 }),
      aFunction('quicker', { contribution: { estimate: -0.01, lower: -0.02, upper: 0.001 }, q: 0.02 }),
    ],
  };

  test('is marked as such and stands before what is not', () => {
    for (const text of [
      renderTerminal(aResult([likely]), { color: false, width: 160 }),
      renderMarkdown(aResult([likely]), { maxCharacters: 65_536 }),
    ]) {
      expect(text.match(/· slower\?/g)).toHaveLength(1);
      expect(text.match(/· faster\?/g)).toHaveLength(1);
      expect(text.match(/· unproven/g)).toHaveLength(1);
      expect(text.indexOf('likely')).toBeLessThan(text.indexOf('larger'));
    }
  });
});

describe('terminal', () => {
  test('says a figure once: what its lines show already is no reason beside them', () => {
    const noisy = { code: 'noisy', message: 'the machine was not quiet' };
    const text = renderTerminal(aResult([{ ...failing(), reasons: [...failing().reasons, noisy] }]), {
      color: false,
      width: 160,
    });
    expect(text).toContain('  - the machine was not quiet\n');
    expect(text.match(/^ +- /gm)).toHaveLength(1);
    expect(text.match(/\+26\.2 %/g)).toHaveLength(1);
  });

  test('starts with the verdict and names what matters', () => {
    const text = renderTerminal(mixed, { color: false, width: 160 });
    const lines = text.split('\n');
    expect(lines[0]).toMatch(/^Fail: CPU time per request of search grew by at least 4\.0 %/);
    expect(text).toContain('CPU time per request +5.1 % (+4.0 % … +6.2 %), margin 2 %; 182 µs → 192 µs');
    expect(text).toMatch(
      /▲ slower +tokenize {2}src\/lexer\/tokenize\.js:41 +\+34\.1 % \(\+26\.2 % … \+42\.5 %\) +\+6\.2 % .* 18\.3 % → 23\.6 %/,
    );
    expect(text).toContain('Kernel stacks are hidden from ordinary users.');
    expect(text).toMatch(/about 3 min 20 s more of\s+measuring may decide it/);
    expect(text).toContain('note: The gate differs in head.');
  });

  test.each([40, 60, 80, 100, 140])('fits %d columns', (width) => {
    for (const result of [mixed, aResult([]), aResult([undecided()], { design: 'unpaired' })]) {
      for (const line of renderTerminal(result, { color: false, width }).split('\n')) {
        expect(columns(line)).toBeLessThanOrEqual(width);
      }
    }
  });

  test('colours only when asked', () => {
    expect(renderTerminal(mixed, { color: false, width: 100 })).not.toContain('\x1b');
    expect(renderTerminal(mixed, { color: true, width: 100 })).toContain('\x1b[31m');
  });

  test('the program’s names cannot steer it', () => {
    const text = renderTerminal(hostileResult(), { color: false, width: 100 });
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
  });

  test('a table that says nothing is left out where everything passed', () => {
    const text = renderTerminal(aResult([aWorkload('api')]), { color: false, width: 100 });
    expect(text).toContain('No change is proven of any of 3 functions.');
    expect(text).not.toContain('unproven');
    const none = renderTerminal(aResult([aWorkload('api', { functions: [] })]), { color: false, width: 100 });
    expect(none).toContain('No function was above the minimum share.');
  });
});

/** Cells of every table row: pipes that are not escaped. */
function cellCounts(markdown: string): number[] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').length - 2);
}

describe('Markdown', () => {
  test('starts with the verdict and the link', () => {
    const text = renderMarkdown(mixed, {
      maxCharacters: 65_536,
      reportLink: 'https://example.test/run/(1)?a=b c',
    });
    expect(text).toMatch(/^\*\*Fail\*\*: CPU time per request of `search` grew by at least 4\.0 %/);
    expect(text).toContain(
      '| `tokenize` `src/lexer/tokenize.js:41` | ▲ slower | +34.1 % (+26.2 % … +42.5 %) |',
    );
    expect(text).toContain('<details>');
    expect(text.split('\n\n')[1]).toBe('[Open the full report](https://example.test/run/%281%29?a=b%20c)');
  });

  test('notes of the caller are escaped', () => {
    const text = renderMarkdown(mixed, { maxCharacters: 65_536, notes: ['<b>@all</b>'] });
    expect(text).toContain('- &#60;b&#62;@<!-- -->all&#60;/b&#62;');
  });

  test('rows stay rows and nothing of the program is markup', () => {
    const text = renderMarkdown(hostileResult(), { maxCharacters: 1_000_000 });
    for (const cells of cellCounts(text)) expect([3, 5, 6]).toContain(cells);
    const outsideCode = text.replace(/`[^`\n]*`/g, '');
    const tags = outsideCode.match(/<[^>]*>/g) ?? [];
    expect(new Set(tags)).toEqual(
      new Set([
        '<code>',
        '</code>',
        '<br>',
        '<details>',
        '</details>',
        '<summary>',
        '</summary>',
        '<!-- -->',
      ]),
    );
    expect(outsideCode).not.toMatch(/@(?!<!--)/);
    expect(outsideCode).not.toContain('\x1b');
    expect(text).not.toMatch(/^## heading/m);
  });

  test.each([100, 400, 1500, 8000, 65_536, 1_000_000])(
    'keeps to %d characters with 3000 functions',
    (limit) => {
      const many = Array.from({ length: 3000 }, (_, index) =>
        aFunction(`namespace::${'deeply::'.repeat(index % 20)}function_${index}`, {
          class: index % 2 ? 'slower' : 'new',
        }),
      );
      const large = { ...failing(), functions: many };
      const result = aResult([
        large,
        ...Array.from({ length: 8 }, (_, index) => ({ ...large, name: `w${index}` })),
      ]);
      const text = renderMarkdown(result, {
        maxCharacters: limit,
        reportLink: 'https://example.test/report',
      });
      expect(text.length).toBeLessThanOrEqual(limit);
      expect(text).toMatch(/^\*\*(Fail|profbound: fail)/);
      expect(text.match(/<details>/g)?.length ?? 0).toBe(text.match(/<\/details>/g)?.length ?? 0);
      expect((text.match(/`/g)?.length ?? 0) % 2).toBe(0);
    },
  );

  test('says that more is in the report when it was left out', () => {
    const functions = Array.from({ length: 3000 }, (_, index) => aFunction(`f${index}`, { class: 'slower' }));
    const text = renderMarkdown(aResult([{ ...failing(), functions }]), { maxCharacters: 65_536 });
    expect(text).toContain('more functions with a proven change in the report.');
  });
});
