/** What was probably meant by a word that is unknown. */
import { closestMatch } from 'leven';

/**
 * The known word that differs least from what was typed, in at most a third of its letters (rounded up) and three at
 * most; null when none is that close: an unrelated suggestion is worse than none.
 */
export function suggest(typed: string, known: readonly string[]): string | null {
  const maxDistance = Math.min(3, Math.ceil(typed.length / 3));
  return closestMatch(typed, [...known], { maxDistance }) ?? null;
}
