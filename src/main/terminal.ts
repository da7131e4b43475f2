/** The terminal of one run: progress and errors on standard error, results on standard output, signals. */
import { relative } from 'node:path';
import { InterruptedError, MeasureError } from '../errors.js';
import { visibleLines } from '../report/escape/visible.js';
import { renderJson } from '../report/json.js';
import { renderTerminal } from '../report/terminal.js';
import type { Terminal } from './command.js';

/** The terminal of this process; installs its signal handlers. */
export function openTerminal(): Terminal {
  const { stdout, stderr } = process;
  // A reader that has seen enough (`| head`) is no error.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 4));
  const style = { color: isColoured(stdout), width: stdout.columns ?? 100 };
  return {
    cwd: process.cwd(),
    signal: signalOfInterrupts(),
    line: (text) => void stderr.write(`${text}\n`),
    warn: (text) => void stderr.write(`${paint('33', 'warning:', stderr)} ${text}\n`),
    shown(path) {
      const below = relative(process.cwd(), path);
      return below === '' || below.startsWith('..') ? path : below;
    },
    print: (text) => void stdout.write(text),
    style,
    printResult(result, asJson) {
      stdout.write(asJson ? renderJson(result) : renderTerminal(result, style));
    },
  };
}

/** Says on standard error what ended the run, and answers with its exit code. */
export function explain(error: unknown): number {
  const known = error as { name?: unknown; exitCode?: unknown; message?: unknown };
  if (typeof known?.exitCode !== 'number') {
    // Not one of the ways a run may end: whoever mends it needs the stack.
    process.stderr.write(`profbound: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 4;
  }
  process.stderr.write(
    `${paint('31', 'profbound:', process.stderr)} ${visibleLines(String(known.message))}\n`,
  );
  if (error instanceof MeasureError && error.detail.trim() !== '') {
    process.stderr.write(`${error.detail.trimEnd().replace(/^/gm, '    ')}\n`);
  }
  return known.exitCode;
}

function signalOfInterrupts(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const reason = new InterruptedError(signal);
      if (controller.signal.aborted) process.exit(reason.exitCode);
      process.stderr.write('stopping; once more to leave at once\n');
      controller.abort(reason);
    });
  }
  return controller.signal;
}

function paint(style: string, text: string, stream: NodeJS.WriteStream): string {
  return isColoured(stream) ? `\x1b[${style}m${text}\x1b[0m` : text;
}

/** Colour for people only: on a terminal, unless NO_COLOR (no-color.org) is set to anything. */
function isColoured(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb';
}
