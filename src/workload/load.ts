/** Exercises the service for some seconds: with the built-in HTTP load or with any command. */

import type { LoadPlan } from '../config/plan.js';
import { MeasureError, UsageError } from '../errors.js';
import {
  type HttpLoadReport,
  type HttpLoadRequest,
  type HttpTargetReport,
  httpLoadReady,
  httpLoadReportSchema,
} from './httpLoadProtocol.js';
import { parseJson } from './output.js';
import { describeExit, type RunningProcess, shellWords, startProcess } from './process.js';
import { shippedFile } from './shippedFile.js';
import { fillTemplate } from './template.js';
import { deferred, sleep, unlessAborted, within } from './waiting.js';

/** How long the built-in load may take until it is ready to begin. */
const mostStartSeconds = 30;
/** A load that takes longer than this is stuck: some tools start slowly and wait for late answers. */
const mostSeconds = (seconds: number): number => 3 * seconds + 60;

export interface LoadOptions {
  /** For messages, e.g. `the load of api (head)`. */
  readonly what: string;
  /** How long each service is loaded. */
  readonly seconds: number;
  /** Of the service; of two services that the built-in load offers requests to in turns. */
  readonly ports: readonly number[];
  /** Which of the ports each turn is for; all are of one length. One turn unless given. */
  readonly turns?: readonly number[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Words put before the command that place it on its CPUs. */
  readonly launcher: readonly string[];
  /** How long the built-in load may take until it is ready to begin; 30 unless given. */
  readonly startSeconds?: number;
}

/** What came of it for one service. */
export interface LoadOutcome {
  /** What a load command printed; empty for the built-in load. */
  readonly output: string;
  /** What the built-in load counted; null for a command. */
  readonly http: HttpTargetReport | null;
}

/** A load that begins without delay when it is told to. */
export interface PreparedLoad {
  /** Offers the load; settles the moment it has ended. @throws MeasureError when it fails */
  run(): Promise<void>;
  /** What came of it for each port, once it has run. */
  outcomes(): Promise<LoadOutcome[]>;
  /** Ends every process of the load; never rejects. */
  stop(): Promise<void>;
}

type CommandPlan = Extract<LoadPlan, { kind: 'command' }>;
type HttpPlan = Extract<LoadPlan, { kind: 'http' }>;

/** Prepares a load. @throws MeasureError when it cannot be started */
export async function prepareLoad(
  plan: HttpPlan | CommandPlan,
  options: LoadOptions,
  signal: AbortSignal,
): Promise<PreparedLoad> {
  return plan.kind === 'http' ? prepareHttp(plan, options, signal) : prepareCommand(plan, options, signal);
}

function prepareCommand(plan: CommandPlan, options: LoadOptions, signal: AbortSignal): PreparedLoad {
  const { ports, turns } = options;
  // Each runs as long as all turns take.
  const seconds = options.seconds * ports.length;
  const running: RunningProcess[] = [];
  return {
    async run() {
      for (const port of ports) running.push(await startCommand(plan, port, seconds, options));
      const ends = running.map((one) => untilSuccess(one, options, plan.command, signal));
      for (const end of ends) end.catch(() => {});
      const over = new AbortController();
      const until = AbortSignal.any([signal, over.signal]);
      const work = turns === undefined ? Promise.all(ends) : takeTurns(running, ends, turns, seconds, until);
      try {
        await inTime(Promise.race([work, untilFailure(ends)]), options, plan.command);
      } finally {
        over.abort();
        work.catch(() => {});
      }
    },
    async outcomes() {
      await Promise.all(running.map(({ exited }) => exited));
      return running.map(({ stdout, stderr }) => ({ output: stdout || stderr || '', http: null }));
    },
    async stop() {
      await Promise.all(running.map((one) => one.stop()));
    },
  };
}

function startCommand(
  { command }: CommandPlan,
  port: number,
  seconds: number,
  { cwd, environment, launcher }: LoadOptions,
): Promise<RunningProcess> {
  const values = { PORT: String(port), SECONDS: String(seconds) };
  return startProcess({
    words: shellWords(fillTemplate(command, values), launcher),
    cwd,
    environment: { ...environment, ...values },
  });
}

/** Lets one of the commands go on at a time; in the end each to its end, where it says what it did. */
async function takeTurns(
  running: readonly RunningProcess[],
  ends: readonly Promise<void>[],
  turns: readonly number[],
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  for (const one of running) one.signalGroup('SIGSTOP');
  for (const turn of turns) {
    running[turn]?.signalGroup('SIGCONT');
    await sleep((seconds / turns.length) * 1000, signal);
    running[turn]?.signalGroup('SIGSTOP');
  }
  for (const [index, one] of running.entries()) {
    one.signalGroup('SIGCONT');
    await ends[index];
  }
}

/** Only ever rejects. */
function untilFailure(ends: readonly Promise<void>[]): Promise<never> {
  return new Promise((_, reject) => {
    for (const end of ends) end.catch(reject);
  });
}

async function prepareHttp(plan: HttpPlan, options: LoadOptions, signal: AbortSignal): Promise<PreparedLoad> {
  const { ports, seconds, turns = [0] } = options;
  const urls = ports.map((port) => fillTemplate(plan.url, { PORT: String(port) }));
  const url = urls.join(' and ');
  for (const one of urls) {
    if (!URL.canParse(one)) throw new UsageError(`load: ${one} is not a URL`);
  }
  const turnSeconds = (seconds * ports.length) / turns.length;
  const request: HttpLoadRequest = { ...plan, urls, turns: [...turns], turnSeconds };
  const ready = deferred<void>();
  const report = deferred<HttpLoadReport>();
  const running = await startProcess({
    words: [...options.launcher, process.execPath, shippedFile('http-load.js')],
    cwd: options.cwd,
    environment: options.environment,
    input: `${JSON.stringify(request)}\n`,
    onLine: (line) => {
      if (line === httpLoadReady) ready.resolve();
      const read = httpLoadReportSchema.safeParse(parseJson(line));
      if (read.success) report.resolve(read.data);
    },
  });
  const failed = untilSuccess(running, options, url, signal).then(() => {
    throw new MeasureError(`${options.what} ended without its report`, running.tail);
  });
  // It may fail while nobody waits for it, and it always does after the report.
  failed.catch(() => {});
  try {
    const limit = options.startSeconds ?? mostStartSeconds;
    const overdue = new MeasureError(`${options.what} was not ready within ${limit} s: ${url}`);
    await within(limit, Promise.race([ready.promise, failed]), overdue);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return {
    async run() {
      running.write('go\n');
      await inTime(Promise.race([report.promise, failed]), options, url);
    },
    outcomes: async () => (await report.promise).targets.map((http) => ({ output: '', http })),
    stop: () => running.stop(),
  };
}

/** @throws MeasureError when the load's process fails */
async function untilSuccess(
  running: RunningProcess,
  { what }: LoadOptions,
  description: string,
  signal: AbortSignal,
): Promise<void> {
  const exit = await unlessAborted(running.ended, signal);
  if (exit.code === 0) return;
  await running.exited;
  throw new MeasureError(`${what} failed (${describeExit(exit)}): ${description}`, running.tail);
}

/** @throws MeasureError when the load does not come to its end */
function inTime(
  work: Promise<unknown>,
  { what, seconds, ports }: LoadOptions,
  description: string,
): Promise<unknown> {
  const limit = mostSeconds(seconds * ports.length);
  return within(limit, work, new MeasureError(`${what} did not end within ${limit} s: ${description}`));
}
