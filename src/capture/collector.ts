/** Drives the native collector: one capture from start to files. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type CaptureSummary, captureSummarySchema, type SampledEvent } from '../bundle/summary.js';
import { MeasureError, UsageError } from '../errors.js';
import { programEnvironment } from '../workload/environment.js';
import { parseJson, readableTail } from '../workload/output.js';
import { describeExit, type RunningProcess, startProcess } from '../workload/process.js';
import { deferred, unlessAborted, within } from '../workload/waiting.js';
import { shippedBinary, verifyBinary } from './binary.js';

/** What is profiled: processes with their descendants, or a command that is run for it. */
export type CaptureTarget =
  | { readonly kind: 'pids'; readonly pids: readonly number[] }
  /** All processes of a cgroup of version 2 and of those below it; absolute, or below /sys/fs/cgroup. */
  | { readonly kind: 'cgroup'; readonly path: string }
  | {
      readonly kind: 'command';
      /** Program and arguments. */
      readonly command: readonly string[];
      readonly cwd: string;
      readonly environment: Readonly<Record<string, string>>;
      /** CPUs it runs on; null: all. */
      readonly cpus: string | null;
      /** Run again and again until so many seconds have passed; null: once. */
      readonly repeatSeconds: number | null;
    };

export interface CaptureRequest {
  readonly target: CaptureTarget;
  /** Folder that receives `cpu.pb.gz` and `capture.json`; made if it is not there. */
  readonly out: string;
  /** Length of the capture; null: until `stop`, or the target's end. */
  readonly seconds: number | null;
  /** `none`: CPU time is counted and nothing sampled. */
  readonly event: SampledEvent | 'none';
  /** Samples a second and CPU; `auto`: chosen by the collector for the number of CPUs. */
  readonly rateHz: number | 'auto';
  /** The same time between all samples, instead of times drawn at random. */
  readonly fixedPeriod?: boolean;
  readonly maxDepth: number;
  readonly backend: 'auto' | 'bpf' | 'perf';
  /** Also keep where threads wait, in `offcpu.pb.gz`; only the bpf backend can. */
  readonly offCpu?: boolean;
  /**
   * Folder of this run alone that keeps what was read of programs for its next capture; made if it is not there, and nobody
   * but this user may write to it.
   */
  readonly cache?: string;
  /** CPUs the collector itself runs on, so that it does not disturb what it measures; all unless given. */
  readonly cpus?: string;
}

export interface FinishedCapture {
  readonly summary: CaptureSummary;
  /** The pprof file. */
  readonly profileFile: string;
  /** The pprof file of where threads waited; null when that was not captured. */
  readonly offCpuFile: string | null;
  /** What a command target printed last. */
  readonly output: string;
}

/** A capture under way. */
export interface RunningCapture {
  readonly backend: string;
  /** Settles when the capture ended, by itself or by `stop`; rejects with a MeasureError. */
  readonly finished: Promise<FinishedCapture>;
  /** Ends the window now and waits for the files. */
  stop(): Promise<FinishedCapture>;
  /** Ends the collector without caring for its files; never rejects. */
  dispose(): Promise<void>;
}

export interface Collector {
  /** Absolute path of the binary. */
  readonly binary: string;
  /** The words to put before a command so that it runs on these CPUs and dies with us. */
  launcher(cpus: string): readonly string[];
  /** Starts a capture; resolves when it is armed. @throws MeasureError when the machine does not allow it */
  start(request: CaptureRequest, signal: AbortSignal): Promise<RunningCapture>;
}

/**
 * Opens the collector that is delivered with the program, or another one that has its SHA256SUMS beside it.
 * @param readySeconds how long a capture may take to begin; loading and attaching takes seconds on a busy machine
 * @throws MeasureError when it is missing, was changed, or there is none for this machine
 */
