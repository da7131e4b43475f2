/** `${LAYOUT_SEED}` in a build command, and layouts, which give it values: one makes no sense without the other. */
import type { WorkloadConfig } from './schema.js';

/** Name of the variable that is another number in each build of a side. */
export const layoutSeed = 'LAYOUT_SEED';

/** What is wrong with a build command that is run in one layout only; null when nothing is. */
export function strayedSeedError(command: string): string | null {
  // `${LAYOUT_SEED:-1}` says itself what it is without layouts.
  return /\$(LAYOUT_SEED\b|\{LAYOUT_SEED\})/.test(command)
    ? `uses \${LAYOUT_SEED} and has no layouts: write { command: ${JSON.stringify(command)}, layouts: 8 }`
    : null;
}

/** What is wrong with a build command that is run in several layouts; null when nothing is. */
export function seedlessError(command: string): string | null {
  return /\$\{?LAYOUT_SEED\b/.test(command)
    ? null
    : 'does not use ${LAYOUT_SEED}, so that every layout would be the same build: hand it to the linker, for instance make LAYOUT=${LAYOUT_SEED}';
}

/** A workload's build as a command and the number of layouts; 1 where none are asked for. */
export function layoutsOf({ build }: WorkloadConfig): { command: string | null; layouts: number } {
  if (typeof build === 'object') return build;
  return { command: build ?? null, layouts: 1 };
}
