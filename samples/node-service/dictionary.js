/** The thread that asks the dictionary, which is elsewhere: an answer takes a millisecond. */
import { workerData } from 'node:worker_threads';

const { port, answered } = workerData;

port.on('message', (word) => {
  // Stands for the way there and back.
  setTimeout(() => {
    port.postMessage(word.endsWith('s') ? word.slice(0, -1) : null);
    Atomics.store(answered, 0, 1);
    Atomics.notify(answered, 0);
  }, 1);
});
