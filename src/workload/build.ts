/** Builds one side, once, before anything is measured. */
import type { Side } from '../bundle/schema.js';
import { MeasureError } from '../errors.js';
import { programEnvironment } from './environment.js';
import { describeExit, shellWords, startProcess } from './process.js';
import type { Progress } from './progress.js';
import { unlessAborted } from './waiting.js';

/**
 * Runs a side's build command in its folder.
 * @param environment added to this process's environment
 * @throws MeasureError with the end of the build's output when it fails
 */
export async function buildSide(
  side: Side,
  command: string,
  root: string,
  environment: Readonly<Record<string, string>>,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  progress.line(`build ${side}: ${command}`);
  const building = await startProcess({
    words: shellWords(command),
    cwd: root,
    environment: programEnvironment(environment),
  });
  try {
    const exit = await unlessAborted(building.exited, signal);
    if (exit.code !== 0) {
      throw new MeasureError(
        `the build of ${side} failed (${describeExit(exit)}) in ${root}: ${command}`,
        building.tail,
      );
    }
  } finally {
    await building.stop();
  }
}
