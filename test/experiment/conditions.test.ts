import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { conditionsSchema } from '../../src/bundle/conditions.js';
import { watchConditions } from '../../src/experiment/conditions.js';
import { temporaryFolder } from '../workload/support.js';
import { Trial } from './support.js';

const cpu = (number: number, path: string): string => `sys/devices/system/cpu/cpu${number}/${path}`;

/** A machine whose files of /proc and /sys say what a test wants. */
function machine(files: Readonly<Record<string, string>>): {
  root: string;
  now(files: Readonly<Record<string, string>>): void;
} {
  const root = temporaryFolder();
  const now = (changed: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(changed)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), `${text}\n`);
    }
  };
  now(files);
  return { root, now };
}

/** user nice system idle iowait irq softirq steal guest guest_nice */
const stat = (idle: number, steal: number): string =>
  ['cpu 1 1 1 1 1 1 1 1 0 0', `cpu0 9 9 9 ${idle} 2 0 0 ${steal} 0 0`, 'cpu1 0 0 0 0 0 0 0 0 0 0'].join('\n');

const settings = {
  'sys/devices/system/cpu/online': '0-1',
  'sys/devices/system/cpu/smt/active': '0',
  'sys/devices/system/cpu/intel_pstate/no_turbo': '1',
  [cpu(0, 'cpufreq/scaling_governor')]: 'powersave',
};

describe('the conditions of a capture', () => {
  test('are what changed between its ends, on the CPUs of the service', () => {
    const { root, now } = machine({
      ...settings,
      'proc/stat': stat(100, 5),
      'proc/pressure/memory': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=100\nfull avg10=0.00 total=7',
      'proc/vmstat': 'nr_free_pages 7\npswpin 3\npswpout 10',
      [cpu(0, 'cpufreq/scaling_cur_freq')]: '2000000',
      [cpu(0, 'thermal_throttle/core_throttle_count')]: '4',
    });
    const watch = watchConditions('0', '1', root);
    now({
      'proc/stat': stat(100, 8),
      'proc/pressure/memory': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=350\nfull avg10=0.00 total=7',
      'proc/vmstat': 'nr_free_pages 9\npswpin 4\npswpout 12',
      [cpu(0, 'cpufreq/scaling_cur_freq')]: '3000000',
      [cpu(0, 'thermal_throttle/core_throttle_count')]: '6',
    });
    watch.end();
    now({ 'proc/stat': stat(500, 500) });
    const conditions = conditionsSchema.parse(watch.conditions(0));
    expect(conditions).toMatchObject({
      settings: { governor: 'powersave', turbo: false, smt: false, onlineCpus: '0-1' },
      serviceCpus: 1,
      stealNanoseconds: 3e7,
      frequencyKilohertz: 2.5e6,
      throttles: 2,
      memoryStallNanoseconds: 250_000,
      swappedPages: 3,
    });
    // All that is neither idle nor stolen nor the target's is others'.
    expect(conditions.otherNanoseconds).toBe(Math.max(0, conditions.windowNanoseconds - 3e7));
    expect(watch.conditions(1e12).otherNanoseconds).toBe(0);
  });

  test('that cannot be read are null', () => {
    const { root } = machine({ 'proc/stat': 'cpu0 1 2 3' });
    const watch = watchConditions('0', '1', root);
    watch.end();
    expect(conditionsSchema.parse(watch.conditions(1))).toMatchObject({
      settings: { governor: null, turbo: null, smt: null, onlineCpus: null },
      stealNanoseconds: null,
      otherNanoseconds: null,
      frequencyKilohertz: null,
      throttles: null,
      memoryStallNanoseconds: null,
      swappedPages: null,
    });
  });

  test('say nothing of others where the load runs on the same CPUs', () => {
    const { root } = machine({ 'proc/stat': stat(100, 5) });
    const watch = watchConditions('0', '0-1', root);
    watch.end();
    expect(watch.conditions(0)).toMatchObject({ otherNanoseconds: null, stealNanoseconds: 0 });
  });
});

test('a program that spins on the CPU of the service is seen in a real capture', async () => {
  const hog = spawn('taskset', ['-c', '0', 'sh', '-c', 'while :; do :; done'], { stdio: 'ignore' });
  const trial = new Trial({ capture: { serviceCpus: '0', loadCpus: '1' } });
  try {
    await trial.run();
  } finally {
    hog.kill('SIGKILL');
  }
  for (const { conditions, summary } of trial.measured.captures) {
    const { windowNanoseconds, otherNanoseconds } = conditions;
    expect(conditions.serviceCpus).toBe(1);
    expect(windowNanoseconds).toBeLessThanOrEqual(summary.wallNanoseconds);
    // The service needs a few percent; the rest is for whoever takes it.
    expect(otherNanoseconds).toBeGreaterThan(0.5 * windowNanoseconds);
  }
});
