import { describe, expect, test } from '@jest/globals';
import { drawTurns } from '../../src/experiment/order.js';
import { type Asked, choosePace, isHopeless, type Seen } from '../../src/experiment/pace.js';

const service: Seen = {
  isBatch: false,
  unitsPerSecond: 5000,
  busyCpus: 1,
  overheadSeconds: 0.6,
  launchSeconds: 0.7,
  foreignHz: null,
};
const free: Asked = {
  seconds: null,
  rateHz: null,
  mostPairs: null,
  like: null,
  budgetSeconds: 900,
  mayRunBoth: true,
  turnSeconds: 0,
  atOnce: 8,
};
const pace = (seen: Partial<Seen> = {}, asked: Partial<Asked> = {}) =>
  choosePace({ ...service, ...seen }, { ...free, ...asked });

describe('the length of a capture', () => {
  test.each([
    ['is twice what surrounds it', {}, {}, 3],
    ['is a second at least', { overheadSeconds: 0.1, launchSeconds: 0.1 }, {}, 1],
    ['holds two thousand units of work', { unitsPerSecond: 400 }, {}, 5],
    ['is ten seconds at most', { unitsPerSecond: 1 }, {}, 10],
    ['holds three runs of a batch program', { isBatch: true, unitsPerSecond: 0.5, launchSeconds: 0 }, {}, 6],
    ['is shorter where the budget is small', {}, { budgetSeconds: 160 }, 2],
    ['is what was asked for', {}, { seconds: 0.5 }, 0.5],
    // A long launch is shared by several captures.
    ['is not stretched by a long launch', { launchSeconds: 60 }, {}, 8],
  ])('%s', (_what, seen, asked, seconds) => expect(pace(seen, asked).seconds).toBe(seconds));
});

test('the rate counts the busy CPUs, unless it was asked for', () => {
  expect(pace().rateHz).toBe(2663);
  expect(pace({ busyCpus: 8 }).rateHz).toBe(331);
  expect(pace({}, { rateHz: 50 }).rateHz).toBe(50);
});

describe('pairs', () => {
  test('are as many as a pass needs, at least sixty', () => {
    expect(pace({ busyCpus: 4 }).looks.at(-1)).toBe(60);
    // 1 s at 3,989 Hz on half a CPU.
    expect(pace({ busyCpus: 0.5 }, { seconds: 1 }).looks.at(-1)).toBe(
      Math.ceil((1.5 * 102_000) / (3989 * 0.5)),
    );
    expect(pace({ busyCpus: 0 }).looks.at(-1)).toBe(1000);
  });

  test('are what was asked for', () => {
    expect(pace({}, { mostPairs: 12 }).looks).toEqual([9, 12]);
  });

  test('are looked at for what the budget allows', () => {
    const { expected, looks, pairSeconds } = pace({}, { seconds: 5, budgetSeconds: 12.6 * 20.5 });
    expect(pairSeconds).toBeCloseTo(2 * (5 + 0.6 + 0.7), 10);
    expect(expected).toBe(20);
    expect(looks.slice(0, 2)).toEqual([10, 13]);
  });

  test('are hopeless when not even four fit', () => {
    expect(isHopeless(pace({}, { seconds: 5, budgetSeconds: 12.6 * 4.1 }))).toBe(false);
    expect(isHopeless(pace({}, { seconds: 5, budgetSeconds: 12.6 * 3.9 }))).toBe(true);
  });
});

describe('launches', () => {
  test('are one a capture as long as that is quick', () => {
    expect(pace({ launchSeconds: 3 }).pairsPerLaunch).toBe(1);
  });

  test('are shared by so many pairs as make the mean known best for its price', () => {
    const long = pace({ launchSeconds: 20, overheadSeconds: 0.5 }, { seconds: 2, budgetSeconds: 3600 });
    expect(long.pairsPerLaunch).toBe(Math.round(Math.sqrt(40 / 5)));
    expect(long.pairSeconds).toBeCloseTo(40 + 3 * 5, 10);
    expect(long.looks.at(-1)).toBe(60 / 3);
  });

  test('are ten a side at least, where budget and pairs allow', () => {
    const asked = { seconds: 2, budgetSeconds: 3600 };
    expect(pace({ launchSeconds: 100 }, { ...asked, mostPairs: 60 }).pairsPerLaunch).toBe(6);
    // A calibration's own limits do not change what its gate would do.
    const like = { mostPairs: 60, budgetSeconds: asked.budgetSeconds };
    expect(pace({ launchSeconds: 100 }, { ...asked, mostPairs: 12, budgetSeconds: 900, like })).toMatchObject(
      {
        pairsPerLaunch: 6,
        looks: [2],
      },
    );
    expect(pace({ launchSeconds: 100 }, { ...asked, mostPairs: 30 }).pairsPerLaunch).toBe(3);
    const { expected, pairsPerLaunch } = pace({ launchSeconds: 60 }, { seconds: 2, budgetSeconds: 1400 });
    expect(pairsPerLaunch).toBeGreaterThan(1);
    expect(expected).toBeGreaterThanOrEqual(10);
    expect(pace({ launchSeconds: 100 }, { ...asked, budgetSeconds: 900 }).pairsPerLaunch).toBe(1);
  });

  test('are not shared where both sides cannot run at once', () => {
    expect(pace({ launchSeconds: 60 }, { mayRunBoth: false }).pairsPerLaunch).toBe(1);
  });
});

describe('turns', () => {
  const automatic = { seconds: 2, turnSeconds: null };
  test.each([
    ['are 100 ms where answers come fast', {}, automatic, 0.1],
    ['hold 20 answers to each request under way', { unitsPerSecond: 640 }, automatic, 0.25],
    ['are as asked for', {}, { ...automatic, turnSeconds: 0.5 }, 0.5],
    ['fill a capture', {}, { ...automatic, turnSeconds: 0.3 }, 2 / 7],
    ['are none where two do not fit into a capture', { unitsPerSecond: 80 }, automatic, null],
    ['are none where none are wanted', {}, { ...automatic, turnSeconds: 0 }, null],
    ['are none with a load that cannot be held back', {}, { ...automatic, atOnce: null }, null],
    ['are none where both services cannot run at once', {}, { ...automatic, mayRunBoth: false }, null],
  ])('%s', (_, seen, asked, turnSeconds) => {
    expect(pace(seen, asked).turnSeconds).toBe(turnSeconds);
  });

  test('are drawn in blocks that favour nobody', () => {
    const coins = [1, 0, 1];
    const turns = drawTurns(['head', 'base'], 5, () => coins.shift() as number);
    expect(turns).toEqual(['head', 'base', 'base', 'head', 'head', 'base', 'base', 'head', 'base', 'head']);
    expect(drawTurns(['base', 'head'], 2)).toEqual(['base', 'head', 'head', 'base']);
    const many = drawTurns(['base', 'head'], 501);
    expect(many.filter((side) => side === 'base')).toHaveLength(501);
  });
});
