/** Ends what was started here when this process no longer can: it was killed, it crashed, its terminal was closed. */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** Waits for the end of its input, which is the end of whoever holds the other end, and kills all that carry $0. */
const script = `while read -r line; do :; done
for round in 1 2 3; do
  for file in $(grep -als -- "$0" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    kill -9 "\${pid%/environ}" 2>/dev/null
  done
  sleep 0.1
done`;

let isGuarded = false;

/**
 * Makes sure that no process with this text in its environment outlives this one, however this one ends.
 * Called before every start; the first call counts.
 */
export function guard(marking: string): void {
  if (isGuarded) return;
  isGuarded = true;
  const child = spawn('sh', ['-c', script, marking], {
    cwd: '/',
    env: { PATH: process.env.PATH },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without sh nothing can be started that would have to be ended.
  child.on('error', () => {});
  // It must not keep this process alive: it is there for its end.
  child.unref();
  (child.stdin as Socket | null)?.unref();
}
