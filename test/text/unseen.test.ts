import { expect, test } from '@jest/globals';
import { unseenClass } from '../../src/text/unseen.js';

test('every character that this engine takes for unseen is in the class', () => {
  const own = new RegExp(unseenClass, 'u');
  const engine = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
  const missed: number[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (own.test(character) !== engine.test(character)) missed.push(code);
  }
  // A later edition of Unicode may know more; none takes any back.
  expect(missed.filter((code) => own.test(String.fromCodePoint(code)))).toEqual([]);
  if (process.versions.unicode === '15.0') expect(missed).toEqual([]);
});
