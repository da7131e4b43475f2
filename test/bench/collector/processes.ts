/** Programs the bench starts: placed on CPUs, ended with it, their CPU time read exactly. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Where the workload runs, and where everything else does, so that a profiler's reading costs the workload nothing. */
export const workloadCpus = '0';
export const otherCpus = availableParallelism() > 1 ? `1-${availableParallelism() - 1}` : '0';

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) end(child, 'SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

/** Signals a program with all it started. */
export function end(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-(child.pid as number), signal);
  } catch {
    // It has ended already.
  }
}

/** Starts a program in a process group of its own, on the given CPUs. */
export function start(words: readonly string[], cpus: string, pipes = 0): ChildProcess {
  const child = spawn('taskset', ['-c', cpus, ...words], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', ...Array<'pipe'>(pipes).fill('pipe')],
  });
  running.add(child);
  child.on('close', () => running.delete(child));
  return child;
}

/** The next line a program prints that matches. */
export function nextLine(stream: Readable, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stream });
    lines.on('line', (line) => {
      const match = pattern.exec(line);
      if (!match) return;
      resolve(match);
      lines.close();
    });
    lines.on('close', () => reject(new Error(`a program ended without printing ${pattern}`)));
  });
}

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  /** Seconds, user and system, with all that it waited for. */
  readonly cpuSeconds: number;
}

export interface Timed {
  readonly child: ChildProcess;
  /** @throws Error when it exits with another code than 0 */
  readonly finished: Promise<Finished>;
}

/** bash's `time` prints to descriptor 5 what a command and its children took; a signal to the group ends the command only. */
const timing = 'trap : INT TERM; TIMEFORMAT="%U %S"; { time "$@" 2>&6; } 6>&2 2>&5';

/** Starts a program whose CPU time is wanted; descriptors 3 and 4 are pipes to it. */
export function startTimed(words: readonly string[], cpus: string): Timed {
  const child = start(['bash', '-c', timing, 'bash', ...words], cpus, 3);
  const text = { stdout: '', stderr: '', times: '' };
  child.stdout?.on('data', (data) => (text.stdout += data));
  child.stderr?.on('data', (data) => (text.stderr += data));
  (child.stdio as Readable[])[5]?.on('data', (data) => (text.times += data));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const [user, system] = text.times.trim().split(' ').map(Number);
      if (code !== 0)
        return reject(new Error(`${words.join(' ')}: exit code ${code}: ${text.stderr.trim()}`));
      resolve({ ...text, cpuSeconds: (user as number) + (system as number) });
    });
  });
  finished.catch(() => {});
  return { child, finished };
}

/** Runs a program to its end. */
export function run(words: readonly string[], cpus = otherCpus): Promise<Finished> {
  return startTimed(words, cpus).finished;
}

/** Nanoseconds the processes' threads have been on a CPU, by the scheduler's own account. */
export function cpuNanoseconds(pids: readonly number[]): number {
  let sum = 0;
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      sum += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    }
  }
  return sum;
}

/** A process and its children. */
export function withChildren(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
  return [pid, ...children];
}

export const pause = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000));
