/** Where a published profile comes from and what is proven of it: the file beside it. */
import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import type { Environment } from '../bundle/schema.js';
import type { Bounded } from '../verdict/result.js';
import type { PgoFormat } from './formats.js';
import type { PgoBuild, PgoResult, PgoSamples, ProfileResult } from './result.js';

export interface Provenance {
  readonly schema: 'profbound/pgo-provenance@1';
  readonly tool: PgoResult['tool'];
  readonly createdAt: string;
  readonly profile: {
    readonly path: string;
    readonly format: PgoFormat;
    readonly bytes: number;
    readonly sha256: string;
    readonly functions: number;
  };
  /** What was built; commit is null for a plain folder. */
  readonly source: { readonly name: string; readonly commit: string | null };
  /** The program built without a profile: the samples were taken in it or, from elsewhere, matched with it. */
  readonly binary: { readonly buildId: string; readonly compiler: string | null; readonly bytes: number };
  readonly samples: PgoSamples & { readonly binaryShare: number; readonly describedShare: number };
  readonly environment: Environment;
  readonly match: ProfileResult['match'];
  readonly stability: ProfileResult['stability'];
  readonly consumption: ProfileResult['consumption'];
  /**
   * Parts of the CPU time per unit of work. The bounds hold across runs, and across builds of the same source where more than
   * one code layout a side was compared; of one they are right for these programs alone.
   */
  readonly saves: readonly {
    readonly comparedWith: 'no profile' | 'the last accepted profile';
    readonly saving: Bounded;
    readonly pairs: number;
    /** Builds a side. */
    readonly layouts: number;
    readonly workload: string;
  }[];
}

/** Where the provenance of a profile stands. */
export function provenanceFile(profile: string): string {
  return `${profile}.provenance.json`;
}

/** The provenance of a profile of which nothing is proven: the program it was captured of. */
export function buildProvenance(buildId: string): string {
  return `${JSON.stringify({ schema: 'profbound/pgo-build@1', binary: { buildId } }, null, 2)}\n`;
}

/** Of the program a profile was captured of; null where there is no provenance, or it does not say. */
export function readBuildId(file: string): string | null {
  if (!existsSync(file)) return null;
  try {
    const known = z.object({ binary: z.object({ buildId: z.string().max(1000) }) });
    return known.parse(JSON.parse(readFileSync(file, 'utf8'))).binary.buildId;
  } catch {
    return null;
  }
}

/** @throws Error for a profile that was not published */
export function provenanceOf(profile: ProfileResult, run: Omit<PgoResult, 'profiles'>): Provenance {
  const { next, samples, builds, comparisons, path, format, workload } = profile;
  const measured = builds.find(({ variant }) => variant === 'none');
  if (next === null || samples === null || measured === undefined)
    throw new Error('a published profile was built with');
  const { buildId, compiler, bytes } = measured as PgoBuild;
  return {
    schema: 'profbound/pgo-provenance@1',
    tool: run.tool,
    createdAt: run.startedAt,
    profile: { path, format, bytes: next.bytes, sha256: next.sha256, functions: next.functions },
    source: { name: run.ref.name, commit: run.ref.commit },
    binary: { buildId, compiler, bytes },
    samples: {
      ...samples,
      binaryShare: samples.inBinary / samples.all,
      describedShare: next.describedShare,
    },
    environment: run.environment,
    match: profile.match,
    stability: profile.stability,
    consumption: profile.consumption,
    saves: comparisons.map(({ with: other, saving, gate }) => ({
      comparedWith: other === 'none' ? 'no profile' : 'the last accepted profile',
      saving,
      pairs: gate.pairs,
      layouts: gate.layouts?.builds ?? 1,
      workload,
    })),
  };
}
