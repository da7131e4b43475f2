/** Captures of one build, without a comparison: what a profile for a compiler is made of. */
import { rmSync } from 'node:fs';
import type { BundleWriter } from '../bundle/writer.js';
import type { Collector } from '../capture/collector.js';
import type { WorkloadPlan } from '../config/plan.js';
import { takeCapture } from './capture.js';
import type { SideSource } from './context.js';
import { type ExperimentHooks, prepareContext } from './run.js';

/**
 * Takes captures, each of a launch of its own, so that they are independent, and hands them to the bundle as base's.
 * @param source where the build is
 * @throws MeasureError when one fails, InterruptedError when it was aborted; finished captures stay in the bundle
 */
export async function takeProfiles(
  plan: WorkloadPlan,
  source: SideSource,
  collector: Collector,
  writer: BundleWriter,
  { captures, seconds }: { readonly captures: number; readonly seconds: number },
  hooks: Pick<ExperimentHooks, 'progress' | 'signal'>,
): Promise<void> {
  const scratch = `${writer.directory}.capture`;
  const began = performance.now();
  try {
    const sides = { base: source, head: source };
    const prepared = await prepareContext(plan, sides, collector, scratch, hooks);
    // The rate of a short capture, however long these are: nobody compares what sampling costs here.
    const context = { ...prepared, seconds };
    for (let pair = 1; pair <= captures; pair++) {
      const taken = await takeCapture({ side: 'base', pair, position: 0 }, null, context);
      const capture = { ...taken.capture, endSeconds: (performance.now() - began) / 1000 };
      await writer.add(plan.name, capture, taken.profileFile, taken.offCpuFile);
      const { samples } = capture.summary;
      hooks.progress.line(
        `${plan.name}  capture ${pair}/${captures}  ${capture.units.toLocaleString('en')} units  ${samples.toLocaleString('en')} samples`,
      );
    }
    writer.finish(plan.name, { reason: 'single', message: `${captures} captures of one build` });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
