/** Drives the native collector: one capture from start to files. */
import type { CaptureSummary } from '../bundle/summary.js';

/** What is profiled: processes with their descendants, or a command that is run for it. */
export type CaptureTarget =
  | { readonly kind: 'pids'; readonly pids: readonly number[] }
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
  readonly event: 'auto' | 'cycles' | 'cpu-clock';
  readonly rateHz: number;
  readonly maxDepth: number;
  readonly backend: 'auto' | 'bpf' | 'perf';
}

export interface FinishedCapture {
  readonly summary: CaptureSummary;
  /** The pprof file. */
  readonly profileFile: string;
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

export async function openCollector(): Promise<Collector> {
  throw new Error('under construction');
}
