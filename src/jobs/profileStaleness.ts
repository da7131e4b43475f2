/** What a change does to the profile that is committed beside the code: how much of it still speaks of the program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Side, sides } from '../bundle/schema.js';
import type { PgoConfig } from '../config/pgoSchema.js';
import type { WorkloadPlan } from '../config/plan.js';
import { MeasureError, UsageError } from '../errors.js';
import { readProfile } from '../pgo/content.js';
import { matchProfile, type ProfileMatch, sentenceOf } from '../pgo/match.js';
import { readProgram } from '../pgo/program.js';
import { percent } from '../text/format.js';
import type { SideConfigs } from './configuration.js';

/** What another build of the same code may differ by: a compiler drops lines here and there. */
const leastLowering = 0.01;
/** What of a profile is named that head has not any more. */
const mostNamed = 3;

/** Where a workload's sides were built. */
type Sources<Workload> = (workload: Workload) => Readonly<Record<Side, { readonly root: string }>>;

/**
 * A sentence for each profile, of those under `pgo:`, that a change makes speak of less of the program, with what is missing;
 * and for each that cannot be compared. A verdict does not depend on them.
 */
export function stalenessNotes<Workload extends Pick<WorkloadPlan, 'name'>>(
  workloads: readonly Workload[],
  { configs }: Pick<SideConfigs, 'configs'>,
  sourcesOf: Sources<Workload>,
): string[] {
  const seen = new Set<string>();
  return workloads.flatMap((workload) => {
    const pgo = configs.head.config.workloads[workload.name]?.pgo;
    // BOLT's are of one build alone, and every change makes another one.
    if (pgo === undefined || pgo.format === 'bolt' || seen.has(pgo.profile)) return [];
    seen.add(pgo.profile);
    const sources = sourcesOf(workload);
    try {
      const [base, head] = sides.map((side) => {
        const own = configs[side].config.workloads[workload.name]?.pgo;
        return own === undefined ? null : matchOn(side, sources[side].root, own);
      });
      return loweredNote(pgo.profile, base ?? null, head ?? null);
    } catch (error) {
      if (!(error instanceof UsageError || error instanceof MeasureError)) throw error;
      return [`it is not known how well ${pgo.profile} fits this change: ${error.message}`];
    }
  });
}

/** @throws UsageError and MeasureError that name the side */
function matchOn(side: Side, root: string, pgo: PgoConfig): ProfileMatch | null {
  try {
    return matchIn(root, pgo);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`on ${side}, ${error.message}`);
    if (error instanceof MeasureError) throw new MeasureError(`on ${side}, ${error.message}`);
    throw error;
  }
}

/** @returns null where there is no profile yet */
function matchIn(root: string, pgo: PgoConfig): ProfileMatch | null {
  const { format, profile, binary } = pgo;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(join(root, profile));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UsageError(`cannot read ${profile}: ${(error as Error).message}`);
  }
  const llvmProfdata = pgo.llvm_profdata ?? null;
  const content = readProfile(format, bytes, { name: profile, llvmProfdata });
  return matchProfile(content, readProgram(join(root, binary), format), null);
}

function loweredNote(profile: string, base: ProfileMatch | null, head: ProfileMatch | null): string[] {
  if (base === null || head === null || base.rate - head.rate < leastLowering) return [];
  const known = new Set(base.missing.map(keyOf));
  const news = head.missing.filter((missing) => !known.has(keyOf(missing))).slice(0, mostNamed);
  const named = news.map((missing) => `; ${sentenceOf(missing)}`).join('');
  return [
    `${profile} speaks of less of the program after this change: ${percent(head.rate)} of its weight finds its place, and ${percent(base.rate)} did before${named}. The compiler optimises the rest as if it had no profile, until a new one is made`,
  ];
}

function keyOf({ what, function: name, at, callee }: ProfileMatch['missing'][number]): string {
  return `${what}\0${name}\0${at}\0${callee}`;
}
