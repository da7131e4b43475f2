/** Kinds of waiting as people say them. */
import type { WaitKind } from '../profile/waitKind.js';

/** `waiting for a lock`. */
export const waitWords: Readonly<Record<WaitKind, string>> = {
  lock: 'for a lock',
  condition: 'for another thread',
  sleep: 'asleep',
  receive: 'to receive',
  send: 'to send',
  disk: 'for the disk',
  event: 'for events',
  connection: 'for a connection',
  child: 'for a child process',
  other: 'in the kernel',
};
