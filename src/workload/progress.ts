/** Where building and measuring say what they are doing; a job's log has this shape. */
export interface Progress {
  /** Progress and facts. */
  line(text: string): void;
  /** Something the user should mend although the run goes on. */
  warn(text: string): void;
}
