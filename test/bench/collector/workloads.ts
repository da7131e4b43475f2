/** What is profiled: programs as they are installed, and three that are built here, each under a load that counts units. */
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { end, nextLine, otherCpus, pause, run, start, withChildren, workloadCpus } from './processes.js';

export interface Workload {
  readonly name: string;
  /** What most of its stacks are unwound by. */
  readonly unwound: '.eh_frame' | "Go's tables" | 'frame pointers';
  /** Starts it; `folder` is its own. */
  start(folder: string): Promise<Running>;
}

export interface Running {
  readonly pids: readonly number[];
  /** Keeps it busy for about so many seconds; answers with the units of work it did. Idle before and after. */
  load(seconds: number): Promise<number>;
  stop(): void;
}

const programs = join('test', 'bench', 'collector', 'programs');

/** A port nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(address)));
    });
  });
}

/** Waits until a port is listened on. */
async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ port, host: '127.0.0.1' });
      socket.on('connect', () => {
        resolve(true);
        socket.destroy();
      });
      socket.on('error', () => resolve(false));
    });
    if (isOpen) return;
    await pause(0.05);
  }
  throw new Error(`nobody listens on port ${port}`);
}

/** HTTP requests by wrk; the service has answered them all when it ends. */
async function offerRequests(url: string, seconds: number): Promise<number> {
  const { stdout } = await run(['wrk', '-t', '1', '-c', '8', '-d', `${Math.ceil(seconds)}s`, url], otherCpus);
  const match = /(\d+) requests in/.exec(stdout);
  if (!match) throw new Error(`wrk printed no number of requests: ${stdout}`);
  return Number(match[1]);
}

const redis: Workload = {
  name: 'redis-server',
  unwound: '.eh_frame',
  async start(folder) {
    const port = await freePort();
    const words = ['redis-server', '--port', `${port}`, '--save', '', '--appendonly', 'no', '--dir', folder];
    const child = start([...words, '--bind', '127.0.0.1'], workloadCpus);
    await nextLine(child.stdout as NonNullable<typeof child.stdout>, /Ready to accept connections/i);
    child.stdout?.resume();
    const ask = async (requests: number): Promise<void> => {
      const commands = ['-t', 'set,get,lpush,zadd', '-n', `${Math.ceil(requests / 4)}`];
      await run([
        'redis-benchmark',
        '-q',
        '-p',
        `${port}`,
        '-c',
        '8',
        '-P',
        '16',
        '-r',
        '10000',
        ...commands,
      ]);
      await run(['redis-cli', '-p', `${port}`, 'flushall']);
    };
    const begin = Date.now();
    await ask(400_000);
    const rate = 400_000 / ((Date.now() - begin) / 1000);
    return {
      pids: [child.pid as number],
      async load(seconds) {
        await ask(rate * seconds);
        return rate * seconds;
      },
      stop: () => end(child, 'SIGTERM'),
    };
  },
};

const nginx: Workload = {
  name: 'nginx',
  unwound: '.eh_frame',
  async start(folder) {
    const port = await freePort();
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'www'));
    writeFileSync(join(folder, 'www', 'index.html'), `<title>page</title>${'<p>some text</p>'.repeat(200)}`);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;
       events { worker_connections 64; }
       http { access_log off; gzip on; gzip_types text/html; keepalive_requests 1000000;
         ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
         server { listen 127.0.0.1:${port}; root ${folder}/www; } }`,
    );
    const child = start(['/usr/sbin/nginx', '-p', folder, '-c', join(folder, 'nginx.conf')], workloadCpus);
    child.stderr?.resume();
    await listening(port);
    await offerRequests(`http://127.0.0.1:${port}/`, 1);
    return {
      pids: withChildren(child.pid as number),
      load: (seconds) => offerRequests(`http://127.0.0.1:${port}/`, seconds),
      stop: () => end(child, 'SIGTERM'),
    };
  },
};

/** A program that reads seconds and answers with its passes. */
async function startWorker(words: readonly string[]): Promise<Running> {
  const child = start(words, workloadCpus);
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('a program has no pipes');
  child.stderr?.pipe(process.stderr);
  const load = async (seconds: number): Promise<number> => {
    const answer = nextLine(stdout, /^(\d+)$/);
    stdin.write(`${seconds}\n`);
    return Number((await answer)[1]);
  };
  await load(0.5);
  return { pids: [child.pid as number], load, stop: () => end(child, 'SIGTERM') };
}

const python: Workload = {
  name: 'python3',
  unwound: '.eh_frame',
  start: () => startWorker(['/usr/bin/python3', join(programs, 'worker.py')]),
};

/** The same program twice: as distributions build, and with nothing but frame pointers to go by. */
const engine = (name: string, unwound: Workload['unwound'], flags: readonly string[]): Workload => ({
  name,
  unwound,
  async start(folder) {
    const binary = join(folder, 'engine');
    await run(['g++', '-O2', ...flags, '-o', binary, join(programs, 'engine.cpp')]);
    return startWorker([binary]);
  },
});
const cpp = engine('C++ -O2', '.eh_frame', ['-fomit-frame-pointer']);
const framed = engine('C++ -fno-omit-frame-pointer', 'frame pointers', [
  '-fno-omit-frame-pointer',
  '-fno-asynchronous-unwind-tables',
  '-fno-exceptions',
]);

/** A service that prints its port, after some of its load. */
async function startService(words: readonly string[], path: string): Promise<Running> {
  const child = start(words, workloadCpus);
  const [, port] = await nextLine(
    child.stdout as NonNullable<typeof child.stdout>,
    /(?:port|listening on) (\d+)/,
  );
  const load = (seconds: number): Promise<number> =>
    offerRequests(`http://127.0.0.1:${port}${path}`, seconds);
  await load(2);
  return { pids: [child.pid as number], load, stop: () => end(child, 'SIGTERM') };
}

const node: Workload = {
  name: 'node',
  unwound: '.eh_frame',
  start: () =>
    startService(
      [process.execPath, join('samples', 'node-service', 'server.js'), '0'],
      '/search?q=venmenlumen+infivende+nolufika',
    ),
};

const go: Workload = {
  name: 'Go',
  unwound: "Go's tables",
  async start(folder) {
    const source = join(folder, 'service.go');
    const binary = join(folder, 'service');
    copyFileSync(join(programs, 'service.go'), source);
    await run(['go', 'build', '-o', binary, source]);
    return startService([binary], '/');
  },
};

export const workloads: readonly Workload[] = [redis, nginx, python, node, go, cpp, framed];
