import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../src/errors.js';
import { type Machine, placeCpus } from '../../src/workload/placement.js';
import { failure } from './support.js';

const plain = (...allowed: number[]): Machine => ({ allowed, siblings: (cpu) => [cpu] });
/** Four cores of two threads: 0+4, 1+5, 2+6, 3+7. */
const threaded: Machine = { allowed: [0, 1, 2, 3, 4, 5, 6, 7], siblings: (cpu) => [cpu % 4, (cpu % 4) + 4] };

describe('CPUs are halved', () => {
  test.each([
    ['two', plain(0, 1), '0', '1', 0],
    ['five, the load gets more', plain(0, 1, 2, 3, 4), '0-1', '2-4', 0],
    ['those allowed', plain(2, 3, 6, 7), '2-3', '6-7', 0],
    ['whole cores', threaded, '0-1,4-5', '2-3,6-7', 0],
    ['one core of two threads, with a warning', { allowed: [0, 1], siblings: () => [0, 1] }, '0', '1', 1],
    ['a single one is shared, with a warning', plain(3), '3', '3', 1],
  ])('%s', (_, machine, service, load, warnings) => {
    const placement = placeCpus(null, null, machine);
    expect(placement).toMatchObject({ service, load });
    expect(placement.warnings).toHaveLength(warnings);
  });
});

describe('configured CPUs', () => {
  test('are taken, the other side gets the rest', () => {
    expect(placeCpus('1', null, plain(0, 1, 2))).toEqual({ service: '1', load: '0,2', warnings: [] });
    expect(placeCpus(null, '0-1', plain(0, 1, 2))).toEqual({ service: '2', load: '0-1', warnings: [] });
  });

  test('that overlap are warned about', () => {
    expect(placeCpus('0-2', '2-3', plain(0, 1, 2, 3)).warnings).toEqual([
      'service and load share CPU 2: what the load takes disturbs what is measured',
    ]);
    expect(placeCpus('0-1', null, plain(0, 1)).warnings[0]).toContain('share CPU 0-1');
  });

  test('that share a core are warned about', () => {
    expect(placeCpus('0', '4', threaded).warnings[0]).toContain('share the core of CPU 0');
  });

  test('that are offline are an error that names key, CPUs and what there is', async () => {
    const error = await failure(UsageError, () => placeCpus(null, '1,4-5', plain(0, 1)));
    expect(error.message).toBe(
      'capture.cpus.load: 1,4-5: CPU 4-5 is offline or not allowed here; available are 0-1',
    );
  });
});

test('this machine can be placed on', () => {
  const { service, load } = placeCpus(null, null);
  expect(service).toMatch(/^\d+([-,]\d+)*$/);
  expect(load).toMatch(/^\d+([-,]\d+)*$/);
});
