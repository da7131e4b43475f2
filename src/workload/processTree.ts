/** Which processes belong to one that was started here, read from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** Environment variable every started process carries, so that its descendants are found wherever they went. */
export const markVariable = 'PROFBOUND_PROCESS';

interface ProcessStatus {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
}

/** Whether a process is there and not just waiting to be reaped. */
export function isAlive(pid: number): boolean {
  const status = readStatus(pid);
  return status !== null && !hasEnded(status);
}

/**
 * The live processes of a tree: the root's process group, its descendants, and those that detached themselves from
 * both but still carry the mark in their environment (daemons).
 * @param mark value of `markVariable` the root was started with
 */
export function membersOf(root: number, mark: string): number[] {
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
    if (status.pid === root || status.group === root || isMarked(status.pid, mark)) include(status.pid);
  }
  return all.filter((status) => members.has(status.pid) && !hasEnded(status)).map((status) => status.pid);
}

function hasEnded(status: ProcessStatus): boolean {
  return status.state === 'Z' || status.state === 'X';
}

function readStatus(pid: number): ProcessStatus | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name stands in parentheses and may contain anything, also parentheses.
    const [state, parent, group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, state: state as string, parent: Number(parent), group: Number(group) };
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
