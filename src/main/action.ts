/** Entry point of the GitHub Action. */
import { InterruptedError } from '../errors.js';
import { runGate } from '../jobs/gate.js';
import { runPgo } from '../jobs/pgoRun/run.js';
import { runAction } from './runAction.js';

const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => controller.abort(new InterruptedError(signal)));
}

process.exitCode = await runAction({
  env: process.env,
  cwd: process.cwd(),
  signal: controller.signal,
  gate: runGate,
  pgo: runPgo,
});

// An upload that was given up may hold its connection for minutes more; the step has ended.
setTimeout(() => process.exit(), 1000).unref();
