/** How far a runtime had compiled what ran: told of one function, and no reason to take it for several. */
import { describe, expect, test } from '@jest/globals';
import { functionTable } from '../../src/profile/functions.js';
import type { Frame, Profile } from '../../src/profile/model.js';
import { tierOf } from '../../src/profile/naming/tiers.js';

const frame = (systemName: string, name = 'parse'): Frame => ({
  name,
  systemName,
  file: '/r/a.js',
  line: 3,
  mapping: '[jit]',
});

test.each([
  ['JS:~parse /r/a.js:3:7', 'Ignition'],
  ['JS:^parse /r/a.js:3:7', 'Sparkplug'],
  ["JS:+'parse /r/a.js:3:7", 'Maglev'],
  ['LazyCompile:*parse /r/a.js:3:7', 'TurboFan'],
  ['void [App] App::Run()[OptimizedTier1]', 'OptimizedTier1'],
  ['void [App] App::Run()[PreJIT]', 'PreJIT'],
  ['JS:parse /r/a.js:3:7', null],
  ['operator*', null],
  ['~vector', null],
  ['Array[Tier]x', null],
])('%s is code of %s', (systemName, tier) => {
  expect(tierOf(systemName)).toBe(tier);
});

describe('a function in several tiers', () => {
  const profile: Profile = {
    frames: [frame('JS:~parse /r/a.js:3:7'), frame('JS:*parse /r/a.js:3:7'), frame('main', 'main')],
    samples: [
      { stack: [0, 2], count: 1, nanoseconds: 10, labels: {} },
      { stack: [1, 2], count: 3, nanoseconds: 30, labels: {} },
      { stack: [1, 0], count: 2, nanoseconds: 20, labels: {} },
      { stack: [2], count: 1, nanoseconds: 10, labels: {} },
    ],
    startedAtNanoseconds: 0n,
    durationNanoseconds: 0,
    periodNanoseconds: 0,
  };

  test('is one, with its time by tier; others have none', () => {
    const rows = [...functionTable(profile, '/r').functions.values()];
    expect(rows.map(({ name, nanoseconds, tiers }) => ({ name, nanoseconds, tiers }))).toEqual([
      { name: 'parse', nanoseconds: 60, tiers: { Ignition: 10, TurboFan: 50 } },
      { name: 'main', nanoseconds: 10, tiers: undefined },
    ]);
  });
});
