import { describe, expect, test } from '@jest/globals';
import { columns, shorten, wrap } from '../../src/report/escape/columns.js';
import { code, inline, prose } from '../../src/report/escape/markdown.js';
import { markup } from '../../src/report/escape/markup.js';
import { clip, shown, visible } from '../../src/report/escape/visible.js';
import { hostileNames } from './hostile.js';

describe('visible text', () => {
  test('nothing in it is unseen', () => {
    for (const name of hostileNames) expect(visible(name)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(visible('a\u202eb\x1b[0m')).toBe('a\\u{202e}b\\u{1b}[0m');
    expect(visible('two\r\nlines')).toBe('two lines');
  });

  test('stacked marks stay within their line', () => {
    expect(visible(`a${'\u0301'.repeat(50)}`)).toBe(`a${'\u0301'.repeat(3)}`);
  });

  test('a long name keeps both ends and whole characters', () => {
    expect(clip('abcdefghij', 7)).toBe('abcd…ij');
    expect(clip('😀'.repeat(10), 4)).toBe('😀😀…😀');
    expect(clip('short', 5)).toBe('short');
    expect([...clip('y'.repeat(1e6), 50)]).toHaveLength(50);
  });

  test('what is escaped stays bounded', () => {
    expect([...shown('\u202e'.repeat(5000), 80)]).toHaveLength(80);
  });
});

describe('markup', () => {
  test('escapes strings and leaves markup', () => {
    const text = markup`<b title="${'"><i>'}">${['a', null, markup`<br>`, 3]}</b>`.text;
    expect(text).toBe('<b title="&quot;&gt;&lt;i&gt;">a<br>3</b>');
  });

  test('a figure does not break before its per cent sign', () => {
    expect(markup`${'+3.1 %'}`.text).toBe('+3.1\u00a0%');
  });
});

describe('Markdown', () => {
  test('plain names are code spans', () => {
    expect(code('std::vector<int>::push_back(int&&)')).toBe('`std::vector<int>::push_back(int&&)`');
  });

  test('names that could leave a code span or a cell become entities', () => {
    expect(code('a|b')).toBe('<code>a&#124;b</code>');
    expect(code('a`b')).toBe('<code>a&#96;b</code>');
    expect(code('a\\|b')).toBe('<code>a&#92;&#124;b</code>');
    expect(code('')).toBe('<code></code>');
  });

  test('prose neither mentions, refers, links nor formats', () => {
    expect(inline('@octocat fixes #12')).toBe('@<!-- -->octocat fixes #<!-- -->12');
    expect(inline('http://a.test and www.b.test')).toBe('http:<!-- -->//a.test and www<!-- -->.b.test');
    expect(inline('gh-12')).toBe('gh-<!-- -->12');
    expect(inline('on::fire::tick :+1:')).toBe('on::<!-- -->fire::tick :<!-- -->+1:');
    expect(inline('std::sort a: b')).toBe('std::sort a: b');
    expect(inline('<b>*a*</b> [x](y) | `c`')).not.toMatch(/[<>*[\]|`]/);
    expect(prose('- item')).toBe('&#45; item');
    expect(prose('12. item')).toBe('&#49;&#50;&#46; item');
    expect(prose('# title')).toBe('#<!-- --> title');
  });
});

describe('terminal columns', () => {
  test('wide characters take two', () => {
    expect(columns('日本')).toBe(4);
    expect(columns('e\u0301')).toBe(1);
  });

  test('shortened text fits', () => {
    for (const width of [5, 8, 13, 40]) {
      expect(columns(shorten('日本語の関数の名前です_and_more_than_that', width))).toBeLessThanOrEqual(width);
    }
    expect(shorten('tokenize', 8)).toBe('tokenize');
    expect(shorten('tokenizeEveryWord', 10)).toBe('tokeni…ord');
    // However long it is: looked at once, character by character.
    expect(shorten(`a${'b'.repeat(200_000)}c`, 5)).toBe('abb…c');
  });

  test('lines break between words, not inside figures', () => {
    expect(wrap('grew by +3.1 % (+2.0 % … +4.4 %) today', 20)).toEqual([
      'grew by +3.1 %',
      '(+2.0 % … +4.4 %)',
      'today',
    ]);
    expect(wrap('one two', 5, '- ', '  ')).toEqual(['- one', '  two']);
  });
});
