/** Waits that a signal ends. */
import { setTimeout as timer } from 'node:timers/promises';

/** @throws the signal's reason when it is aborted */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await timer(milliseconds, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}

/**
 * What `work` settles with, or a rejection with the signal's reason as soon as it is aborted. The work itself is not
 * ended by that: its owner does so.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Nobody waits for it any more; its failure would otherwise be reported as unhandled.
    work.catch(() => {});
  }
}

/** A promise and what settles it. */
export function deferred<T>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
