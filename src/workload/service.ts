/** A service from its start to the moment nothing of it is left. */
import type { Ready } from '../config/plan.js';
import { MeasureError } from '../errors.js';
import { removePerfMaps } from './perfMaps.js';
import { holdersOf, requireFreePort, requireHolderAmong, waitForFreePort } from './port.js';
import { describeExit, type RunningProcess, shellWords, startProcess } from './process.js';
import { type ReadinessProbe, readinessProbe } from './readiness.js';
import { fillTemplate } from './template.js';
import { sleep, unlessAborted } from './waiting.js';

const lookEveryMilliseconds = 20;
/** A load that loses its service often ends a moment before the service does; the service's end is the cause then. */
const deathMilliseconds = 300;
/** How many process trees the collector takes in. */
const mostRoots = 64;

export interface ServiceOptions {
  /** For messages, e.g. `the service of api (head)`. */
  readonly what: string;
  /** Shell command, runs in the foreground. */
  readonly command: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly ready: Ready;
  readonly readyTimeoutSeconds: number;
  readonly port: number;
  /** Words put before the command that place it on its CPUs. */
  readonly launcher: readonly string[];
}

export class Service {
  readonly #startedAt = Date.now();

  constructor(
    private readonly running: RunningProcess,
    private readonly options: ServiceOptions,
  ) {}

  /**
   * The processes that the service is, with their descendants: the one that was started, and daemons of it.
   * @throws MeasureError when its port is known to be held by a process that is none of them
   */
  roots(): number[] {
    const { port, what } = this.options;
    requireHolderAmong(port, () => this.running.members(), what);
    const roots = this.running.roots();
    if (roots.length <= mostRoots) return roots;
    throw new MeasureError(
      `${what} has ${roots.length} detached processes; at most ${mostRoots} can be followed`,
    );
  }

  /** The process that listens on the service's port, where that can be seen; else the one that was started. */
  get mainProcess(): number {
    const members = this.running.members();
    return holdersOf(this.options.port).find((pid) => members.includes(pid)) ?? this.running.pid;
  }

  /**
   * What `work` resolves to.
   * @throws MeasureError when the service ends before the work does, with what it printed last
   */
  async during<T>(phase: string, work: Promise<T>): Promise<T> {
    const ended = this.running.exited.then(() => {
      throw this.#deathError(phase);
    });
    ended.catch(() => {});
    try {
      return await Promise.race([work, ended]);
    } catch (error) {
      work.catch(() => {});
      if (error instanceof MeasureError && (await this.#endsWithin(deathMilliseconds))) {
        throw this.#deathError(phase);
      }
      throw error;
    }
  }

  /** Ends every process of the service and removes what they left in /tmp for profilers; never rejects. */
  async stop(): Promise<void> {
    const owners = [this.running.pid, ...this.running.members()];
    await this.running.stop();
    removePerfMaps(owners, this.#startedAt);
  }

  /** Waits until a stopped service's port can be used again. @throws MeasureError when it stays taken */
  async released(): Promise<void> {
    await waitForFreePort(this.options.port, this.options.what);
  }

  /** @throws MeasureError when it is not ready in time or ends before */
  async waitUntilReady(probe: ReadinessProbe, signal: AbortSignal): Promise<void> {
    const { readyTimeoutSeconds, what } = this.options;
    const end = performance.now() + readyTimeoutSeconds * 1000;
    for (;;) {
      const seen = await unlessAborted(probe.look(), signal);
      if (this.running.exit) throw this.#deathError('its start');
      if (seen === null) return;
      if (performance.now() > end) {
        throw new MeasureError(
          `${what} was not ready within ${readyTimeoutSeconds} s: waited for ${probe.what}; ${seen}`,
          this.running.tail,
        );
      }
      await sleep(lookEveryMilliseconds, signal);
    }
  }

  async #endsWithin(milliseconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race([this.running.exited, timeout]);
    clearTimeout(timer);
    return this.running.exit !== null;
  }

  #deathError(phase: string): MeasureError {
    const exit = this.running.exit ?? { code: null, signal: null };
    const hint = exit.code === 0 ? '; start: must run it in the foreground' : '';
    return new MeasureError(
      `${this.options.what} ended during ${phase} (${describeExit(exit)})${hint}: ${this.options.command}`,
      this.running.tail,
    );
  }
}

/**
 * Starts a service and waits until it is ready.
 * @throws MeasureError when its port is taken, it ends, or is not ready in time; nothing of it runs then
 */
export async function startService(options: ServiceOptions, signal: AbortSignal): Promise<Service> {
  signal.throwIfAborted();
  await requireFreePort(options.port, options.what);
  const values = { PORT: String(options.port) };
  const probe = readinessProbe(options.ready, values);
  const running = await startProcess({
    words: shellWords(fillTemplate(options.command, values), options.launcher),
    cwd: options.cwd,
    environment: { ...options.environment, ...values },
    onLine: (line) => probe.onLine(line),
  });
  const service = new Service(running, options);
  try {
    await service.waitUntilReady(probe, signal);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return service;
}
