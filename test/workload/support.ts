/** What tests against real processes share. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from '@jest/globals';
import { programEnvironment } from '../../src/workload/environment.js';
import type { Progress } from '../../src/workload/progress.js';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'profbound-test-')));
  folders.push(folder);
  return folder;
}

/** Runs git in a folder as somebody; answers with what it prints. */
export function gitIn(at: string, ...parameters: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...identity, ...parameters], {
    cwd: at,
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();
}

/** An environment by which the processes of one test can be found again. */
export class Tag {
  readonly #text = `PROFBOUND_TEST=${randomBytes(8).toString('hex')}`;

  /** The variable alone. */
  get added(): Record<string, string> {
    const [name, value] = this.#text.split('=') as [string, string];
    return { [name]: value };
  }

  get environment(): Record<string, string> {
    return programEnvironment(this.added);
  }

  /** Command lines of the live processes that carry the tag. */
  living(): string[] {
    return readdirSync('/proc').flatMap((pid) => {
      try {
        if (!/^\d+$/.test(pid) || !readFileSync(`/proc/${pid}/environ`).includes(this.#text)) return [];
        const isZombie = / Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\)/, ''));
        return isZombie ? [] : [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    });
  }
}

/** Remembers what was said. */
export class RecordedProgress implements Progress {
  readonly lines: string[] = [];
  readonly warnings: string[] = [];

  line(text: string): void {
    this.lines.push(text);
  }

  warn(text: string): void {
    this.warnings.push(text);
  }
}

/** The error an action fails with. */
export async function failure<E extends Error>(
  kind: new (...parameters: never[]) => E,
  act: () => unknown,
): Promise<E> {
  try {
    await act();
  } catch (error) {
    expect(error).toBeInstanceOf(kind);
    return error as E;
  }
  throw new Error('did not fail');
}

/** Waits until something holds that is bound to happen. */
export async function eventually(condition: () => boolean): Promise<void> {
  const end = performance.now() + 100_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The live children of this process. */
export function childProcesses(): { readonly pid: string; readonly command: string }[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /, '')
        .split(' ');
      if (state === 'Z' || Number(parent) !== process.pid) return [];
      return [{ pid, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
    } catch {
      return [];
    }
  });
}

export const never = new AbortController().signal;

/**
 * The text of a small HTTP service in Node; `node service.mjs PORT`. Routes: / does some work, /count tells how much,
 * /exit?code= and /kill?signal= end it.
 */
export const serviceSource = `
import { createServer } from 'node:http';
let count = 0;
createServer((request, response) => {
  const url = new URL(request.url, 'http://service');
  if (url.pathname === '/exit') process.exit(Number(url.searchParams.get('code')));
  if (url.pathname === '/kill') process.kill(process.pid, url.searchParams.get('signal'));
  if (url.pathname === '/count') return response.end(JSON.stringify({ work: { done: count } }));
  if (url.pathname === '/missing') { response.statusCode = 404; return response.end(); }
  count++;
  let sum = 0;
  for (let i = 0; i < 20000; i++) sum += Math.sqrt(i);
  response.end(String(sum));
}).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('now listening'));
`;
