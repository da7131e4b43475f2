/** Which CPUs the service and the load run on, so that neither disturbs the other. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../errors.js';
import { formatCpuList, parseCpuList } from './cpuList.js';

export interface Placement {
  /** CPU lists like `0-3,8`. */
  readonly service: string;
  readonly load: string;
  /** What is wrong with them, in sentences; for the log. */
  readonly warnings: readonly string[];
}

/** The CPUs there are for us. */
export interface Machine {
  /** CPUs this process may run on, ascending. */
  readonly allowed: readonly number[];
  /** The hardware threads of a CPU's core, ascending. */
  siblings(cpu: number): readonly number[];
}

/**
 * Places service and load: as configured, by default half of the cores each, whole cores where there are several.
 * @param service CPU list of the configuration, null when it has none; the same for `load`
 * @throws UsageError for CPUs that are offline or not allowed to this process
 */
export function placeCpus(
  service: string | null,
  load: string | null,
  machine: Machine = thisMachine(),
): Placement {
  const asked = { service: configured('service', service, machine), load: configured('load', load, machine) };
  const placed = fill(asked, machine);
  return {
    service: formatCpuList(placed.service),
    load: formatCpuList(placed.load),
    warnings: warningsOf(placed.service, placed.load, machine),
  };
}

type Cpus = readonly number[];

function configured(name: string, list: string | null, machine: Machine): Cpus | null {
  if (list === null) return null;
  const cpus = parseCpuList(list);
  const missing = cpus.filter((cpu) => !machine.allowed.includes(cpu));
  if (missing.length === 0 && cpus.length > 0) return cpus;
  const available = formatCpuList(machine.allowed);
  throw new UsageError(
    `capture.cpus.${name}: ${list}: CPU ${formatCpuList(missing)} is offline or not allowed here; available are ${available}`,
  );
}

function fill(
  asked: { service: Cpus | null; load: Cpus | null },
  machine: Machine,
): { service: Cpus; load: Cpus } {
  const { service, load } = asked;
  if (service !== null) return { service, load: load ?? remainder(service, machine) };
  if (load !== null) return { service: remainder(load, machine), load };
  return halves(machine);
}

/** What is left beside `cpus`; everything when nothing is. */
function remainder(cpus: Cpus, machine: Machine): Cpus {
  const rest = machine.allowed.filter((cpu) => !cpus.includes(cpu));
  return rest.length > 0 ? rest : machine.allowed;
}

function halves(machine: Machine): { service: Cpus; load: Cpus } {
  const cores = [
    ...new Map(
      machine.allowed.map((cpu) => [machine.siblings(cpu)[0] ?? cpu, coreOf(cpu, machine)]),
    ).values(),
  ];
  // One core with several threads: a thread each is better than the same threads for both.
  const parts = cores.length > 1 ? cores : machine.allowed.map((cpu) => [cpu]);
  if (parts.length === 1) return { service: machine.allowed, load: machine.allowed };
  const half = Math.floor(parts.length / 2);
  return { service: parts.slice(0, half).flat(), load: parts.slice(half).flat() };
}

function coreOf(cpu: number, machine: Machine): Cpus {
  return machine.siblings(cpu).filter((sibling) => machine.allowed.includes(sibling));
}

function warningsOf(service: Cpus, load: Cpus, machine: Machine): string[] {
  const shared = service.filter((cpu) => load.includes(cpu));
  if (shared.length > 0) {
    return [
      `service and load share CPU ${formatCpuList(shared)}: what the load takes disturbs what is measured`,
    ];
  }
  const sharing = service.filter((cpu) => machine.siblings(cpu).some((sibling) => load.includes(sibling)));
  if (sharing.length > 0) {
    return [
      `service and load share the core of CPU ${formatCpuList(sharing)}: its threads slow each other down`,
    ];
  }
  return [];
}

function thisMachine(): Machine {
  const status = readFileSync('/proc/self/status', 'utf8');
  return {
    allowed: parseCpuList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '0'),
    siblings(cpu) {
      try {
        return parseCpuList(
          readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, 'utf8'),
        );
      } catch {
        return [cpu];
      }
    },
  };
}
