/** How a drawing is to be read, by view; scripts change the words with the view. */

/** Which way the tree stands. */
export const flameOrder = {
  calls: 'Called functions stand below their callers.',
  callers: 'The functions that spend the time stand on top, below each the callers it was spent for.',
} as const;

/** Whose costs the width is. */
export const flameSide = {
  both: 'the larger of base and head',
  base: 'of base alone',
  head: 'of head alone',
} as const;
