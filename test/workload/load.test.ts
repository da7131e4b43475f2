import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LoadPlan } from '../../src/config/plan.js';
import { InterruptedError, MeasureError } from '../../src/errors.js';
import { type LoadOptions, type LoadOutcome, prepareLoad } from '../../src/workload/load.js';
import { eventually, failure, never, Tag } from './support.js';

interface Seen {
  readonly method: string;
  readonly type: string | undefined;
  readonly body: string;
}

let server: Server;
let seen: Seen[];
let port: number;

beforeEach(async () => {
  seen = [];
  server = createServer(async (request, response) => {
    const { method = '', headers } = request;
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method, type: headers['content-type'], body });
    response.statusCode = request.url === '/busy' ? 503 : 200;
    response.end('ok');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

type HttpPlan = Extract<LoadPlan, { kind: 'http' }>;
const http = (more: Partial<HttpPlan> = {}): HttpPlan => ({
  kind: 'http',
  url: 'http://127.0.0.1:${PORT}/',
  method: 'GET',
  headers: {},
  body: null,
  connections: 4,
  rate: null,
  ...more,
});
const command = (text: string) => ({ kind: 'command', command: text, rate: null, pausable: false }) as const;

const options = (tag: Tag, seconds = 1): LoadOptions => ({
  what: 'the load of api (base)',
  seconds,
  ports: [port],
  cwd: '/',
  environment: tag.environment,
  launcher: [],
});

async function outcomeOf(plan: HttpPlan | ReturnType<typeof command>, seconds = 1) {
  const tag = new Tag();
  const load = await prepareLoad(plan, options(tag, seconds), never);
  try {
    await load.run();
    const [outcome] = await load.outcomes();
    return outcome as LoadOutcome;
  } finally {
    await load.stop();
    expect(tag.living()).toEqual([]);
  }
}

/** Two services, and which of them was asked, in order. */
async function twoServices() {
  const order: number[] = [];
  const services = [0, 1].map((index) =>
    createServer((_, response) => {
      order.push(index);
      response.end('ok');
    }).listen(0, '127.0.0.1'),
  );
  await Promise.all(services.map((service) => once(service, 'listening')));
  return {
    order,
    ports: services.map((service) => (service.address() as AddressInfo).port),
    close() {
      for (const service of services) {
        service.closeAllConnections();
        service.close();
      }
    },
  };
}

describe('the built-in HTTP load', () => {
  test('counts what was answered', async () => {
    const { http: report } = await outcomeOf(http(), 0.5);
    expect(report?.requests2xx).toBeGreaterThan(10);
    expect(seen.length - (report?.requests2xx ?? 0)).toBeGreaterThanOrEqual(0);
    // What was on its way when the time was up: at most one a connection.
    expect(seen.length - (report?.requests2xx ?? 0)).toBeLessThanOrEqual(4);
    expect(report).toMatchObject({ non2xx: 0, errors: 0, timeouts: 0 });
  });

  test('offers exactly its rate', async () => {
    const { http: report } = await outcomeOf(http({ rate: 100 }), 1);
    expect(report?.requests2xx).toBe(100);
    expect(seen).toHaveLength(100);
  });

  test('offers also less than one request a connection and second', async () => {
    expect((await outcomeOf(http({ rate: 1.5, connections: 8 }), 2)).http?.requests2xx).toBe(3);
  });

  test('sends what it is told to', async () => {
    await outcomeOf(
      http({ method: 'POST', headers: { 'content-type': 'text/x' }, body: 'hällo', rate: 4, connections: 1 }),
    );
    expect(seen).toHaveLength(4);
    for (const one of seen) expect(one).toMatchObject({ method: 'POST', type: 'text/x', body: 'hällo' });
  });

  test('tells errors from units', async () => {
    const { http: report } = await outcomeOf(http({ url: 'http://127.0.0.1:${PORT}/busy', rate: 20 }));
    expect(report).toMatchObject({ requests2xx: 0, non2xx: 20 });
  });

  test('is offered to two services in turns, each at its rate and never to both', async () => {
    const { order, ports, close } = await twoServices();
    try {
      const inTurns = { ...options(new Tag(), 0.4), ports, turns: [0, 1, 1, 0, 1, 0, 0, 1] };
      const load = await prepareLoad(http({ rate: 200 }), inTurns, never);
      await load.run();
      const outcomes = await load.outcomes();
      await load.stop();
      expect(outcomes.map(({ http: report }) => report?.requests2xx)).toEqual([80, 80]);
      const changes = order.filter((index, at) => index !== order[at - 1]);
      expect(changes).toEqual([0, 1, 0, 1, 0, 1]);
    } finally {
      close();
    }
  });

  test('waits until it is told to begin', async () => {
    const load = await prepareLoad(http({ rate: 10 }), options(new Tag()), never);
    expect(seen).toHaveLength(0);
    await load.run();
    expect(seen).toHaveLength(10);
    await load.stop();
  });

  test('that does not get ready is an error', async () => {
    const tag = new Tag();
    const stuck = { ...options(tag), launcher: ['sh', '-c', 'sleep 300'], startSeconds: 0.2 };
    const error = await failure(MeasureError, () => prepareLoad(http(), stuck, never));
    expect(error.message).toBe(
      `the load of api (base) was not ready within 0.2 s: http://127.0.0.1:${port}/`,
    );
    expect(tag.living()).toEqual([]);
  });

  test('ends when it is interrupted', async () => {
    const tag = new Tag();
    const abort = new AbortController();
    const load = await prepareLoad(http(), options(tag, 60), abort.signal);
    const running = load.run();
    running.catch(() => {});
    await eventually(() => seen.length > 0);
    abort.abort(new InterruptedError('SIGINT'));
    await failure(InterruptedError, () => running);
    await load.stop();
    expect(tag.living()).toEqual([]);
  });
});

describe('a load command', () => {
  test('gets port and seconds by template and environment', async () => {
    const { output } = await outcomeOf(
      command('echo ${PORT} ${SECONDS}; sh -c \'echo "$PORT $SECONDS"\''),
      2.5,
    );
    expect(output).toBe(`${port} 2.5\n${port} 2.5\n`);
  });

  test('may print its figures to stderr', async () => {
    expect((await outcomeOf(command('echo 5 requests >&2'))).output).toBe('5 requests\n');
  });

  test('that fails is an error with its exit code and the end of its output', async () => {
    const text = 'setsid sleep 300 & echo cannot connect >&2; exit 7';
    const error = await failure(MeasureError, () => outcomeOf(command(text)));
    expect(error.message).toBe(`the load of api (base) failed (exit code 7): ${text}`);
    expect(error.detail).toBe('cannot connect');
  });

  describe('that is pausable', () => {
    const asking =
      'let n = 0; const end = Date.now() + 1000 * ${SECONDS}; (async () => { while (Date.now() < end) { await (await fetch("http://127.0.0.1:${PORT}/")).text(); n++; } console.log("did", n); })()';
    const turns = [0, 1, 1, 0, 1, 0, 0, 1];

    test('asks one service at a time', async () => {
      const { order, ports, close } = await twoServices();
      const tag = new Tag();
      try {
        const plan = { ...command(`exec ${process.execPath} -e '${asking}'`), pausable: true };
        const load = await prepareLoad(plan, { ...options(tag, 1), ports, turns }, never);
        await load.run();
        const counts = (await load.outcomes()).map(({ output }) => Number(/^did (\d+)$/m.exec(output)?.[1]));
        await load.stop();
        const asked = [0, 1].map((side) => order.filter((index) => index === side).length);
        expect(counts).toEqual(asked);
        expect(Math.min(...asked)).toBeGreaterThan(10);
        // One that was asked at the end of a turn may be answered in the next.
        const changes = order.filter((index, at) => index !== order[at - 1]);
        expect(changes.length).toBeLessThan(20);
        expect(tag.living()).toEqual([]);
      } finally {
        close();
      }
    });

    test.each([
      ['fails', 'exit 7', never, /failed \(exit code 7\)/],
      ['is interrupted', 'sleep 300', AbortSignal.timeout(700), /interrupted|aborted/i],
    ])('leaves nothing stopped behind when one %s', async (_, text, signal, message) => {
      const tag = new Tag();
      const plan = { ...command(text), pausable: true };
      const load = await prepareLoad(plan, { ...options(tag, 1), ports: [port, port], turns }, signal);
      await expect(load.run()).rejects.toThrow(message);
      await load.stop();
      expect(tag.living()).toEqual([]);
    });
  });
});
