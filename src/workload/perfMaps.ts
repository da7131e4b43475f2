/** Files that runtimes leave in /tmp to name their generated code for profilers: /tmp/perf-PID.map, /tmp/jit-PID.dump. */
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { isAlive } from './processTree.js';

/** The file system's clock may be behind by a tick. */
const clockMilliseconds = 100;

/**
 * Processes of this user that have ended and left such a file.
 * @param since Unix time in milliseconds; older files are another process's, whose number was given out again
 */
export function perfMapOwners(since: number): number[] {
  const named = readdirSync('/tmp').map((name) => /^(?:perf-(\d+)\.map|jit-(\d+)\.dump)$/.exec(name));
  const pids = new Set(named.flatMap((found) => Number(found?.[1] ?? found?.[2] ?? [])));
  return [...pids].filter((pid) => !isAlive(pid) && ownFilesOf(pid, since).length > 0);
}

/** Removes the files these processes wrote since then. Those of live processes, or another user's, are left alone. */
export function removePerfMaps(pids: Iterable<number>, since: number): void {
  const known = new Set(pids);
  for (const pid of perfMapOwners(since)) {
    if (known.has(pid)) for (const file of ownFilesOf(pid, since)) rmSync(file, { force: true });
  }
}

function ownFilesOf(pid: number, since: number): string[] {
  return [`/tmp/perf-${pid}.map`, `/tmp/jit-${pid}.dump`].filter((file) => isOwnFile(file, since));
}

function isOwnFile(file: string, since: number): boolean {
  const status = lstatSync(file, { throwIfNoEntry: false });
  if (!status?.isFile()) return false;
  return status.uid === process.getuid?.() && status.mtimeMs >= since - clockMilliseconds;
}
