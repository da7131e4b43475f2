/** The gate: measures base against head and judges. */
import { openBundle } from '../bundle/reader.js';
import type { BundleManifest, Environment, Ref, Side, Stop } from '../bundle/schema.js';
import { BundleWriter } from '../bundle/writer.js';
import { type Collector, openCollector } from '../capture/collector.js';
import { type ConfigFile, positionOf } from '../config/file.js';
import { unpinnedNote } from '../config/merging.js';
import type { WorkloadPlan } from '../config/plan.js';
import { type Plan, resolvePlan } from '../config/resolve.js';
import { waiversOf } from '../config/waivers.js';
import { InterruptedError, UsageError } from '../errors.js';
import { readEnvironment } from '../experiment/environment.js';
import { pilotLength } from '../experiment/pilot.js';
import { runExperiment } from '../experiment/run.js';
import { type Annotations, annotationsOf } from '../report/annotations.js';
import { changedDefinitions } from '../verdict/blame/definitions.js';
import { waiversInForce } from '../verdict/blame/waivers.js';
import { standing } from '../verdict/judge.js';
import type { Result } from '../verdict/result.js';
import { tool } from '../version.js';
import { type Placement, placeCpus } from '../workload/placement.js';
import { type PreparedSides, prepareSides } from '../workload/sides.js';
import { type Builds, buildAll, removeBuilds } from './builds.js';
import { readConfigs, type SideConfigs } from './configuration.js';
import type { Log } from './log.js';
import { type OutputPaths, outputPaths, prepareBundleFolder, removeReports, writeOutputs } from './output.js';
import { stalenessNotes } from './profileStaleness.js';
import { makeWorkloadsReadable, type ReadableWorkloads } from './runtimes.js';
import { captureSources } from './sources.js';

export interface GateOptions {
  /** Folder the tool was started in; absolute. */
  readonly cwd: string;
  /** Configuration file, each side's own; null: `.profbound.yml`. */
  readonly config: string | null;
  /** What to compare, as SidesRequest takes it. */
  readonly base: string | null;
  readonly head: string | null;
  readonly patch: string | null;
  /** Output folder; absolute. */
  readonly out: string;
  /** Names of the workloads to measure; empty: all. */
  readonly workloads: readonly string[];
  /** Overrides the configuration's backend. */
  readonly backend: 'auto' | 'bpf' | 'perf' | null;
  /** Measures all of gate.max_pairs whatever they show: what bundles of several runners are merged from. */
  readonly allPairs?: boolean;
  /** Measures something else than was configured, of the same code on both sides: a calibration. */
  readonly replan?: (plan: Plan, collector: Collector) => Plan;
  readonly log: Log;
  /** Aborted with an InterruptedError as reason. */
  readonly signal: AbortSignal;
}

export interface GateOutcome {
  readonly result: Result;
  readonly exitCode: number;
  readonly paths: OutputPaths;
  /** For the definitions of slower functions in changed files. */
  readonly annotations: Annotations;
}

/**
 * Measures every workload on both sides and judges. Finished captures stay in the bundle however it ends; worktrees,
 * services and collectors do not.
 * @throws UsageError, MeasureError or InterruptedError when it did not come to a verdict
 */
export async function runGate(options: GateOptions): Promise<GateOutcome> {
  const paths = outputPaths(options.out);
  prepareBundleFolder(paths);
  const prepared = await prepareSides(options, options.log);
  try {
    if (!options.replan) warnOfSameCommit(prepared.refs, options.log);
    const found = readConfigs(options.cwd, options.config, prepared.refs);
    const collector = await openCollector();
    const plan = planOf(options, found, collector);
    const environment = environmentOf(plan, found.configs.head);
    const builds = await buildAll(plan.workloads, prepared.refs, options);
    const stale = stalenessNotes(plan.workloads, found, builds.sourcesOf);
    const readable = await makeWorkloadsReadable(plan.workloads, builds, options.signal);
    const notes = [
      ...prepared.notes,
      ...found.notes,
      ...plan.notes,
      ...builds.notes,
      ...stale,
      ...readable.notes,
    ];
    for (const note of notes) options.log.line(`note: ${note}`);
    // Reports of an earlier run must not stand beside this run's bundle, however this run ends.
    removeReports(paths);
    const manifest = manifestOf(plan, found, prepared, builds, readable, environment, notes);
    const writer = new BundleWriter(paths.bundle, manifest);
    await measureWorkloads(readable.workloads, builds.sourcesOf, collector, writer, options);
  } catch (error) {
    // After an abort, whatever fails fails because of it.
    throw options.signal.aborted ? options.signal.reason : error;
  } finally {
    removeBuilds(options);
    await prepared.dispose();
  }
  return judgeOutput(options.out);
}

/** Judges the bundle in an output folder, and writes its reports beside it. @throws UsageError when it is broken */
export function judgeOutput(out: string): GateOutcome {
  const paths = outputPaths(out);
  const bundle = openBundle(paths.bundle);
  const result = writeOutputs(bundle, out);
  const annotations = annotationsOf(changedDefinitions(result, bundle.manifest));
  return { result, exitCode: exitCodeOf(result), paths, annotations };
}

/** 0 pass, 1 fail, 2 inconclusive where the configuration wants that to fail. */
export function exitCodeOf({ verdict, onInconclusive }: Result): 0 | 1 | 2 {
  if (verdict === 'fail') return 1;
  return verdict === 'inconclusive' && onInconclusive === 'fail' ? 2 : 0;
}

