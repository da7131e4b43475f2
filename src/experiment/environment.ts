/** The machine, as far as it can change a measurement. */
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { Environment } from '../bundle/schema.js';
import { parseCpuList } from '../workload/cpuList.js';

/**
 * Reads the machine's facts; what it does not tell is null.
 * @param serviceCpus CPU lists the experiment uses; the governor is read from the first of the service's
 */
export function readEnvironment(serviceCpus: string, loadCpus: string): Environment {
  const first = parseCpuList(serviceCpus)[0] ?? 0;
  return {
    kernel: release(),
    cpuModel: cpus()[0]?.model.trim() || 'unknown',
    cpus: Math.max(1, cpus().length),
    memoryBytes: totalmem(),
    virtualized: virtualized(),
    governor: read(`/sys/devices/system/cpu/cpu${first}/cpufreq/scaling_governor`),
    turbo: turbo(),
    smt: flag(read('/sys/devices/system/cpu/smt/active')),
    serviceCpus,
    loadCpus,
    node: process.version,
  };
}

/** The CPU says so itself: hypervisors set a flag that no hardware has. */
function virtualized(): boolean | null {
  const flags = /^flags\s*:(.*)$/m.exec(read('/proc/cpuinfo') ?? '')?.[1];
  return flags === undefined ? null : flags.split(' ').includes('hypervisor');
}

function turbo(): boolean | null {
  const off = flag(read('/sys/devices/system/cpu/intel_pstate/no_turbo'));
  return off === null ? flag(read('/sys/devices/system/cpu/cpufreq/boost')) : !off;
}

function flag(text: string | null): boolean | null {
  return text === null ? null : text === '1';
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}
