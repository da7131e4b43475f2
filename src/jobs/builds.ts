/** Builds what will be measured: each side once, or in several code layouts. */
import { type Ref, type Side, sides } from '../bundle/schema.js';
import { layoutSeed, strayedSeedError } from '../config/layouts.js';
import type { WorkloadPlan } from '../config/plan.js';
import type { SideSource } from '../experiment/run.js';
import { buildSide } from '../workload/build.js';
import { codeLayout } from '../workload/elfLayout.js';
import {
  copyFirstLayout,
  copyLayouts,
  type LayoutFolders,
  removeLayouts,
  seedOf,
} from '../workload/layouts.js';
import type { Log } from './log.js';

export interface Builds {
  /** Where a workload's sides were built. */
  sourcesOf(workload: WorkloadPlan): Readonly<Record<Side, SideSource>>;
  /** Folders that each build was compiled in, which its profiles name: with `relink` one for all; null where each side has one build. */
  compiledIn(workload: WorkloadPlan): LayoutFolders | null;
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
    const build = async (workload: WorkloadPlan, { what, command, root, seed }: Build): Promise<void> => {
      const identity = JSON.stringify([command, root, seed, workload.environment]);
      if (built.has(identity)) return;
      built.add(identity);
      const environment = { ...workload.environment, ...seed };
      await buildSide(what, command, root, environment, options.log, options.signal);
    };
    if (folders !== null) await relinkAll(workloads, side, folders[side], build, options);
    for (const workload of workloads) {
      const layouts = layoutsOf(workload)?.[side] ?? null;
      if (layouts !== null && workload.sides[side].relink !== undefined) continue;
      for (const one of buildsOf(workload, side, layouts, refs[side].root)) await build(workload, one);
    }
  }
  const notes = folders === null ? [] : sides.flatMap((side) => alikeNote(side, folders[side]));
  for (const note of notes) options.log.warn(note);
  return {
    notes,
    compiledIn(workload) {
      const layouts = layoutsOf(workload);
      const of = (side: Side, own: readonly string[]) =>
        workload.sides[side].relink === undefined ? own : own.map(() => own[0] as string);
      return layouts && { base: of('base', layouts.base), head: of('head', layouts.head) };
    },
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

/**
 * Builds once and links again for every layout, all in the folder of the first: what tools wrote down there of where they
 * are stays true. Each of the other folders becomes a copy of it.
 */
async function relinkAll(
  workloads: readonly WorkloadPlan[],
  side: Side,
  folders: readonly string[],
  build: (workload: WorkloadPlan, one: Build) => Promise<void>,
  { out }: BuildOptions,
): Promise<void> {
  const root = folders[0] as string;
  const relinked = workloads.filter(({ layouts, sides }) => layouts > 1 && sides[side].relink !== undefined);
  for (const workload of relinked) {
    await build(workload, { what: side, command: workload.sides[side].build as string, root, seed: {} });
  }
  if (relinked.length === 0) return;
  for (let layout = folders.length; layout >= 1; layout--) {
    for (const workload of relinked.filter(({ layouts }) => layouts >= layout)) {
      const what = `${side}, layout ${layout} of ${workload.layouts}`;
      const command = workload.sides[side].relink as string;
      await build(workload, { what, command, root, seed: seedFor(side, layout) });
    }
    if (layout > 1) await copyFirstLayout(side, layout, out);
  }
}

function buildsOf(
  workload: WorkloadPlan,
  side: Side,
  layouts: readonly string[] | null,
  root: string,
): Build[] {
  const { build: command, relink } = workload.sides[side];
  if (command === null) return [];
  if (layouts === null) {
    // The other side has no layouts: the one build is the first of those there would be.
    const commands = relink === undefined ? [command] : [command, relink];
    return commands.map((each) => ({
      what: side,
      command: each,
      root,
      seed: strayedSeedError(each) === null ? {} : seedFor(side, 1),
    }));
  }
  return layouts.map((folder, index) => ({
    what: `${side}, layout ${index + 1} of ${layouts.length}`,
    command,
    root: folder,
    seed: seedFor(side, index + 1),
  }));
}

function seedFor(side: Side, layout: number): Build['seed'] {
  return { [layoutSeed]: String(seedOf(side, layout)) };
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
