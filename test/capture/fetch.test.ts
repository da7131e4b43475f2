/** Fetching a profile from servers that answer as they please. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fetchBytes } from '../../src/capture/fetch.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const limits = { seconds: 20, bytes: 1000 };

describe('a profile is fetched', () => {
  test('as it was sent', async () => {
    const url = await serve((_, response) => response.end(Buffer.from([0x1f, 0x8b, 0, 255])));
    expect(await fetchBytes(`${url}/profile?seconds=1`, limits)).toEqual(Buffer.from([0x1f, 0x8b, 0, 255]));
  });

  test('and unpacked where a server packs what was to be sent as it is', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync('profile'));
    });
    expect((await fetchBytes(url, limits)).toString()).toBe('profile');
  });

  test('where a redirect leads, without what the first server was told', async () => {
    const told: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      told.push(request.headers.authorization);
      response.end('there');
    });
    const url = await serve((request, response) => {
      told.push(request.headers.authorization);
      response.writeHead(302, { location: request.url === '/' ? '/next' : `${other}/x` }).end();
    });
    const headers = { authorization: 'Bearer secret' };
    expect((await fetchBytes(`${url}/`, { ...limits, headers })).toString()).toBe('there');
    expect(told).toEqual(['Bearer secret', 'Bearer secret', undefined]);
  });
});

describe('is refused', () => {
  const refusals: readonly (readonly [string, RequestListener, RegExp])[] = [
    [
      'an answer that says that it failed',
      (_, response) => response.writeHead(503).end('profiling is\n\u001b[31malready on'),
      /^http:\/\/127\.0\.0\.1:\d+\/ answered 503: profiling is already on$/,
    ],
    [
      'more than asked for',
      (_, response) => response.end('x'.repeat(1001)),
      /^cannot fetch http:.*: more than 1000 bytes$/,
    ],
    [
      'an answer without an end',
      (_, response) => {
        const more = (): void => {
          if (response.write('x'.repeat(1 << 16))) setImmediate(more);
          else response.once('drain', more);
        };
        more();
      },
      /more than 1000 bytes$/,
    ],
    [
      'what unpacks to more than asked for',
      (_, response) => {
        response.setHeader('content-encoding', 'gzip');
        response.end(gzipSync(Buffer.alloc(500_000)));
      },
      /cannot be unpacked: /,
    ],
    [
      'a circle',
      (_, response) => response.writeHead(302, { location: '/' }).end(),
      /leads on more than 5 times$/,
    ],
    [
      'a redirect to something else than http',
      (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      /leads to file:\/\/\/etc\/passwd, which is no http or https URL$/,
    ],
    [
      'an answer cut short',
      (_, response) => {
        response.writeHead(200, { 'content-length': 9 }).write('x', () => response.destroy());
      },
      /^cannot fetch http:.*: aborted$/,
    ],
  ];
  test.each(refusals)('%s', async (_, listener, message) => {
    const url = await serve(listener);
    await expect(fetchBytes(`${url}/`, limits)).rejects.toThrow(message);
  });

  test('a server that does not answer in time, or drips', async () => {
    const silent = await serve(() => {});
    await expect(fetchBytes(silent, { ...limits, seconds: 0.2 })).rejects.toThrow(/no answer within 0\.2 s$/);
    const dripping = await serve((_, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.once('close', () => clearInterval(timer));
    });
    await expect(fetchBytes(dripping, { ...limits, seconds: 0.3 })).rejects.toThrow(
      /no answer within 0\.3 s$/,
    );
  });

  test('what is no URL, without its password', async () => {
    await expect(fetchBytes('ftp://me:secret@host/', limits)).rejects.toThrow(
      'the URL ftp://host/, which is no http or https URL',
    );
    const server = await serve((_, response) => response.writeHead(401).end());
    await expect(fetchBytes(server.replace('//', '//me:secret@'), limits)).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:\d+\/? answered 401$/,
    );
  });

  test('and an abort ends it with its reason', async () => {
    const silent = await serve(() => {});
    const controller = new AbortController();
    const fetching = fetchBytes(silent, { ...limits, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(fetching).rejects.toThrow('enough');
  });
});
