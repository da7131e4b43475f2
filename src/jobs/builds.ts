/** Builds what will be measured: each side once, or in several code layouts. */
import { type Ref, type Side, sides } from '../bundle/schema.js';
import { layoutSeed, strayedSeedError } from '../config/layouts.js';
import type { WorkloadPlan } from '../config/plan.js';
import type { SideSource } from '../experiment/run.js';
import { buildSide } from '../workload/build.js';
import { codeLayout } from '../workload/elfLayout.js';
import { copyLayouts, type LayoutFolders, removeLayouts, seedOf } from '../workload/layouts.js';
import type { Log } from './log.js';

export interface Builds {
  /** Where a workload's sides were built. */
  sourcesOf(workload: WorkloadPlan): Readonly<Record<Side, SideSource>>;
  /** Folders of a workload's builds; null where each side has one. */
  layoutsOf(workload: WorkloadPlan): LayoutFolders | null;
  /** What the reader of the report must know about them. */
  readonly notes: readonly string[];
}

export interface BuildOptions {
  /** Output folder; absolute. */
  readonly out: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Builds base, then head; workloads that share a build command share its run.
 * @throws MeasureError when a build fails
 */
export async function buildAll(
  workloads: readonly WorkloadPlan[],
  refs: Readonly<Record<Side, Ref>>,
  options: BuildOptions,
): Promise<Builds> {
  const most = Math.max(1, ...workloads.map(({ layouts }) => layouts));
  const folders = most > 1 ? await copyLayouts(refs, most, options.out) : null;
  const layoutsOf = ({ layouts }: WorkloadPlan): LayoutFolders | null =>
    folders === null || layouts === 1
      ? null
      : { base: folders.base.slice(0, layouts), head: folders.head.slice(0, layouts) };
  for (const side of sides) {
    const built = new Set<string>();
    for (const workload of workloads) {
      for (const build of buildsOf(workload, side, layoutsOf(workload)?.[side] ?? null, refs[side].root)) {
        const identity = JSON.stringify([build.command, build.root, workload.environment]);
        if (built.has(identity)) continue;
        built.add(identity);
        const environment = { ...workload.environment, ...build.seed };
        await buildSide(build.what, build.command, build.root, environment, options.log, options.signal);
      }
    }
  }
  const notes = folders === null ? [] : sides.flatMap((side) => alikeNote(side, folders[side]));
  for (const note of notes) options.log.warn(note);
  return {
    notes,
    layoutsOf,
    sourcesOf(workload) {
      const layouts = layoutsOf(workload);
      if (layouts === null) return refs;
      const source = (side: Side) => ({ root: layouts[side][0] as string, layouts: layouts[side] });
      return { base: source('base'), head: source('head') };
    },
  };
}

/** Removes the copies that were built in, if there are any. */
export function removeBuilds({ out }: Pick<BuildOptions, 'out'>): void {
  removeLayouts(out);
}

interface Build {
  readonly what: string;
  readonly command: string;
  readonly root: string;
  readonly seed: Readonly<Record<string, string>>;
}

function buildsOf(
  workload: WorkloadPlan,
  side: Side,
  layouts: readonly string[] | null,
  root: string,
): Build[] {
  const command = workload.sides[side].build;
  if (command === null) return [];
  const seed = (layout: number) => ({ [layoutSeed]: String(seedOf(side, layout)) });
  if (layouts === null) {
    // The other side has no layouts: the one build is the first of those there would be.
    return [{ what: side, command, root, seed: strayedSeedError(command) === null ? {} : seed(1) }];
  }
  return layouts.map((folder, index) => ({
    what: `${side}, layout ${index + 1} of ${layouts.length}`,
    command,
    root: folder,
    seed: seed(index + 1),
  }));
}

/** Builds that do not differ in layout tell nothing of it. */
function alikeNote(side: Side, folders: readonly string[]): string[] {
  const distinct = new Set(folders.map(codeLayout));
  if (distinct.has(null)) {
    return [
      `build.layouts: no program below the folder of ${side} was built, so its layouts cannot be told apart: build in the folder itself, or measure without layouts`,
    ];
  }
  if (distinct.size === folders.length) return [];
  const how = distinct.size === 1 ? 'all have the same' : `have only ${distinct.size} different`;
  return [
    `build.layouts: the ${folders.length} builds of ${side} ${how} code layout${distinct.size === 1 ? '' : 's'}: does \${LAYOUT_SEED} reach the linker?`,
  ];
}
