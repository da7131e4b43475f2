/**
 * The order of test files: what takes longest begins first, so that no CPU waits for the last one. jest itself goes by the sizes
 * of files where it has no times of an earlier run, and short files build and start most.
 */
import { statSync } from 'node:fs';

/** Beginnings of paths below test/, the longest first; what has none of them follows. */
const longest = [
  'integration/pgo.',
  'verdict/gates.',
  'integration/gate.',
  'integration/act.',
  'native/fuzz.',
  'integration/',
  'capture/',
  'experiment/',
  'browser/',
  'pgo/',
];

/** What jest asks of a sequencer. */
export default class Order {
  sort(tests) {
    const rankOf = ({ path }) => {
      const rank = longest.findIndex((beginning) => path.includes(`/test/${beginning}`));
      return rank < 0 ? longest.length : rank;
    };
    const rows = tests.map((test) => ({ test, rank: rankOf(test), bytes: statSync(test.path).size }));
    return rows.sort((a, b) => a.rank - b.rank || b.bytes - a.bytes).map(({ test }) => test);
  }

  /** Nothing is kept for the next run. */
  cacheResults() {}
}
