/** The machine, as far as it can change a measurement. */
import { cpus, totalmem } from 'node:os';
import type { Environment } from '../bundle/schema.js';
import { parseCpuList } from '../workload/cpuList.js';
import { readSettings, readText } from './settings.js';

/**
 * Reads the machine's facts; what it does not tell is null.
 * @param serviceCpus CPU lists the experiment uses; the governor is that of the service's
 */
export function readEnvironment(serviceCpus: string, loadCpus: string): Environment {
  const { kernel, governor, turbo, smt } = readSettings(parseCpuList(serviceCpus));
  return {
    kernel,
    cpuModel: cpus()[0]?.model.trim() || 'unknown',
    cpus: Math.max(1, cpus().length),
    memoryBytes: totalmem(),
    virtualized: virtualized(),
    governor,
    turbo,
    smt,
    serviceCpus,
    loadCpus,
    node: process.version,
  };
}

/** The CPU says so itself: hypervisors set a flag that no hardware has. */
function virtualized(): boolean | null {
  const flags = /^flags\s*:(.*)$/m.exec(readText('/proc/cpuinfo') ?? '')?.[1];
  return flags === undefined ? null : flags.split(' ').includes('hypervisor');
}
