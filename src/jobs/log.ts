/** Where a job says what it is doing; the command line and the Action each have their own. */
export interface Log {
  /** Progress and facts. */
  line(text: string): void;
  /** Something the user should mend although the run goes on. */
  warn(text: string): void;
}
