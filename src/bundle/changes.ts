/** What differs between the sides' sources, stored when they were measured: whether a slower function was changed. */
import * as z from 'zod';
import { listOf } from './bounded.js';

/** Bounds of what is kept; a change beyond them says that it is cut. */
export const mostFiles = 2000;
export const mostHunks = 4000;
export const mostHeaders = 16;

const count = z.number().int().nonnegative();
const path = z.string().max(2000);
/** First and last line, both included. */
const linesSchema = z.tuple([count, count]);

/** A stretch of changed lines, as `diff -U0` has it. */
export const hunkSchema = z.object({
  /** First line and how many; of none it is the line before. */
  base: linesSchema,
  head: linesSchema,
  /**
   * Headers of what the lines lie in, innermost first, as lines of head: of a loop, of its function, of its class. A
   * function whose first line is one of them is the one that was changed.
   */
  inside: listOf(linesSchema, mostHeaders),
});
export type Hunk = z.infer<typeof hunkSchema>;

export const changedFileSchema = z.object({
  /** In head, or in base where head has it no longer. */
  path,
  kind: z.enum(['added', 'deleted', 'modified', 'renamed', 'submodule']),
  /** So many of the path's last parts tell the file from all others of head. */
  tail: z.number().int().positive(),
  /** null where it is not known which lines changed: a binary file, or one beyond the bounds. */
  hunks: listOf(hunkSchema, mostHunks).nullable(),
  /** Empty lines that came or went, alike: they change nothing, but move what stands behind. Absent where none did. */
  blanks: listOf(hunkSchema.pick({ base: true, head: true }), mostHunks).optional(),
});
export type ChangedFile = z.infer<typeof changedFileSchema>;

export const changesSchema = z.object({
  /** Where in what was compared the sides' roots are: empty, or a folder ending in a slash. */
  prefix: path,
  /** Paths are relative to what was compared. */
  files: listOf(changedFileSchema, mostFiles),
  /** Changed files beyond the bound. */
  filesLeft: count,
});
export type Changes = z.infer<typeof changesSchema>;
