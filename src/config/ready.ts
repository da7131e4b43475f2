/** `ready:` as people write it. */
import type { Ready } from './plan.js';

/** null when it is none of `http://…`, `tcp:HOST:PORT`, `log:REGEX`. */
export function readyOf(written: string): Ready | null {
  if (/^https?:\/\//.test(written)) return { kind: 'http', url: written };
  if (written.startsWith('log:')) return { kind: 'log', pattern: written.slice('log:'.length) };
  const tcp = /^tcp:(?:\/\/)?(.+):(\$\{PORT\}|\d+)$/.exec(written);
  return tcp ? { kind: 'tcp', host: tcp[1] as string, port: tcp[2] as string } : null;
}

/** What is wrong with it; null when nothing is. */
export function readyError(written: string): string | null {
  const ready = readyOf(written);
  if (ready === null) {
    const isAddress = /^[^\s:/]+:(\$\{PORT\}|\d+)$/.test(written);
    return `${written} is none of http://…, tcp:HOST:PORT, log:REGEX${isAddress ? `; did you mean tcp:${written}?` : ''}`;
  }
  if (ready.kind !== 'log') return null;
  try {
    new RegExp(ready.pattern);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
