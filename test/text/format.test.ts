import { describe, expect, test } from '@jest/globals';
import {
  bounded,
  bounds,
  bytes,
  change,
  count,
  margin,
  nanoseconds,
  nanosecondsChange,
  percent,
  place,
  plural,
  seconds,
  tick,
  unitName,
} from '../../src/text/format.js';
import { figure } from '../report/results.js';

describe('figures', () => {
  test.each([
    [0.031, '+3.1 %'],
    [-0.002, '−0.2 %'],
    [0, '0 %'],
    [-0.00012, '−0.01 %'],
    [0.00001, '+<0.01 %'],
    [0.3821, '+38.2 %'],
    [0.9999, '+100 %'],
    [1.4, '+140 %'],
    [9.994, '+999 %'],
    [13.22, '+1,320 %'],
    [405.36, '+40,500 %'],
    [9996, '+1,000,000 %'],
    [9_000_000, '+9.0e+8 %'],
  ])('a change of %d reads %s', (value, text) => expect(change(value)).toBe(text));

  test('shares carry no plus sign', () => {
    expect(percent(0.123)).toBe('12.3 %');
    expect(percent(0)).toBe('0 %');
    expect(percent(1)).toBe('100 %');
  });

  test('chosen limits show the digits chosen', () => {
    expect(margin(0.02)).toBe('2 %');
    expect(margin(0.0125)).toBe('1.25 %');
    expect(tick(-0.02)).toBe('−2 %');
    expect(tick(0.005)).toBe('+0.5 %');
    expect(tick(0)).toBe('0 %');
    expect(tick(500)).toBe('+50,000 %');
  });

  test('bounds that are missing are said', () => {
    expect(bounded(figure(0.031, 0.02, 0.044))).toBe('+3.1 % (+2.0 % … +4.4 %)');
    expect(bounds(figure(0.031, 0.028, null))).toBe('at least +2.8 %');
    expect(bounds(figure(0.031, null, 0.044))).toBe('at most +4.4 %');
    expect(bounds(figure(0.031, null, null))).toBe('no bounds yet');
  });

  test.each([
    [1720, '1.72 µs'],
    [0, '0 ns'],
    [0.5, '0.500 ns'],
    [0.001, '<0.01 ns'],
    [999.4, '999 ns'],
    [999.6, '1.00 µs'],
    [182_300, '182 µs'],
    [12_340_000, '12.3 ms'],
    [2.5e9, '2.50 s'],
    [4.2e12, '4200 s'],
    [-240, '−240 ns'],
  ])('%d ns read %s', (value, text) => expect(nanoseconds(value)).toBe(text));

  test('a longer time has its sign', () => {
    expect(nanosecondsChange(240)).toBe('+240 ns');
    expect(nanosecondsChange(-240)).toBe('−240 ns');
  });

  test.each([
    [0.42, '0.4 s'],
    [45, '45 s'],
    [59.7, '1 min'],
    [200, '3 min 20 s'],
    [7530, '2 h 5 min'],
    [3605, '1 h'],
    [180_000, '2 d 2 h'],
  ])('%d seconds read %s', (value, text) => expect(seconds(value)).toBe(text));

  test.each([
    [0, '0'],
    [2.5, '2.5'],
    [950, '950'],
    [12_345, '12.3k'],
    [999_960, '1M'],
    [1_234_000, '1.23M'],
    [5e12, '5000G'],
  ])('%d things read %s', (value, text) => expect(count(value)).toBe(text));

  test('one has no plural', () => {
    expect(plural(1, 'pair')).toBe('1 pair');
    expect(plural(24, 'pair')).toBe('24 pairs');
  });

  test('places, memory and units', () => {
    expect(place('a.c', 3)).toBe('a.c:3');
    expect(place('a.c', 0)).toBe('a.c');
    expect(place(null, 3)).toBe('');
    expect(bytes(33_554_432_000)).toBe('31.3 GiB');
    expect(bytes(512 * 2 ** 20)).toBe('512 MiB');
    expect(unitName({ kind: 'batch', loop: 'unknown', rate: null })).toBe('run');
  });
});
