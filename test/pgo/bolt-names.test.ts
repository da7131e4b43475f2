import { expect, test } from '@jest/globals';
import type { CodeLocation, CodeSymbol } from '../../src/pgo/annotation.js';
import { boltProfile } from '../../src/pgo/bolt.js';

test('a name that would be lines of its own is left out of the profile, other names are escaped', () => {
  const names = ['main', 'a b\\c', 'evil\n1 main 0 9999999'];
  const locations = new Map(
    names.map((name, index): [number, CodeLocation] => {
      const address = 16 * index;
      const symbol: CodeSymbol = {
        name,
        address,
        size: 16,
        binding: 'global',
        ordinal: 0,
        blocks: [],
        locations: [],
      };
      return [address, { address, symbol, frames: [] }];
    }),
  );
  const stacks = names.map((_, index) => ({ addresses: [16 * index], samples: 1, weight: 1000 }));
  const profile = boltProfile({
    samples: { stacks, samples: 3, weight: 3000 },
    annotation: { buildId: '', symbols: [], locations, astray: new Set() },
  });
  expect(Buffer.from(profile).toString()).toBe('no_lbr cycles\n1 a\\ b\\\\c 0 1\n1 main 0 1\n');
});
