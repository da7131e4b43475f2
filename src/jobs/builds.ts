/** Builds what will be measured: each side once, or in several code layouts. */
import { type Ref, type Side, sides } from '../bundle/schema.js';
import { layoutSeed, strayedSeedError } from '../config/layouts.js';
import type { WorkloadPlan } from '../config/plan.js';
import type { SideSource } from '../experiment/run.js';
import { buildSide } from '../workload/build.js';
import { codeLayout } from '../workload/elfLayout.js';
import {
  Copies,
  makeLayoutsFolder,
  removeLayouts,
  Shelf,
  type SideLayouts,
  seedOf,
} from '../workload/layouts.js';
import type { Log } from './log.js';

export interface Builds {
  /** Where a workload's sides were built; of several layouts the first one is ready to run. */
  sourcesOf(workload: WorkloadPlan): Readonly<Record<Side, SideSource>>;
  /** Folders that each build runs in; null where each side has one. */
  rootsOf(workload: WorkloadPlan): Readonly<Record<Side, readonly string[]>> | null;
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
  if (workloads.some(hasLayouts)) makeLayoutsFolder(options.out);
  // Both sides may be one folder: nothing is built before all of it is copied.
  const places = {
    base: await makePlaces('base', refs.base, workloads, options),
    head: await makePlaces('head', refs.head, workloads, options),
  };
  for (const side of sides) {
    const done = new Set<string>();
    const run: RunStep = async ({ environment }, { what, command, root, seed }) => {
      const identity = JSON.stringify([command, root, seed, environment]);
      if (done.has(identity)) return;
      done.add(identity);
      await buildSide(what, command, root, { ...environment, ...seed }, options.log, options.signal);
    };
    const { shelf } = places[side];
    if (shelf !== null) await fillShelf(shelf, side, workloads, run);
    for (const workload of workloads) {
      const layouts = layoutsOf(workload, side, places[side]);
      if (layouts !== null && layouts === shelf) continue;
      for (const step of stepsOf(workload, side, layouts, refs[side].root)) await run(workload, step);
    }
  }
  const notes = sides.flatMap((side) => alikeNotes(side, places[side]));
  for (const note of notes) options.log.warn(note);
  const layoutsIn = (workload: WorkloadPlan, side: Side) => layoutsOf(workload, side, places[side]);
  return {
    notes,
    rootsOf(workload) {
      const [base, head] = [layoutsIn(workload, 'base'), layoutsIn(workload, 'head')];
      if (base === null || head === null) return null;
      const own = ({ roots }: SideLayouts) => roots.slice(0, workload.layouts);
      return { base: own(base), head: own(head) };
    },
    sourcesOf(workload) {
      const source = (side: Side): SideSource => {
        const layouts = layoutsIn(workload, side);
        return layouts === null ? refs[side] : { root: layouts.use(1), layouts };
      };
      return { base: source('base'), head: source('head') };
    },
  };
}

/** Removes the copies that were built in, if there are any. */
export function removeBuilds({ out }: Pick<BuildOptions, 'out'>): void {
  removeLayouts(out);
}

/** Where the builds of one side stand that come in several layouts; null where none do. */
interface Places {
  /** Of workloads that build for each layout. */
  readonly copies: Copies | null;
  /** Of workloads that build once and link for each. */
  readonly shelf: Shelf | null;
}

const hasLayouts = ({ layouts }: WorkloadPlan): boolean => layouts > 1;

async function makePlaces(
  side: Side,
  ref: Ref,
  workloads: readonly WorkloadPlan[],
  { out }: BuildOptions,
): Promise<Places> {
  const most = (isRelinked: boolean): number =>
    Math.max(
      0,
      ...workloads
        .filter((workload) => hasLayouts(workload) && relinks(workload, side) === isRelinked)
        .map(({ layouts }) => layouts),
    );
  const [built, linked] = [most(false), most(true)];
  return {
    copies: built > 0 ? await Copies.make(side, ref, built, out) : null,
    shelf: linked > 0 ? await Shelf.make(side, ref, linked, out) : null,
  };
}

function relinks(workload: WorkloadPlan, side: Side): boolean {
  return workload.sides[side].relink !== undefined;
}

function layoutsOf(workload: WorkloadPlan, side: Side, { copies, shelf }: Places): SideLayouts | null {
  if (!hasLayouts(workload)) return null;
  return relinks(workload, side) ? shelf : copies;
}

interface BuildStep {
  readonly what: string;
  readonly command: string;
  readonly root: string;
  readonly seed: Readonly<Record<string, string>>;
}

/** Runs a step, unless an equal one was run for another workload. */
type RunStep = (workload: WorkloadPlan, step: BuildStep) => Promise<void>;

/** Builds once, and links again for every layout. */
async function fillShelf(
  shelf: Shelf,
  side: Side,
  workloads: readonly WorkloadPlan[],
  run: RunStep,
): Promise<void> {
  const { root } = shelf;
  const relinked = workloads.filter((workload) => hasLayouts(workload) && relinks(workload, side));
  for (const workload of relinked) {
    await run(workload, { what: side, command: workload.sides[side].build as string, root, seed: {} });
  }
  await shelf.fill(async (layout) => {
    for (const workload of relinked.filter(({ layouts }) => layouts >= layout)) {
      const what = `${side}, layout ${layout} of ${workload.layouts}`;
      const command = workload.sides[side].relink as string;
      await run(workload, { what, command, root, seed: seedFor(side, layout) });
    }
  });
}

function stepsOf(workload: WorkloadPlan, side: Side, layouts: SideLayouts | null, root: string): BuildStep[] {
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
  return layouts.roots.slice(0, workload.layouts).map((folder, index) => ({
    what: `${side}, layout ${index + 1} of ${workload.layouts}`,
    command,
    root: folder,
    seed: seedFor(side, index + 1),
  }));
}

/** What a build command is told of its layout. @param layout from 1 */
export function seedFor(side: Side, layout: number): BuildStep['seed'] {
  return { [layoutSeed]: String(seedOf(side, layout)) };
}

function alikeNotes(side: Side, { copies, shelf }: Places): string[] {
  return [copies?.roots ?? [], shelf?.folders ?? []].flatMap((folders) =>
    folders.length === 0 ? [] : alikeNote('build.layouts', side, folders),
  );
}

/**
 * Builds that do not differ in layout tell nothing of it.
 * @param key     what asks for them
 * @param what    what they are builds of
 * @param folders one for each
 * @returns at most one sentence
 */
export function alikeNote(
  key: 'build.layouts' | 'pgo.layouts',
  what: string,
  folders: readonly string[],
): string[] {
  const distinct = new Set(folders.map(codeLayout));
  if (distinct.has(null)) {
    return [
      `${key}: no program below the folder of ${what} was built, so its layouts cannot be told apart: build in the folder itself, or measure without layouts`,
    ];
  }
  if (distinct.size === folders.length) return [];
  const how = distinct.size === 1 ? 'all have the same' : `have only ${distinct.size} different`;
  return [
    `${key}: the ${folders.length} builds of ${what} ${how} code layout${distinct.size === 1 ? '' : 's'}: does \${LAYOUT_SEED} reach the linker?`,
  ];
}
