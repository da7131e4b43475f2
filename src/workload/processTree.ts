/** Which processes belong to one that was started here, read from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** Environment variable every started process carries, so that its descendants are found wherever they went. */
export const markVariable = 'PROFBOUND_PROCESS';

interface ProcessStatus {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  /** Clock ticks since boot. */
  readonly started: number;
}

/** Ticks a second in /proc: the kernel's USER_HZ, 100 wherever the collector runs. */
const ticksPerSecond = 100;

/** Now, in clock ticks since boot as /proc tells when a process started. */
export function ticksSinceBoot(): number {
  return Math.round(Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * ticksPerSecond);
}

/** Whether a process is there and not just waiting to be reaped. */
export function isAlive(pid: number): boolean {
  const status = readStatus(pid);
  return status !== null && !hasEnded(status);
}

/**
 * The live processes of a tree: the root's process group, its descendants, and those that detached themselves from
 * both but still carry the mark in their environment (daemons).
 * @param mark  value of `markVariable` the root was started with
 * @param ended when the root was reaped, in ticks since boot; null while it runs. Its number may belong to a stranger
 *              from then on: of its group only those that were there before are members
 */
export function membersOf(root: number, mark: string, ended: number | null): number[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStatus(Number(name)) ?? []);
  const children = new Map<number, number[]>();
  for (const { pid, parent } of all) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const members = new Set<number>();
  const include = (pid: number): void => {
    if (members.has(pid)) return;
    members.add(pid);
    for (const child of children.get(pid) ?? []) include(child);
  };
  for (const status of all) {
    const isRootsOwn = ended === null || status.started <= ended;
    const isInGroup = status.pid === root || status.group === root;
    if ((isInGroup && isRootsOwn) || isMarked(status.pid, mark)) include(status.pid);
  }
  return all.filter((status) => members.has(status.pid) && !hasEnded(status)).map((status) => status.pid);
}

/** Those of some processes whose parent is none of them. */
export function rootsAmong(pids: readonly number[]): number[] {
  const members = new Set(pids);
  return pids.filter((pid) => {
    const status = readStatus(pid);
    return status !== null && !members.has(status.parent);
  });
}

function hasEnded(status: ProcessStatus): boolean {
  return status.state === 'Z' || status.state === 'X';
}

function readStatus(pid: number): ProcessStatus | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name stands in parentheses and may contain anything, also parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, parent, group] = fields;
    return {
      pid,
      state: state as string,
      parent: Number(parent),
      group: Number(group),
      started: Number(fields[19]),
    };
  } catch {
    return null;
  }
}

function isMarked(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(`${markVariable}=${mark}`);
  } catch {
    // Gone meanwhile, or another user's: not started here.
    return false;
  }
}
