/** Ports: one that is free, whether one is taken and by whom. */
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MeasureError } from '../errors.js';

/** Below the range the kernel takes the ports of outgoing connections from: the load's own could hit it otherwise. */
const lowest = 20_000;
const highest = 32_767;
const attempts = 200;
/** Connections that are being torn down by the kernel may hold a port a little longer than their process lives. */
const releaseSeconds = 10;

/** A port nobody listens on. @throws MeasureError when none is found */
export async function chooseFreePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = randomInt(lowest, highest + 1);
    if (await isFree(port)) return port;
  }
  throw new MeasureError(`found no free port between ${lowest} and ${highest}`);
}

/** @throws MeasureError naming the port and, where it can be seen, the process that holds it */
export async function requireFreePort(port: number, what: string): Promise<void> {
  if (await isFree(port)) return;
  throw new MeasureError(
    `port ${port} is taken${holderWords(port)}: ${what} cannot start; end what holds it, or configure another port`,
  );
}

/** Waits until a stopped service's port can be used again. @throws MeasureError when it stays taken */
export async function waitForFreePort(port: number, what: string): Promise<void> {
  const end = performance.now() + releaseSeconds * 1000;
  while (!(await isFree(port))) {
    if (performance.now() > end) {
      throw new MeasureError(`port ${port} is still taken${holderWords(port)} after ${what} was stopped`);
    }
    await sleep(20);
  }
}

/** Tried by listening on it: the kernel refuses when any address of the port is listened on. */
async function isFree(port: number): Promise<boolean> {
  const code = await tryToListen(port, '::');
  // No IPv6 on this machine.
  if (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')
    return (await tryToListen(port, '0.0.0.0')) !== 'EADDRINUSE';
  return code !== 'EADDRINUSE';
}

function tryToListen(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen({ port, host }, () => server.close(() => resolve(null)));
  });
}

function holderWords(port: number): string {
  const [pid] = holdersOf(port);
  return pid === undefined ? '' : ` by ${processWords(pid)}`;
}

function processWords(pid: number): string {
  try {
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    return `process ${pid} (${name.replace(/[^\x20-\x7e]/g, '?')})`;
  } catch {
    return `process ${pid}`;
  }
}

/** @throws MeasureError when a port is listened on, as far as can be seen by none of `members` */
export function requireHolderAmong(port: number, members: () => readonly number[], what: string): void {
  const holders = holdersOf(port);
  const [stranger] = holders;
  // Asked for after the holders: a holder that was only just started is among them.
  const known = members();
  if (stranger === undefined || holders.some((pid) => known.includes(pid))) return;
  throw new MeasureError(
    `port ${port} is held by ${processWords(stranger)}, which does not belong to ${what}: ` +
      'start: must run the service in the foreground and keep its environment',
  );
}

/** The processes that listen on a port; none when they cannot be seen, e.g. another user's. */
export function holdersOf(port: number): number[] {
  const sockets = new Set(['tcp', 'tcp6'].flatMap((table) => listeningSockets(table, port)));
  if (sockets.size === 0) return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => descriptorsOf(pid).some((target) => sockets.has(target))).map(Number);
}

/** What a process has open, as link targets. */
function descriptorsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      } catch {
        // Closed meanwhile.
        return [];
      }
    });
  } catch {
    // Gone meanwhile, or another user's.
    return [];
  }
}

/** Link targets of the sockets in state LISTEN (0A) on a port, as /proc/PID/fd names them. */
function listeningSockets(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  try {
    return readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[1]?.endsWith(wanted) && fields[3] === '0A')
      .map((fields) => `socket:[${fields[9]}]`);
  } catch {
    return [];
  }
}
