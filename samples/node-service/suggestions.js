/** Words that were meant, told by a dictionary that is asked from a thread of its own: whoever asks it waits. */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** Milliseconds; a dictionary that says nothing by then has nothing to say. */
const PATIENCE = 500;

/** @returns a function from a word to the word that was meant, or null */
export function openSuggestions() {
  const { port1, port2 } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./dictionary.js', import.meta.url), {
    workerData: { port: port2, answered },
    transferList: [port2],
  });
  worker.unref();
  return function suggest(word) {
    Atomics.store(answered, 0, 0);
    port1.postMessage(word);
    Atomics.wait(answered, 0, 0, PATIENCE);
    return receiveMessageOnPort(port1)?.message ?? null;
  };
}
