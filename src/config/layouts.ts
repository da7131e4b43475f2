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

type LayoutBuild = Pick<Exclude<WorkloadConfig['build'], string | undefined>, 'command' | 'relink'>;

/** Whether a command is another one in each layout, whatever it does without layouts. */
export function usesSeed(command: string): boolean {
  return /\$\{?LAYOUT_SEED\b/.test(command);
}

/** What is wrong with a build in several layouts, and with which of its keys; null when nothing is. */
export function layoutBuildError({
  command,
  relink,
}: LayoutBuild): { readonly key: keyof LayoutBuild; readonly message: string } | null {
  if (relink === undefined) return usesSeed(command) ? null : seedless('command', 'make');
  if (!usesSeed(command)) return usesSeed(relink) ? null : seedless('relink', 'make relink');
  const message =
    'uses ${LAYOUT_SEED}, but beside relink it is run once for all layouts: let only relink use it';
  return { key: 'command', message };
}

function seedless(key: keyof LayoutBuild, example: string): ReturnType<typeof layoutBuildError> {
  const message = `does not use \${LAYOUT_SEED}, so that every layout would be the same build: hand it to the linker, for instance ${example} LAYOUT=\${LAYOUT_SEED}`;
  return { key, message };
}

/** A workload's build as commands and the number of layouts; 1 where none are asked for. */
export function layoutsOf({ build }: WorkloadConfig): {
  readonly command: string | null;
  readonly relink?: string | undefined;
  readonly layouts: number;
} {
  return typeof build === 'object' ? build : { command: build ?? null, layouts: 1 };
}