function warnOfSameCommit({ base, head }: Readonly<Record<Side, Ref>>, log: Log): void {
  if (base.commit === null || base.commit !== head.commit) return;
  log.warn(
    `base and head are the same commit, ${base.commit.slice(0, 12)}: there is no change to judge; name another base or head`,
  );
}

function planOf(options: GateOptions, { configs }: SideConfigs, collector: Collector): Plan {
  const { backend, allPairs, replan } = options;
  const plan = resolvePlan(configs.base, configs.head, options.workloads);
  const workloads = plan.workloads.map((workload) => ({
    ...workload,
    capture: { ...workload.capture, backend: backend ?? workload.capture.backend },
    allPairs: allPairs ?? false,
  }));
  if (replan) return replan({ ...plan, workloads }, collector);
  // What is to be merged learns it before it is measured.
  const unpinned = allPairs ? workloads.flatMap((workload) => unpinnedNote(workload) ?? []) : [];
  return { ...plan, workloads, notes: [...plan.notes, ...unpinned] };
}

function manifestOf(
  plan: Plan,
  { configs, waivers }: SideConfigs,
  { refs, changes }: PreparedSides,
  builds: Builds,
  { runtimes }: ReadableWorkloads,
  environment: Environment,
  notes: readonly string[],
): BundleManifest {
  return {
    schema: 'profbound/bundle@1',
    tool,
    startedAt: new Date().toISOString(),
    refs,
    config: { path: configs.head.path, text: configs.head.text },
    onInconclusive: plan.onInconclusive,
    notes: [...notes],
    changes,
    environment,
    workloads: plan.workloads.map((workload) => ({
      name: workload.name,
      policy: workload.policy,
      waivers: waiversOf(waivers, workload.name),
      load: loadOf(workload),
      captureSeconds: pilotLength(workload.capture.seconds),
      ...(workload.capture.offCpu ? { offCpu: workload.waitPolicy } : {}),
      runtimes: runtimes.get(workload.name),
      ...layoutsIn(workload, builds),
      captures: [],
      stop: null,
    })),
  };
}

function layoutsIn(
  workload: WorkloadPlan,
  builds: Builds,
): Pick<BundleManifest['workloads'][number], 'layouts'> {
  const layouts = builds.rootsOf(workload);
  return layouts === null ? {} : { layouts: { base: [...layouts.base], head: [...layouts.head] } };
}

/**
 * The machine; where workloads run on different CPUs, with all their CPU lists.
 * @throws UsageError naming the line that asks for CPUs this machine does not have
 */
export function environmentOf({ workloads }: Pick<Plan, 'workloads'>, config: ConfigFile): Environment {
  const [first = placeCpus(null, null), ...others] = workloads.map((workload) => place(workload, config));
  const lists = (name: 'service' | 'load'): string =>
    [...new Set([first, ...others].map((placement) => placement[name]))].join('; ');
  const environment = readEnvironment(first.service, first.load);
  return { ...environment, serviceCpus: lists('service'), loadCpus: lists('load') };
}

function place({ name, capture }: WorkloadPlan, config: ConfigFile): Placement {
  try {
    return placeCpus(capture.serviceCpus, capture.loadCpus);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const isOwn = config.config.workloads[name]?.capture?.cpus !== undefined;
    const written = [...(isOwn ? ['workloads', name] : []), 'capture', 'cpus'];
    throw new UsageError(`${positionOf(config, written)}: ${error.message}`);
  }
}

export function loadOf({ load }: WorkloadPlan): BundleManifest['workloads'][number]['load'] {
  if (load.kind === 'batch') return { kind: 'batch', loop: 'closed', rate: null };
  if (load.rate !== null) return { kind: load.kind, loop: 'open', rate: load.rate };
  return { kind: load.kind, loop: load.kind === 'http' ? 'closed' : 'unknown', rate: null };
}

/**
 * Measures one workload after the other; what was measured before an error is kept and says why it ended.
 * @param sourcesOf where a workload's sides are built
 */
export async function measureWorkloads(
  workloads: readonly WorkloadPlan[],
  sourcesOf: Builds['sourcesOf'],
  collector: Collector,
  writer: BundleWriter,
  { log, signal }: Pick<GateOptions, 'log' | 'signal'>,
): Promise<void> {
  const sources = captureSources(writer.directory, writer.manifest);
  const { startedAt } = writer.manifest;
  try {
    for (const workload of workloads) {
      signal.throwIfAborted();
      await runExperiment(workload, sourcesOf(workload), collector, writer, {
        progress: log,
        signal,
        decide: (measured) =>
          workload.allPairs ? 'open' : standing(waiversInForce(measured, startedAt), sources),
      });
    }
  } catch (error) {
    const stop = stopAfter(signal.aborted ? signal.reason : error);
    for (const { name, stop: earlier } of writer.manifest.workloads) {
      if (earlier === null) writer.finish(name, stop);
    }
    const kept = writer.manifest.workloads.reduce((sum, { captures }) => sum + captures.length, 0);
    if (kept > 0) {
      log.line(
        `finished captures kept in ${writer.directory}: ${kept}; profbound report ${writer.directory} shows them`,
      );
    }
    throw error;
  }
}

function stopAfter(error: unknown): Stop {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, 2000);
  return { reason: error instanceof InterruptedError ? 'interrupted' : 'error', message };
}
