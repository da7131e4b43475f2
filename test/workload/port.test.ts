import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { MeasureError } from '../../src/errors.js';
import { chooseFreePort, requireFreePort, waitForFreePort } from '../../src/workload/port.js';
import { failure } from './support.js';

describe('ports', () => {
  test('a chosen one is free and not one the kernel gives to outgoing connections', async () => {
    const port = await chooseFreePort();
    expect(port).toBeLessThan(32_768);
    await requireFreePort(port, 'x');
  });

  test.each(['127.0.0.1', '0.0.0.0', '::'])('a listener on %s is noticed and named', async (host) => {
    const port = await chooseFreePort();
    const server = createServer().listen(port, host);
    await once(server, 'listening');
    const error = await failure(MeasureError, () => requireFreePort(port, 'the service of api (head)'));
    expect(error.message).toMatch(new RegExp(`^port ${port} is taken by process ${process.pid} \\(.+\\): `));
    expect(error.message).toContain('the service of api (head) cannot start');
    setTimeout(() => server.close(), 50);
    await waitForFreePort(port, 'x');
    await requireFreePort(port, 'x');
  });
});
