/** From what the user named to two folders that can be built and run, and back to a clean repository. */
import type { Ref, Side } from '../bundle/schema.js';
import type { Progress } from './progress.js';

export interface SidesRequest {
  /** Folder the tool was started in; below a git repository each side's root is the same subfolder of its worktree. */
  readonly cwd: string;
  /** A git ref or `dir:PATH`; null: the merge-base of HEAD and the default branch. */
  readonly base: string | null;
  /** A git ref or `dir:PATH`; null: HEAD. */
  readonly head: string | null;
  /** A unified diff: head is base with it applied. */
  readonly patch: string | null;
  /** Where worktrees and copies are put. */
  readonly out: string;
}

export interface PreparedSides {
  readonly refs: Readonly<Record<Side, Ref>>;
  /** What the reader of the report must know about the sides. */
  readonly notes: readonly string[];
  /** Removes worktrees and copies; call it however the run ended. */
  dispose(): Promise<void>;
}

export async function prepareSides(_request: SidesRequest, _progress: Progress): Promise<PreparedSides> {
  throw new Error('under construction');
}
