/** In which files stacks break off: in those it has to be mended that their callers are not known. */
import type { Profile } from './model.js';
import { shorten } from './names.js';
import { mappingName } from './naming/homes.js';

/**
 * Causes of incomplete stacks that lie in a file, and the frame that the collector puts in the place of the callers. The
 * codes are those of native/src/profile/causes.def, the frames those of causes.c.
 */
export const breakFrames = {
  frame_pointer_chain_ended: '[frame pointer chain ended]',
  no_unwind_information: '[no unwind information]',
  stack_not_rising: '[stack does not rise]',
} as const;

export interface Break {
  /** A code of `breakFrames`. */
  readonly cause: string;
  /** Name of the file of the last frame that was reached, without its folder. */
  readonly file: string;
  readonly samples: number;
}

const causeOf = new Map<string, string>(Object.entries(breakFrames).map(([cause, frame]) => [frame, cause]));

/** Stacks that break off in a file, by cause and file; what the kernel, generated code and no file at all end is left out. */
export function breaksOf({ frames, samples }: Profile): Break[] {
  const causes = frames.map(({ name }) => causeOf.get(name));
  const sums = new Map<string, Break>();
  for (const { stack, count } of samples) {
    const cause = causes[stack.at(-1) ?? -1];
    const mapping = cause === undefined ? '' : (frames[stack.at(-2) ?? -1]?.mapping ?? '');
    if (cause === undefined || mapping === '' || mapping.startsWith('[')) continue;
    const file = mappingName(shorten(mapping));
    const key = `${cause} ${file}`;
    sums.set(key, { cause, file, samples: (sums.get(key)?.samples ?? 0) + count });
  }
  return [...sums.values()];
}
