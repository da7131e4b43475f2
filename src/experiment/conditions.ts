/** Watches what the machine does besides while a capture lasts. */
import { join } from 'node:path';
import type { Conditions } from '../bundle/conditions.js';
import { parseCpuList } from '../workload/cpuList.js';
import { readSettings, readText, someOf } from './settings.js';

/** Of the kernel's clock ticks in /proc/stat, USER_HZ. */
const nanosecondsPerTick = 1e7;
/** Often enough to see the governor at work, seldom enough not to be load. */
const frequencyEveryMilliseconds = 500;

export interface ConditionsWatch {
  /** Ends the window; ended once, it stays so. */
  end(): void;
  /**
   * @param targetNanoseconds exact CPU time that all that was measured spent in the window, which has ended
   * @param captures          how many captures shared the window, each of which gets an equal part of it
   */
  conditions(targetNanoseconds: number, captures?: number): Conditions;
}

/**
 * Begins to watch. CPU time of others is what is left of the service's CPUs' time when idle time, steal and the target's
 * exact CPU time are taken off: the kernel accounts idle time exactly, while it only estimates what is busy by its ticks.
 * @param service CPU list of the service, the same for `load`
 * @param root    folder that holds /proc and /sys
 */
export function watchConditions(service: string, load: string, root = '/'): ConditionsWatch {
  const cpus = parseCpuList(service);
  const isShared = parseCpuList(load).some((cpu) => cpus.includes(cpu));
  const settings = readSettings(cpus, root);
  const frequencies: number[] = [];
  const lookAtFrequency = (): void => {
    const frequency = meanFrequency(cpus, root);
    if (frequency !== null) frequencies.push(frequency);
  };
  lookAtFrequency();
  const timer = frequencies.length > 0 ? setInterval(lookAtFrequency, frequencyEveryMilliseconds) : null;
  timer?.unref();
  const before = readCounters(cpus, root);
  const began = performance.now();
  let ended: { readonly after: Counters; readonly windowNanoseconds: number } | null = null;
  const end = (): void => {
    if (ended !== null) return;
    ended = {
      after: readCounters(cpus, root),
      windowNanoseconds: Math.round((performance.now() - began) * 1e6),
    };
    if (timer !== null) clearInterval(timer);
    lookAtFrequency();
  };
  return {
    end,
    conditions(targetNanoseconds, captures = 1) {
      if (ended === null) throw new Error('the window has not ended');
      const { after, windowNanoseconds } = ended;
      const during = (name: keyof Counters): number | null => {
        const [first, last] = [before[name], after[name]];
        return first === null || last === null ? null : Math.max(0, Math.round((last - first) / captures));
      };
      const steal = during('stealNanoseconds');
      const idle = during('idleNanoseconds');
      const wall = Math.round(windowNanoseconds / captures);
      const isKnown = !isShared && idle !== null && steal !== null;
      return {
        settings,
        windowNanoseconds: wall,
        serviceCpus: cpus.length,
        stealNanoseconds: steal,
        otherNanoseconds: isKnown
          ? Math.max(0, Math.round(wall * cpus.length - idle - steal - targetNanoseconds / captures))
          : null,
        frequencyKilohertz: frequencies.length === 0 ? null : mean(frequencies),
        throttles: during('throttles'),
        memoryStallNanoseconds: during('memoryStallNanoseconds'),
        swappedPages: during('swappedPages'),
      };
    },
  };
}

/** What only ever grows. */
interface Counters {
  readonly idleNanoseconds: number | null;
  readonly stealNanoseconds: number | null;
  readonly throttles: number | null;
  readonly memoryStallNanoseconds: number | null;
  readonly swappedPages: number | null;
}

function readCounters(cpus: readonly number[], root: string): Counters {
  const { idle, steal } = cpuTimes(cpus, readText(join(root, 'proc/stat')) ?? '');
  const stalled = /^some .*\btotal=(\d+)/m.exec(readText(join(root, 'proc/pressure/memory')) ?? '')?.[1];
  const swapped = [...(readText(join(root, 'proc/vmstat')) ?? '').matchAll(/^pswp(?:in|out) (\d+)$/gm)].map(
    ([, pages]) => Number(pages),
  );
  const throttles = someOf(cpus).map((cpu) =>
    readText(join(root, `sys/devices/system/cpu/cpu${cpu}/thermal_throttle/core_throttle_count`)),
  );
  return {
    idleNanoseconds: idle,
    stealNanoseconds: steal,
    throttles: throttles.includes(null) ? null : sum(throttles.map(Number)),
    memoryStallNanoseconds: stalled === undefined ? null : Number(stalled) * 1000,
    swappedPages: swapped.length === 0 ? null : sum(swapped),
  };
}

/** Idle (waiting for disks included) and stolen time of some CPUs since boot, in nanoseconds. */
function cpuTimes(
  cpus: readonly number[],
  stat: string,
): { readonly idle: number | null; readonly steal: number | null } {
  const lines = new Map(
    [...stat.matchAll(/^cpu(\d+) (.*)$/gm)].map(([, cpu, ticks]) => [
      Number(cpu),
      String(ticks).split(' ').map(Number),
    ]),
  );
  let [idle, steal] = [0, 0];
  for (const cpu of cpus) {
    const [, , , idleTicks, waitTicks, , , stealTicks] = lines.get(cpu) ?? [];
    if (idleTicks === undefined || waitTicks === undefined || stealTicks === undefined) {
      return { idle: null, steal: null };
    }
    idle += (idleTicks + waitTicks) * nanosecondsPerTick;
    steal += stealTicks * nanosecondsPerTick;
  }
  return { idle, steal };
}

function meanFrequency(cpus: readonly number[], root: string): number | null {
  const readings = someOf(cpus)
    .map((cpu) =>
      Number(readText(join(root, `sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_cur_freq`)) ?? Number.NaN),
    )
    .filter((kilohertz) => kilohertz > 0);
  return readings.length === 0 ? null : mean(readings);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
