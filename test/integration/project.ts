/** A small project in a temporary folder, and running the command line on it as a child process. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type BundleManifest, bundleSchema } from '../../src/bundle/schema.js';
import { type Result, resultSchema } from '../../src/verdict/result.js';

const cli = join(process.cwd(), 'dist', 'cli.js');

/** How a run of the command line ended. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<Run>;
  /** Resolves when standard error has this text; rejects when the run ends without it. */
  saying(text: string): Promise<void>;
}

export interface StartOptions {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** User and group to run as. */
  readonly user?: number;
  readonly program?: string;
}

export function startCli(words: readonly string[], options: StartOptions): RunningCli {
  const child = spawn(process.execPath, [options.program ?? cli, ...words], {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.user === undefined ? {} : { uid: options.user, gid: options.user }),
  });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<Run>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    child,
    ended,
    saying: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (stderr.includes(text)) resolve();
        };
        listeners.add(look);
        look();
        void ended.then((run) => reject(new Error(`it never said ${text}: ${run.stderr}`)));
      }),
  };
}

export function runCli(words: readonly string[], options: StartOptions): Promise<Run> {
  return startCli(words, options).ended;
}

/** A service whose `work` takes `rounds` of a loop for each request; `extra` runs at its start. */
export function service(rounds: number, extra = ''): string {
  return `const { createServer } = require('node:http');
function work(rounds) {
  let sum = 0;
  for (let round = 0; round < rounds; round++) sum = (sum * 31 + round) % 65537;
  return sum;
}
${extra}
createServer((request, response) => response.end(request.url === '/healthz' ? 'ok' : String(work(${rounds}))))
  .listen(Number(process.argv[2]), '127.0.0.1');
`;
}

/**
 * Of `gate`, where requests of head take much longer: it serves fewer, and what happens by time, or runs in a lower tier of a
 * JIT compiler until it was called often, does cost each of them more. That is true of functions that take little.
 */
export const nothingSmall = { function: { min_share: '5%' } };

/** Of a workload of which nothing is to be proven: as quick as it gets. */
export const brief = { warmup: '0s', capture: { seconds: 0.2 } };

/** A workload that a gate measures in a few seconds. Values given as null are left out. @param gate more keys of `gate` */
export function configuration(
  workload: Readonly<Record<string, unknown>> = {},
  gate: Readonly<Record<string, unknown>> = {},
): string {
  const usual = {
    start: 'exec node --perf-basic-prof --interpreted-frames-native-stack service.cjs ${PORT}',
    ready: 'http://127.0.0.1:${PORT}/healthz',
    warmup: '150ms',
    // As fast as answers come: a machine busy with other tests could not keep a rate.
    load: { http: 'http://127.0.0.1:${PORT}/', connections: 2 },
  };
  const merged = Object.fromEntries(
    Object.entries({ ...usual, ...workload }).filter(([, value]) => value !== null),
  );
  // JSON is YAML.
  return `${JSON.stringify(
    { version: 1, workloads: { api: merged }, capture: { seconds: 0.4 }, gate: { max_pairs: 4, ...gate } },
    null,
    2,
  )}\n`;
}

/** Fails with what the run said when it ended otherwise. */
export function expectCode(run: Run, code: number): void {
  if (run.code !== code)
    throw new Error(`exit code ${run.code} instead of ${code}:\n${run.stdout}\n${run.stderr}`);
}

export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'profbound-test-'));

  write(files: Readonly<Record<string, string>>): this {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
    return this;
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  git(...words: readonly string[]): string {
    const identity = [
      '-c',
      'user.name=test',
      '-c',
      'user.email=test@example.org',
      '-c',
      'init.defaultBranch=main',
    ];
    const { status, stdout, stderr } = spawnSync('git', [...identity, ...words], {
      cwd: this.folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`git ${words.join(' ')}: ${stderr}`);
    return stdout.trim();
  }

  /** Commits everything; answers with the commit. */
  commit(message: string): string {
    this.git('add', '-A');
    this.git('commit', '-q', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  gate(...words: readonly string[]): Promise<Run> {
    return this.gateIn('', ...words);
  }

  /** A gate started in a subfolder. */
  gateIn(folder: string, ...words: readonly string[]): Promise<Run> {
    return runCli(['gate', '--out', 'out', ...words], { cwd: this.path(folder) });
  }

  result(out = 'out'): Result {
    return resultSchema.parse(JSON.parse(this.read(`${out}/result.json`)));
  }

  bundle(): BundleManifest {
    return bundleSchema.parse(JSON.parse(this.read('out/bundle/bundle.json')));
  }

  /**
   * What a run may not leave: processes that run in this folder or name it (a BPF program lives no longer than the
   * collector that loaded it), worktrees, copies of the sides.
   */
  remains(): string[] {
    const processes = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && this.#concerns(pid));
    const folders = ['out/worktrees', 'out/sides'].filter((folder) => existsSync(this.path(folder)));
    const worktrees = existsSync(this.path('.git')) ? this.git('worktree', 'list').split('\n').slice(1) : [];
    return [...processes.map((pid) => `process ${pid}`), ...folders, ...worktrees];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #concerns(pid: string): boolean {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return words.includes(this.folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(this.folder);
    } catch {
      // It ended meanwhile, or belongs to the system.
      return false;
    }
  }
}
