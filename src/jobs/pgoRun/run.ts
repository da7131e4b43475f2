/** Profiles for compilers, from the repository to what is published: captured, built with, validated. */
import { openCollector } from '../../capture/collector.js';
import { type PgoPlan, pgoPlansOf } from '../../config/pgo.js';
import type { WorkloadPlan } from '../../config/plan.js';
import type { PgoResult, ProfileResult } from '../../pgo/result.js';
import { tool } from '../../version.js';
import { makeOwnFolder } from '../../workload/ownFolder.js';
import { Variants } from '../../workload/variants.js';
import { readConfigs } from '../configuration.js';
import { environmentOf } from '../gate.js';
import type { Log } from '../log.js';
import { makeFolder } from '../output.js';
import { type PgoPaths, pgoPaths, writePgoReports } from './output.js';
import { makeProfile } from './profile.js';

export interface PgoRunOptions {
  /** Folder the tool was started in; absolute. */
  readonly cwd: string;
  /** Configuration file; null: `.profbound.yml`. */
  readonly config: string | null;
  /** What is built: a git ref or `dir:PATH`; null: HEAD. */
  readonly ref: string | null;
  /** Output folder; absolute. */
  readonly out: string;
  /** Names of the workloads whose profiles are made; empty: all with `pgo:`. */
  readonly workloads: readonly string[];
  /** Overrides the configuration's backend. */
  readonly backend: 'auto' | 'bpf' | 'perf' | null;
  readonly log: Log;
  /** Aborted with an InterruptedError as reason. */
  readonly signal: AbortSignal;
}

export interface PgoRunOutcome {
  readonly result: PgoResult;
  readonly exitCode: 0 | 1 | 4;
  readonly paths: PgoPaths;
}

/**
 * Makes every profile the configuration asks for. Captures and comparisons stay in the output folder however it ends;
 * folders that were built in, services and collectors do not.
 * @throws UsageError or InterruptedError; what fails of one profile is in its result
 */
export async function runPgo(options: PgoRunOptions): Promise<PgoRunOutcome> {
  makeFolder(options.out);
  makeOwnFolder(pgoPaths(options.out).published);
  const variants = await Variants.of(options);
  try {
    const ref = await variants.ref('none', variants.name);
    const { configs } = readConfigs(options.cwd, options.config, { base: ref, head: ref });
    const plans = pgoPlansOf(configs.head, options.workloads).map((plan) =>
      withBackend(plan, options.backend),
    );
    const collector = await openCollector();
    const workloads = plans.flatMap(({ workload, captured }) => [workload, ...captured]);
    const notes = [...variants.notes];
    const note = (text: string): void => {
      notes.push(text);
      options.log.warn(text);
    };
    const run = {
      schema: 'profbound/pgo@1' as const,
      tool,
      startedAt: new Date().toISOString(),
      ref,
      environment: environmentOf({ workloads }, configs.head),
      notes,
    };
    for (const note of variants.notes) options.log.line(`note: ${note}`);
    const config = { path: configs.head.path, text: configs.head.text };
    const profiles: ProfileResult[] = [];
    for (const [index, plan] of plans.entries()) {
      if (index > 0) await variants.reset();
      profiles.push(await makeProfile(plan, { ...options, variants, collector, run, config, note }));
    }
    const result: PgoResult = { ...run, profiles };
    return { result, exitCode: exitCodeOf(profiles), paths: writePgoReports(result, options.out) };
  } catch (error) {
    // After an abort, whatever fails fails because of it.
    throw options.signal.aborted ? options.signal.reason : error;
  } finally {
    await variants.dispose();
  }
}

/** 0 published or kept, 1 kept where that is to fail, 4 too few samples to tell, or it could not be measured. */
function exitCodeOf(profiles: readonly ProfileResult[]): 0 | 1 | 4 {
  if (profiles.some(({ next, failure }) => next === null || failure?.step === 'measure')) return 4;
  return profiles.some(({ decision, onNoGain }) => decision === 'kept' && onNoGain === 'fail') ? 1 : 0;
}

function withBackend(plan: PgoPlan, backend: PgoRunOptions['backend']): PgoPlan {
  if (backend === null) return plan;
  const on = (workload: WorkloadPlan): WorkloadPlan => ({
    ...workload,
    capture: { ...workload.capture, backend },
  });
  return { ...plan, workload: on(plan.workload), captured: plan.captured.map(on) };
}
