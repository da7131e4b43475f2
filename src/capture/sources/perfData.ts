/** perf.data files, through the perf that is installed: their format is its own, and so are symbols. */
import { spawn } from 'node:child_process';
import type { TextReader } from '../../profile/foreign/text.js';
import { programEnvironment } from '../../workload/environment.js';
import { Lines, readableTail, Tail } from '../../workload/output.js';

/** For a file of seconds; perf may hang where it looks symbols up. */
const mostSeconds = 120;
const keptComplaint = 8 * 1024;

/**
 * Hands what `perf script` prints of a file to a reader. Inlined functions are left in those they are in: looking them up
 * takes perf minutes.
 * @throws Error with one sentence when perf is missing, cannot read the file, or prints more than `mostBytes`
 */
export function readPerfData(file: string, reader: TextReader, mostBytes: number): Promise<void> {
  const words = ['script', '--input', file, '--no-inline', '--show-lost-events'];
  const child = spawn('perf', words, {
    // Symbols are those of this machine: nothing is asked of servers.
    env: programEnvironment({ DEBUGINFOD_URLS: '', PAGER: 'cat', LC_ALL: 'C' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = new Lines((line) => reader.line(line));
  const complaint = new Tail(keptComplaint);
  let left = mostBytes;
  return new Promise((resolve, reject) => {
    const end = (error: Error | null): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      if (error === null) resolve();
      else reject(error);
    };
    const timer = setTimeout(
      () => end(new Error(`perf script did not end within ${mostSeconds} s`)),
      mostSeconds * 1000,
    );
    child.on('error', ({ message }) =>
      end(
        new Error(
          `perf cannot be run (${message}): install it (Debian: linux-perf), or give its text, perf_script`,
        ),
      ),
    );
    child.stderr.on('data', (chunk: Buffer) => complaint.push(chunk));
    child.stdout.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      try {
        if (left < 0) throw new Error(`perf script prints more than ${mostBytes} bytes of it`);
        lines.push(chunk);
      } catch (error) {
        child.stdout.removeAllListeners('data');
        end(error as Error);
      }
    });
    child.on('close', (code, signal) => {
      if (code === 0) {
        try {
          lines.end();
          end(null);
        } catch (error) {
          end(error as Error);
        }
        return;
      }
      const said = readableTail(complaint.text).split('\n').join('; ').slice(0, 500);
      end(
        new Error(`perf script failed (${signal ?? `exit code ${code}`})${said === '' ? '' : `: ${said}`}`),
      );
    });
  });
}
