/** Builds one side in one folder, before anything is measured. */
import { MeasureError } from '../errors.js';
import { programEnvironment } from './environment.js';
import { describeExit, shellWords, startProcess } from './process.js';
import type { Progress } from './progress.js';
import { unlessAborted } from './waiting.js';

/**
 * Runs a side's build command in a folder of it.
 * @param what        the side, and which of its builds, for messages
 * @param environment added to this process's environment
 * @returns what the build printed: the last megabytes of it
 * @throws MeasureError with the end of the build's output when it fails
 */
export async function buildSide(
  what: string,
  command: string,
  root: string,
  environment: Readonly<Record<string, string>>,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  progress.line(`build ${what}: ${command}`);
  const building = await startProcess({
    words: shellWords(command),
    cwd: root,
    environment: programEnvironment(environment),
  });
  try {
    const exit = await unlessAborted(building.exited, signal);
    if (exit.code !== 0) {
      throw new MeasureError(
        `the build of ${what} failed (${describeExit(exit)}) in ${root}: ${command}`,
        building.tail,
      );
    }
    return building.stdout + building.stderr;
  } finally {
    await building.stop();
  }
}
