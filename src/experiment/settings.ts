/** How the machine is set up, as far as it changes what CPU time means. */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../bundle/conditions.js';

/** CPUs whose files are read one by one: enough to see a change, few enough not to disturb. */
const mostCpus = 64;

/**
 * Reads the settings of now; what the machine does not tell is null.
 * @param cpus the service's
 * @param root folder that holds /proc and /sys
 */
export function readSettings(cpus: readonly number[], root = '/'): Settings {
  return {
    kernel: release(),
    governor: governorOf(cpus, root),
    turbo: turbo(root),
    smt: flag(readText(join(root, 'sys/devices/system/cpu/smt/active'))),
    onlineCpus: readText(join(root, 'sys/devices/system/cpu/online')),
  };
}

/** So many of them, evenly spread. */
export function someOf(cpus: readonly number[]): number[] {
  const step = Math.max(1, cpus.length / mostCpus);
  return Array.from(
    { length: Math.min(cpus.length, mostCpus) },
    (_, i) => cpus[Math.floor(i * step)] as number,
  );
}

/** Text of a file of /proc or /sys without the blanks around it; null where there is none. */
export function readText(file: string): string | null {
  try {
    return readFileSync(file, 'latin1').trim();
  } catch {
    return null;
  }
}

function governorOf(cpus: readonly number[], root: string): string | null {
  const governors = new Set<string>();
  for (const cpu of someOf(cpus)) {
    const governor = readText(join(root, `sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_governor`));
    if (governor !== null) governors.add(governor);
  }
  return governors.size === 0 ? null : [...governors].sort().join(', ');
}

function turbo(root: string): boolean | null {
  const off = flag(readText(join(root, 'sys/devices/system/cpu/intel_pstate/no_turbo')));
  return off === null ? flag(readText(join(root, 'sys/devices/system/cpu/cpufreq/boost'))) : !off;
}

function flag(text: string | null): boolean | null {
  return text === null ? null : text === '1';
}