export async function openCollector(binary: string = shippedBinary(), readySeconds = 30): Promise<Collector> {
  verifyBinary(binary);
  const launcher = (cpus: string): string[] => [binary, 'exec', '--cpus', cpus, '--'];
  return {
    binary,
    launcher,
    start(request, signal) {
      const placed = request.cpus === undefined ? [] : launcher(request.cpus);
      return startCapture([...placed, binary, ...parametersOf(request)], request, readySeconds, signal);
    },
  };
}

async function startCapture(
  words: readonly string[],
  request: CaptureRequest,
  readySeconds: number,
  signal: AbortSignal,
): Promise<RunningCapture> {
  signal.throwIfAborted();
  const ready = deferred<z.infer<typeof readySchema>>();
  const { target } = request;
  mkdirSync(request.out, { recursive: true });
  if (request.cache !== undefined) mkdirSync(request.cache, { recursive: true, mode: 0o700 });
  const running = await startProcess({
    words,
    cwd: target.kind === 'command' ? target.cwd : process.cwd(),
    environment: target.kind === 'command' ? target.environment : programEnvironment(),
    onLine: (line, stream) => {
      const event = stream === 'stdout' ? readySchema.safeParse(parseJson(line)) : null;
      if (event?.success) ready.resolve(event.data);
    },
  });
  const finished = finish(running, request);
  finished.catch(() => {});
  try {
    const armed = unlessAborted(Promise.race([ready.promise, finished.then(() => ready.promise)]), signal);
    const overdue = new MeasureError(`the collector was not ready within ${readySeconds} s`);
    const { backend } = await within(readySeconds, armed, overdue);
    return {
      backend,
      finished,
      stop() {
        running.signal('SIGTERM');
        return finished;
      },
      dispose: () => running.stop(),
    };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

const readySchema = z.object({ event: z.literal('ready'), backend: z.string() });

function parametersOf(request: CaptureRequest): string[] {
  const parameters = [
    'record',
    '--out',
    request.out,
    '--event',
    request.event,
    '--rate',
    String(request.rateHz),
  ];
  parameters.push('--max-depth', String(request.maxDepth), '--backend', request.backend);
  if (request.fixedPeriod) parameters.push('--fixed-period');
  if (request.offCpu) parameters.push('--off-cpu');
  if (request.cache !== undefined) parameters.push('--cache', request.cache);
  if (request.seconds !== null) parameters.push('--seconds', String(request.seconds));
  const { target } = request;
  if (target.kind === 'pids') return [...parameters, '--pid', target.pids.join(',')];
  if (target.kind === 'cgroup') return [...parameters, '--cgroup', target.path];
  if (target.cpus !== null) parameters.push('--cpus', target.cpus);
  if (target.repeatSeconds !== null) parameters.push('--repeat-seconds', String(target.repeatSeconds));
  return [...parameters, '--', ...target.command];
}

/** Waits for the collector's end and reads what it wrote. */
async function finish(running: RunningProcess, request: CaptureRequest): Promise<FinishedCapture> {
  const exit = await running.exited;
  // Standard output is the collector's protocol; what the command printed comes on the other.
  const output = readableTail(running.stderr);
  await running.stop();
  // The collector's own complaint is the last line; a command's output may stand before it.
  const complaint = output.split('\n').at(-1) ?? '';
  if (exit.code === 3) throw new UsageError(complaint);
  if (exit.code !== 0) {
    const what =
      exit.code === 4 && complaint !== '' ? complaint : `the collector ended with ${describeExit(exit)}`;
    throw new MeasureError(what, exit.code === 4 ? '' : output);
  }
  const summary = readSummary(join(request.out, 'capture.json'));
  const offCpuFile = summary.offCpu ? join(request.out, 'offcpu.pb.gz') : null;
  return { summary, profileFile: join(request.out, 'cpu.pb.gz'), offCpuFile, output };
}

function readSummary(file: string): CaptureSummary {
  try {
    return captureSummarySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new MeasureError(`the collector's ${file} cannot be read`, message);
  }
}
