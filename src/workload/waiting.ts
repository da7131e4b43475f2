/** Waits that a signal ends. */
import { setTimeout as timer } from 'node:timers/promises';

/** Milliseconds; a longer timer would fire at once. */
const longestTimer = 2 ** 31 - 1;

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

/** What `work` settles with, or a rejection with `overdue` when that takes too long. The work itself is not ended by that. */
export async function within<T>(seconds: number, work: Promise<T>, overdue: Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(overdue), Math.min(seconds * 1000, longestTimer));
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
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
