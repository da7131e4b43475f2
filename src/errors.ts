/** The ways a run can end other than with a verdict, each with its exit code. */

/** The configuration or the command line is wrong: what, where, and what was meant. Exit code 3. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode = 3;
}

/** The software under test or the machine did not let us measure. Exit code 4. */
export class MeasureError extends Error {
  override readonly name = 'MeasureError';
  readonly exitCode = 4;
  /**
   * @param message one sentence: what failed and where
   * @param detail  what the failing program printed last, shown below the message
   */
  constructor(
    message: string,
    readonly detail = '',
  ) {
    super(message);
  }
}

/** A signal ended the run; what was finished is kept. Exit code 128 + signal number, as shells report it. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly exitCode: number;
  constructor(readonly signal: 'SIGINT' | 'SIGTERM') {
    super(`interrupted by ${signal}`);
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}
