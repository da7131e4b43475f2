import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { InterruptedError, MeasureError } from '../../src/errors.js';
import { httpGet } from '../../src/workload/httpGet.js';
import { chooseFreePort, requireFreePort } from '../../src/workload/port.js';
import { type ServiceOptions, startService } from '../../src/workload/service.js';
import { eventually, failure, never, serviceSource, Tag, temporaryFolder } from './support.js';

const readyUrl = { kind: 'http', url: 'http://127.0.0.1:${PORT}/count' } as const;

async function options(tag: Tag, more: Partial<ServiceOptions> = {}): Promise<ServiceOptions> {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'service.mjs'), serviceSource);
  return {
    what: 'the service of api (head)',
    command: `exec ${process.execPath} service.mjs \${PORT}`,
    cwd,
    environment: tag.environment,
    ready: readyUrl,
    readyTimeoutSeconds: 20,
    port: await chooseFreePort(),
    launcher: [],
    ...more,
  };
}

describe('a service is ready when', () => {
  test.each([
    ['its URL answers 2xx', readyUrl],
    ['its port accepts', { kind: 'tcp', host: '127.0.0.1', port: '${PORT}' }],
    ['it prints the line', { kind: 'log', pattern: 'now listen(ing)?$' }],
  ] as const)('%s', async (_, ready) => {
    const tag = new Tag();
    const asked = await options(tag, { ready });
    const service = await startService(asked, never);
    expect((await httpGet(`http://127.0.0.1:${asked.port}/`, 5)).status).toBe(200);
    await service.stop();
    expect(tag.living()).toEqual([]);
    await requireFreePort(asked.port, 'x');
  });
});

describe('a service that is never ready: what was seen is said, and it is stopped', () => {
  test.each([
    ['answers 404', { ready: { kind: 'http', url: 'http://127.0.0.1:${PORT}/missing' } }, 'it answered 404'],
    ['does not listen', { command: 'echo up; sleep 300' }, 'the connection was refused'],
    ['prints something else', { ready: { kind: 'log', pattern: 'never' } }, 'no such line was printed'],
  ] as const)('%s', async (_, more, seen) => {
    const tag = new Tag();
    const asked = await options(tag, { ...more, readyTimeoutSeconds: 0.5 } as Partial<ServiceOptions>);
    const error = await failure(MeasureError, () => startService(asked, never));
    expect(error.message).toContain('the service of api (head) was not ready within 0.5 s: waited for ');
    expect(error.message).toContain(seen);
    expect(tag.living()).toEqual([]);
  });
});

describe('a service that ends', () => {
  test('before it is ready: exit code and output are in the error', async () => {
    const tag = new Tag();
    const asked = await options(tag, { command: 'echo no such table >&2; exit 3' });
    const error = await failure(MeasureError, () => startService(asked, never));
    expect(error.message).toBe(
      'the service of api (head) ended during its start (exit code 3): echo no such table >&2; exit 3',
    );
    expect(error.detail).toBe('no such table');
    expect(tag.living()).toEqual([]);
  });

  test('before it is ready with code 0: it is told that it must stay in the foreground', async () => {
    const tag = new Tag();
    const asked = await options(tag, { command: 'setsid sleep 300 &' });
    const error = await failure(MeasureError, () => startService(asked, never));
    expect(error.message).toContain('must run it in the foreground');
    expect(tag.living()).toEqual([]);
  });

  test.each([
    ['exit?code=9', 'exit code 9'],
    ['kill?signal=SIGSEGV', 'killed by SIGSEGV'],
  ])('while it is needed (%s)', async (path, how) => {
    const tag = new Tag();
    const asked = await options(tag);
    const service = await startService(asked, never);
    // The work fails because of it, and a moment before its end is known; the cause is what must be told.
    const work = httpGet(`http://127.0.0.1:${asked.port}/${path}`, 5).catch(() => {
      throw new MeasureError('the load failed');
    });
    const error = await failure(MeasureError, () => service.during('the capture', work));
    expect(error.message).toContain(`the service of api (head) ended during the capture (${how})`);
    expect(error.detail).toContain('now listening');
    await service.stop();
    expect(tag.living()).toEqual([]);
  });

  test('never: the error of the work is passed on', async () => {
    const service = await startService(await options(new Tag()), never);
    const error = await failure(MeasureError, () =>
      service.during('the capture', Promise.reject(new MeasureError('the load failed'))),
    );
    expect(error.message).toBe('the load failed');
    await service.stop();
  });
});

describe('what is measured of a service', () => {
  test('are also daemons it started', async () => {
    const tag = new Tag();
    const command = `(setsid ${process.execPath} service.mjs \${PORT} &); exec sleep 300`;
    const service = await startService(await options(tag, { command }), never);
    const names = service.roots().map((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
    await service.stop();
    expect(names).toHaveLength(2);
    expect(names).toContain('sleep');
    expect(tag.living()).toEqual([]);
  });

  test('is not another program that holds its port', async () => {
    const tag = new Tag();
    const command = `(setsid env -u PROFBOUND_PROCESS ${process.execPath} service.mjs \${PORT} &); exec sleep 300`;
    const asked = await options(tag, { command });
    const service = await startService(asked, never);
    const error = await failure(MeasureError, () => service.roots());
    await httpGet(`http://127.0.0.1:${asked.port}/exit?code=0`, 5).catch(() => {});
    await service.stop();
    await eventually(() => tag.living().length === 0);
    expect(error.message).toContain(`port ${asked.port} is held by process `);
    expect(error.message).toContain(`, which does not belong to ${asked.what}: `);
  });

  test('must not be more process trees than can be followed', async () => {
    const command = `for i in $(seq 64); do (setsid sleep 300 &); done; exec ${process.execPath} service.mjs \${PORT}`;
    const service = await startService(await options(new Tag(), { command }), never);
    const error = await failure(MeasureError, () => service.roots());
    await service.stop();
    expect(error.message).toContain('has 65 detached processes; at most 64 can be followed');
  });
});

test('a taken port is noticed before anything is started', async () => {
  const tag = new Tag();
  const asked = await options(tag);
  const server = createServer().listen(asked.port, '127.0.0.1');
  await once(server, 'listening');
  const error = await failure(MeasureError, () => startService(asked, never));
  expect(error.message).toContain(`port ${asked.port} is taken by process ${process.pid}`);
  expect(tag.living()).toEqual([]);
  server.close();
});

test('an interruption while it starts stops it', async () => {
  const tag = new Tag();
  const abort = new AbortController();
  const starting = startService(await options(tag, { command: 'sleep 300' }), abort.signal);
  starting.catch(() => {});
  await eventually(() => tag.living().length > 0);
  abort.abort(new InterruptedError('SIGINT'));
  await failure(InterruptedError, () => starting);
  expect(tag.living()).toEqual([]);
});

test('files its processes left for profilers are removed', async () => {
  const asked = await options(new Tag());
  const service = await startService(asked, never);
  const file = `/tmp/perf-${service.roots()[0]}.map`;
  writeFileSync(file, '1000 10 f\n');
  await service.stop();
  expect(existsSync(file)).toBe(false);
});
