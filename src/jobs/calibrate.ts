/** What this runner can prove: records the same code on both sides, plants slowdowns, and says how gates would do. */
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { type Bundle, openBundle } from '../bundle/reader.js';
import type { BundleManifest, BundleWorkload } from '../bundle/schema.js';
import { type AnalysisOptions, analyse } from '../calibration/analysis.js';
import { type CalibrationOptions, calibrationPlan, plantedIn } from '../calibration/plan.js';
import { readRecording } from '../calibration/recording.js';
import {
  type Calibration,
  calibrationSchema,
  type PlantedGate,
  type WorkloadCalibration,
} from '../calibration/result.js';
import { commonSettings, settingsYaml } from '../calibration/settings.js';
import { parseConfig } from '../config/file.js';
import type { WorkloadPlan } from '../config/plan.js';
import { resolvePlan } from '../config/resolve.js';
import { UsageError } from '../errors.js';
import { waiversInForce } from '../verdict/blame/waivers.js';
import { completePairs } from '../verdict/captures/pairs.js';
import { judgeWorkload } from '../verdict/judge.js';
import type { Sources } from '../verdict/sources.js';
import { runGate } from './gate.js';
import type { Log } from './log.js';
import { makeFolder, writeText } from './output.js';
import { bundleFolder } from './report.js';
import { captureSources } from './sources.js';

export interface CalibrateOptions extends CalibrationOptions {
  readonly cwd: string;
  readonly config: string | null;
  /** What is measured against itself: a git ref or `dir:PATH`; null: HEAD. */
  readonly ref: string | null;
  readonly out: string;
  readonly workloads: readonly string[];
  readonly backend: 'auto' | 'bpf' | 'perf' | null;
  /** A calibration's folder or bundle that is analysed again instead of measuring; null: it is measured. */
  readonly from: string | null;
  /** Gates drawn from the recording, in each of two ways. */
  readonly gates: number;
  readonly seed: number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface CalibrateOutcome {
  readonly calibration: Calibration;
  /** Where it was written. */
  readonly file: string;
}

/**
 * Measures, keeps the bundle, and analyses it; with `from`, also what an interrupted calibration left.
 * @throws UsageError, MeasureError or InterruptedError
 */
export async function calibrate(options: CalibrateOptions): Promise<CalibrateOutcome> {
  const bundle = options.from === null ? await record(options) : openBundle(bundleFolder(options.from));
  const calibration = calibrationSchema.parse(await analyseBundle(bundle, options));
  makeFolder(options.out);
  const file = join(options.out, 'calibration.json');
  writeText(file, `${JSON.stringify(calibration, null, 2)}\n`);
  return { calibration, file };
}

async function record(options: CalibrateOptions): Promise<Bundle> {
  const ref = options.ref ?? 'HEAD';
  const { paths } = await runGate({
    ...options,
    base: ref,
    head: ref,
    patch: null,
    replan: (plan, { binary }) => calibrationPlan(plan, binary, options),
  });
  return openBundle(paths.bundle);
}

async function analyseBundle(bundle: Bundle, options: CalibrateOptions): Promise<Calibration> {
  const { manifest, directory } = bundle;
  const sources = captureSources(directory, manifest);
  const workloads: WorkloadCalibration[] = [];
  for (const plan of plansOf(manifest, options.workloads)) {
    const measured = manifest.workloads.find(({ name }) => name === plan.name);
    if (measured === undefined || completePairs(measured.captures).length === 0) continue;
    const recording = readRecording(measured, plan.policy, sources.tableOf);
    const { gates, seed } = options;
    const planted = plantedGates(bundle, plan, sources);
    const { budgetSeconds, mostPairs } = plan;
    const analysis = { gates, seed, planted, budgetSeconds, mostPairs };
    workloads.push(await finished(analyse(recording, analysis), plan.name, analysis, options));
  }
  if (workloads.length === 0) {
    throw new UsageError(`${directory} holds no complete pair of a workload of its configuration`);
  }
  const settings = commonSettings(workloads);
  return {
    schema: 'profbound/calibration@1',
    tool: manifest.tool,
    startedAt: manifest.startedAt,
    ref: manifest.refs.base,
    environment: manifest.environment,
    workloads,
    settings,
    yaml: settingsYaml(settings, workloads),
  };
}

/** The workloads as the gate would measure them: the bundle keeps the configuration it was measured by. */
function plansOf({ config }: BundleManifest, only: readonly string[]): readonly WorkloadPlan[] {
  const file = { ...config, config: parseConfig(config.text, config.path) };
  return resolvePlan(file, file, only).workloads;
}

function plantedGates({ manifest }: Bundle, { name }: WorkloadPlan, sources: Sources): PlantedGate[] {
  return manifest.workloads.flatMap((workload: BundleWorkload) => {
    const planted = plantedIn(workload.name, name);
    if (planted === null || workload.captures.length === 0) return [];
    const { verdict, reasons, pairs, seconds, total } = judgeWorkload(
      waiversInForce(workload, manifest.startedAt),
      sources,
    );
    const { estimate, lower, upper } = total;
    return [{ planted, verdict, reason: reasons[0]?.message ?? '', pairs, seconds, estimate, lower, upper }];
  });
}

/** How often an analysis says how far it is, in milliseconds. */
const progressEvery = 5000;

/** Runs an analysis to its end, with progress, and interrupted by the user's signal. */
async function finished(
  analysis: ReturnType<typeof analyse>,
  name: string,
  { gates }: AnalysisOptions,
  { log, signal }: CalibrateOptions,
): Promise<WorkloadCalibration> {
  const began = performance.now();
  let said = began;
  for (;;) {
    const step = analysis.next();
    if (step.done) return step.value;
    await breathe();
    signal.throwIfAborted();
    const now = performance.now();
    if (now - said < progressEvery) continue;
    said = now;
    const left = ((now - began) / step.value) * (1 - step.value);
    log.line(
      `${name}: ${Math.floor(step.value * 100)} % of ${2 * gates} drawn gates judged and slowdowns searched for  about ${Math.ceil(left / 1000)}s left`,
    );
  }
}
