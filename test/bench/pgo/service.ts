/** Services of samples, what a request costs them. */
import { readFileSync } from 'node:fs';
import { end, otherCpus, pause, run, start, workloadCpus } from '../collector/processes.js';
import { capture } from './tools.js';

let nextPort = 28_500;

/** A launch of its own each time: where memory lies is drawn anew. @returns CPU seconds a request */
export async function costOfService(program: string, path: string): Promise<number> {
  const service = await Service.start(program, path);
  try {
    await service.load(0.5);
    return await service.cost(1);
  } finally {
    service.stop();
  }
}

/** Captures a service under load. @returns the profile's file */
export async function captureService(program: string, path: string, folder: string): Promise<string> {
  const service = await Service.start(program, path);
  try {
    const load = service.load(5);
    const captured = await capture(['--pid', String(service.pid), '--seconds', '4'], folder);
    await load;
    return captured;
  } finally {
    service.stop();
  }
}

/** A service under a load of wrk. */
export class Service {
  private constructor(
    readonly pid: number,
    private readonly url: string,
    readonly stop: () => void,
  ) {}

  static async start(
    program: string,
    path: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Service> {
    const port = nextPort++;
    const words = [
      'env',
      ...Object.entries(environment).map((pair) => pair.join('=')),
      program,
      String(port),
    ];
    const child = start(words, workloadCpus);
    for (const stream of [child.stdout, child.stderr]) stream?.resume();
    const service = new Service(child.pid as number, `http://127.0.0.1:${port}${path}`, () =>
      end(child, 'SIGKILL'),
    );
    for (let attempt = 0; attempt < 100; attempt++) {
      const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null);
      if (answer?.ok) return service;
      await pause(0.1);
    }
    throw new Error(`${program} does not answer on port ${port}`);
  }

  /** @returns requests */
  async load(seconds: number): Promise<number> {
    const { stdout } = await run(
      ['wrk', '-t', '1', '-c', '4', '-d', `${Math.ceil(seconds)}s`, this.url],
      otherCpus,
    );
    const [, requests] = /(\d+) requests in/.exec(stdout) ?? [];
    if (requests === undefined) throw new Error(`wrk printed no number of requests: ${stdout}`);
    return Number(requests);
  }

  /** @returns CPU seconds a request */
  async cost(seconds: number): Promise<number> {
    const before = this.#cpuSeconds();
    const requests = await this.load(seconds);
    return (this.#cpuSeconds() - before) / requests;
  }

  /** Of threads that ended, too: user and system time, in hundredths of a second. */
  #cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }
}
