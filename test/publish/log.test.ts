import { expect, test } from '@jest/globals';
import { inert } from '../../src/publish/github/log.js';

/** What .NET, which the runner is written in, takes for white space besides what JavaScript does, and what nobody sees. */
test.each(['', ' ', '\t', '\u0085', '\u00a0', '\u3000', '\u200b', '\ufeff', '\u0000', ' \u0085\u001b '])(
  'no command behind %j',
  (before) => {
    expect(inert(`${before}::error::x`)).toBe(`| ${before}::error::x`);
    for (const end of ['\n', '\r', '\r\n']) {
      expect(inert(`text${end}${before}::add-mask::x`)).toBe(`text\n| ${before}::add-mask::x`);
    }
  },
);

test('no command of the older kind, wherever it stands; other text stays as it is', () => {
  expect(inert('text ##[error]x')).toBe('text ## [error]x');
  expect(inert('std::move::x\n  at a::b')).toBe('std::move::x\n  at a::b');
});
