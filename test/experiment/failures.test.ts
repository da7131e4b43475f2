import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { openBundle } from '../../src/bundle/reader.js';
import type { WorkloadPlan } from '../../src/config/plan.js';
import { InterruptedError, MeasureError } from '../../src/errors.js';
import { chooseFreePort } from '../../src/workload/port.js';
import { eventually, failure } from '../workload/support.js';
import { isCapturing, Trial } from './support.js';

const command = (text: string) => ({ kind: 'command', command: text, rate: null, pausable: false }) as const;
const requests: WorkloadPlan['units'] = {
  kind: 'output',
  source: { kind: 'regex', pattern: '(\\d+) requests' },
};
const curl = (path: string): string =>
  `${process.execPath} -e 'fetch("http://127.0.0.1:\${PORT}${path}").catch(() => process.exit(1))'`;

/** Both sides start like this. */
function started(start: string): Pick<WorkloadPlan, 'sides'> {
  const side = {
    build: null,
    start,
    batch: null,
    ready: { kind: 'http', url: 'http://127.0.0.1:${PORT}/' },
  } as const;
  return { sides: { base: side, head: side } };
}

/** Runs a trial that is bound to fail: nothing is left of it, and the bundle says how it ended. */
async function failureOf(trial: Trial): Promise<MeasureError> {
  const error = await failure(MeasureError, () => trial.run());
  trial.expectNothingLeft();
  const { stop } = openBundle(trial.writer.directory).manifest.workloads[0] ?? {};
  expect(stop).toEqual({ reason: 'error', message: error.message });
  return error;
}

describe('one clear error when', () => {
  test('the service is never ready', async () => {
    const trial = new Trial({
      readyTimeoutSeconds: 0.3,
      ...started('echo waiting for a database; sleep 300'),
    });
    const error = await failureOf(trial);
    expect(error.message).toMatch(
      /^the service of api \((base|head)\) was not ready within 0.3 s: waited for http/,
    );
    expect(error.detail).toBe('waiting for a database');
  });

  test('the service ends in the middle of a capture', async () => {
    const trial = new Trial({
      warmupSeconds: 0,
      load: command(`${curl('/exit?code=9')}; sleep 5`),
      units: requests,
    });
    const error = await failureOf(trial);
    expect(error.message).toMatch(
      /^the service of api \(.*\) ended during the capture \(exit code 9\): exec /,
    );
    expect(error.detail).toContain('now listening');
  });

  test('the service is killed during the warm-up, and the load fails because of it', async () => {
    const trial = new Trial({ load: command(curl('/kill?signal=SIGKILL')), units: requests });
    const error = await failureOf(trial);
    expect(error.message).toMatch(/ended during the warm-up \(killed by SIGKILL\)/);
  });

  test('the load fails', async () => {
    const trial = new Trial({ load: command('echo cannot resolve host >&2; exit 6'), units: requests });
    const error = await failureOf(trial);
    expect(error.message).toMatch(/^the load of api \((base|head)\) failed \(exit code 6\): echo/);
    expect(error.detail).toBe('cannot resolve host');
  });

  test('the load does not say how much it did', async () => {
    const trial = new Trial({ load: command('echo done'), units: requests });
    const error = await failureOf(trial);
    expect(error.message).toMatch(/^units of api \((base|head)\): .* found nothing in the output$/);
    expect(error.detail).toBe('done');
  });

  test('the port is taken', async () => {
    const port = await chooseFreePort();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const trial = new Trial({ port });
    const error = await failureOf(trial);
    server.close();
    expect(error.message).toContain(`port ${port} is taken by process ${process.pid}`);
  });

  test('a batch program fails', async () => {
    const side = { build: null, start: null, batch: 'echo no input >&2; exit 4', ready: null };
    const trial = new Trial({
      sides: { base: side, head: side },
      warmupSeconds: 0,
      load: { kind: 'batch' },
      units: { kind: 'batch' },
    });
    const error = await failureOf(trial);
    expect(error.message).toMatch(
      /^a run of api \((base|head)\) failed \(exit code 4\): echo no input.*; a run has to end with exit code 0: try it in \//,
    );
    expect(error.detail).toContain('no input');
  });
});

describe('an interruption keeps what is finished', () => {
  test('in the middle of a capture', async () => {
    const trial = new Trial({ mostPairs: 5 });
    const abort = new AbortController();
    const running = trial.run({ signal: abort.signal });
    running.catch(() => {});
    await eventually(() => trial.measured.captures.length === 3);
    await eventually(isCapturing);
    abort.abort(new InterruptedError('SIGINT'));
    await failure(InterruptedError, () => running);
    trial.expectNothingLeft();
    expect(trial.measured.captures).toHaveLength(3);
    expect(trial.measured.stop).toEqual({ reason: 'interrupted', message: 'interrupted by SIGINT' });
  });

  test('while the service starts', async () => {
    const trial = new Trial({ ...started('sleep 300') });
    const abort = new AbortController();
    const running = trial.run({ signal: abort.signal });
    running.catch(() => {});
    await eventually(() => trial.tag.living().length > 0);
    abort.abort(new InterruptedError('SIGTERM'));
    await failure(InterruptedError, () => running);
    trial.expectNothingLeft();
    expect(trial.measured.captures).toEqual([]);
  });
});
