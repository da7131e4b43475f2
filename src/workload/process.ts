/** Starts programs in process groups of their own and makes sure that nothing of them stays. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { MeasureError } from '../errors.js';
import { guard } from './guard.js';
import { Lines, readableTail, Tail } from './output.js';
import { isAlive, markVariable, membersOf, rootsAmong, ticksSinceBoot } from './processTree.js';

const keptOutput = 64 * 1024;
/** A load generator's report must fit in here; wrk, k6 and their like print a few kilobytes. */
const keptReport = 4 * 1024 * 1024;
const pollMilliseconds = 10;
/** How long the kernel may take to end what was sent SIGKILL. */
const killSeconds = 10;

export interface ProcessOptions {
  /** Program and arguments. */
  readonly words: readonly string[];
  readonly cwd: string;
  /** The whole environment, see environment.ts. */
  readonly environment: Readonly<Record<string, string>>;
  /** Called with every line of stdout and stderr. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Written to stdin, which then stays open for `write`; without it stdin is empty. */
  readonly input?: string;
}

/** How a process ended: one of the two is not null. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Words for a message: `exit code 3`, `killed by SIGSEGV`. */
export function describeExit(exit: Exit): string {
  return exit.signal === null ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
}

/** Words that run a shell command, placed by a launcher when there is one. */
export function shellWords(command: string, launcher: readonly string[] = []): string[] {
  return [...launcher, 'sh', '-c', command];
}

/** Begins the mark of every process started here. */
const ownMark = randomBytes(8).toString('hex');

const live = new Set<RunningProcess>();
// The last moment in which code of ours runs; for ends without such a moment there is the guard.
process.on('exit', () => {
  for (const running of live) running.kill('SIGKILL');
});

export class RunningProcess {
  readonly #child: ChildProcess;
  readonly #mark: string;
  readonly #tail = new Tail(keptOutput);
  readonly #stdout = new Tail(keptReport);
  readonly #stderr = new Tail(keptReport);
  /** Settles the moment the process ends; never rejects. */
  readonly ended: Promise<Exit>;
  /** Settles when it has ended and its output is read; never rejects. */
  readonly exited: Promise<Exit>;
  /** null while it runs. */
  exit: Exit | null = null;
  /** When it was reaped; null before. */
  #endedAt: number | null = null;

  constructor(child: ChildProcess, mark: string, options: ProcessOptions) {
    this.#child = child;
    this.#mark = mark;
    for (const name of ['stdout', 'stderr'] as const) {
      const lines = options.onLine && new Lines((line) => options.onLine?.(line, name));
      child[name]?.on('data', (chunk: Buffer) => {
        this.#tail.push(chunk);
        (name === 'stdout' ? this.#stdout : this.#stderr).push(chunk);
        lines?.push(chunk);
      });
      child[name]?.on('end', () => lines?.end());
    }
    // A reader that went away is told by its exit, not by a failing write.
    child.stdin?.on('error', () => {});
    if (options.input !== undefined) this.write(options.input);
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.exit = { code, signal };
        this.#endedAt = ticksSinceBoot();
        resolve(this.exit);
      });
    });
    this.exited = this.#whenRead();
    live.add(this);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** The end of stdout and stderr, safe to show. */
  get tail(): string {
    return readableTail(this.#tail.text);
  }

  /** The last megabytes of stdout, as they came. */
  get stdout(): string {
    return this.#stdout.text;
  }

  /** The last megabytes of stderr, as they came. */
  get stderr(): string {
    return this.#stderr.text;
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** The live processes of its tree. */
  members(): number[] {
    return membersOf(this.pid, this.#mark, this.#endedAt);
  }

  /** Those of them that are below no other: the process itself and what detached itself from it (daemons). */
  roots(): number[] {
    return rootsAmong(this.members());
  }

  /** To the process itself only. */
  signal(signal: NodeJS.Signals): void {
    if (this.exit === null) sendSignal(this.pid, signal);
  }

  /** To every process of its group at once: all but what detached itself from it. */
  signalGroup(signal: NodeJS.Signals): void {
    if (this.exit === null) sendSignal(-this.pid, signal);
  }

  /** To every process of the tree. */
  kill(signal: NodeJS.Signals): void {
    for (const pid of this.members()) sendSignal(pid, signal);
  }

  /**
   * Ends the whole tree: SIGTERM, a grace, SIGKILL. Never rejects; may be called again and after the end, when it
   * ends what the process left behind.
   */
  async stop(graceSeconds = 3): Promise<void> {
    const asked = this.members();
    for (const pid of asked) sendSignal(pid, 'SIGTERM');
    // What is stopped would not hear it.
    for (const pid of asked) sendSignal(pid, 'SIGCONT');
    await passed(graceSeconds, () => asked.every((pid) => !isAlive(pid)));
    await passed(killSeconds, () => {
      const left = this.members();
      for (const pid of left) sendSignal(pid, 'SIGKILL');
      return left.length === 0;
    });
    // What it printed last may still be in the pipes.
    if (this.members().length === 0) await this.exited;
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    this.#child.stdin?.destroy();
    live.delete(this);
  }

  async #whenRead(): Promise<Exit> {
    const read = new Promise((resolve) => this.#child.once('close', resolve));
    const exit = await this.ended;
    // A descendant may hold the pipes open for ever: what is in them by now is enough. Where nothing ran for as long, timers
    // come before what is to be read.
    const lateEnough = sleep(200, undefined, { ref: false }).then(() => setImmediate());
    await Promise.race([read, lateEnough]);
    return exit;
  }
}

/** Starts a program. @throws MeasureError when it cannot be started */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const [program, ...parameters] = options.words;
  const mark = `${ownMark}-${randomBytes(8).toString('hex')}`;
  guard(`${markVariable}=${ownMark}`);
  const child = spawn(program as string, parameters, {
    cwd: options.cwd,
    env: { ...options.environment, [markVariable]: mark },
    // A session and a process group of its own: a terminal's Ctrl-C reaches only us, and we end it in order.
    detached: true,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) return new RunningProcess(child, mark, options);
  const error = await new Promise<Error>((resolve) => child.once('error', resolve));
  throw new MeasureError(`cannot run ${program} in ${options.cwd}: ${error.message}`);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}

/** Waits until `condition` holds, at most `seconds`. */
async function passed(seconds: number, condition: () => boolean): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!condition() && performance.now() < end) await sleep(pollMilliseconds);
}
