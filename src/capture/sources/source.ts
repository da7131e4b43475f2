/** Another profiler's profile of one capture: fetched from the service, or written by a command, while the load runs. */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { SourcePlan } from '../../config/plan.js';
import { MeasureError } from '../../errors.js';
import { describeExit, shellWords, startProcess } from '../../workload/process.js';
import { fillTemplate } from '../../workload/template.js';
import { unlessAborted, within } from '../../workload/waiting.js';
import type { FinishedCapture } from '../collector.js';
import { fetchBytes } from '../fetch.js';
import { type ForeignProfile, readForeign } from './profile.js';
import { summaryWith } from './summary.js';

/** Of an answer. */
const mostFetchedBytes = 256 * 1024 * 1024;
/** An answer or a command that takes longer is stuck. */
const mostSeconds = (seconds: number): number => 3 * seconds + 60;
/** The file system's clock may be behind by a tick. */
const clockMilliseconds = 100;

export interface SourceOptions {
  /** For messages, e.g. `the profile of api (head)`. */
  readonly what: string;
  readonly seconds: number;
  readonly port: number;
  /** The service's process; `${PID}`. */
  readonly pid: number;
  /** The side's folder: where commands run, and files are relative to. */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Words put before the command that place it on its CPUs. */
  readonly launcher: readonly string[];
  /** A folder of its own, for `${OUTPUT}`. */
  readonly folder: string;
}

/** A profile that is being taken. */
export interface RunningSource {
  /** The capture with this profile instead of the collector's, which is empty. @throws MeasureError when there is none */
  finish(counted: FinishedCapture): Promise<FinishedCapture>;
  /** Ends what runs; never rejects. */
  stop(): Promise<void>;
}

/** Begins now. */
export function startSource(plan: SourcePlan, options: SourceOptions, signal: AbortSignal): RunningSource {
  const began = Date.now();
  emptyFolder(options.folder);
  const stopping = new AbortController();
  const either = AbortSignal.any([signal, stopping.signal]);
  const taking = plan.command === null ? fetchFile(plan, options, either) : runCommand(plan, options, either);
  taking.catch(() => {});
  return {
    async finish(counted) {
      const file = await taking;
      const status = statSync(file, { throwIfNoEntry: false });
      if (status === undefined || status.mtimeMs < began - clockMilliseconds) {
        const how = status === undefined ? 'was not written' : 'is older than the capture';
        throw new MeasureError(`${options.what}: ${file} ${how}: source.command has to write it each time`);
      }
      return finished(plan, [file], counted, options.what);
    },
    async stop() {
      stopping.abort(new MeasureError(`${options.what} was given up`));
      await taking.catch(() => {});
    },
  };
}

/** Where each run of a batch program finds the name of a file of its own to write, in `${OUTPUT}`. */
export function outputOfEachRun(command: string, folder: string): string {
  emptyFolder(folder);
  // The shell that runs the command has another number each time.
  return `export OUTPUT=${quoted(join(folder, 'run'))}.$$; ${command}`;
}

/** What the runs of a batch program wrote. @throws MeasureError when it was nothing, or cannot be read */
export async function finishRuns(
  plan: SourcePlan,
  counted: FinishedCapture,
  folder: string,
  what: string,
): Promise<FinishedCapture> {
  const files = readdirSync(folder).map((name) => join(folder, name));
  if (files.length > 0) return finished(plan, files.sort(), counted, what);
  throw new MeasureError(`${what}: no run wrote \${OUTPUT}: let batch: write its profile there`);
}

async function finished(
  plan: SourcePlan,
  files: readonly string[],
  counted: FinishedCapture,
  what: string,
): Promise<FinishedCapture> {
  let profile: ForeignProfile;
  try {
    profile = await readForeign(plan.format, files, plan.intervalNanoseconds);
  } catch (error) {
    throw new MeasureError(`${what} (${plan.format}) cannot be read: ${(error as Error).message}`);
  }
  const summary = summaryWith(counted.summary, profile, plan.format, what);
  writeFileSync(counted.profileFile, profile.bytes);
  return { ...counted, summary };
}

async function fetchFile(plan: SourcePlan, options: SourceOptions, signal: AbortSignal): Promise<string> {
  // Endpoints take whole seconds; one that goes on after the load sees next to nothing.
  const seconds = Math.ceil(options.seconds);
  const values = { PORT: String(options.port), SECONDS: String(seconds) };
  const file = join(options.folder, 'output');
  try {
    const limits = { seconds: mostSeconds(seconds), bytes: mostFetchedBytes, signal };
    writeFileSync(file, await fetchBytes(fillTemplate(plan.from, values), limits));
  } catch (error) {
    if (signal.aborted) throw error;
    throw new MeasureError(`${options.what}: ${(error as Error).message}`);
  }
  return file;
}

async function runCommand(plan: SourcePlan, options: SourceOptions, signal: AbortSignal): Promise<string> {
  const { what, folder, cwd } = options;
  const values = {
    PORT: String(options.port),
    SECONDS: String(options.seconds),
    PID: String(options.pid),
    OUTPUT: join(folder, 'output'),
  };
  const command = fillTemplate(plan.command as string, values);
  const running = await startProcess({
    words: shellWords(command, options.launcher),
    cwd,
    environment: { ...options.environment, ...values },
  });
  try {
    const limit = mostSeconds(options.seconds);
    const overdue = new MeasureError(`${what}: source.command did not end within ${limit} s: ${command}`);
    const exit = await unlessAborted(within(limit, running.exited, overdue), signal);
    if (exit.code !== 0) {
      const message = `${what}: source.command failed (${describeExit(exit)}): ${command}`;
      throw new MeasureError(message, running.tail);
    }
  } finally {
    await running.stop();
  }
  const file = fillTemplate(plan.from, values);
  return isAbsolute(file) ? file : join(cwd, file);
}

function emptyFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

/** For a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
