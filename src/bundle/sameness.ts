/** Whether bundles were measured by one plan: what differs, in words. */
import type { BundleManifest, BundleWorkload, Capture } from './schema.js';
import { sides } from './schema.js';
import { samplingText } from './summary.js';

/**
 * The first thing in which two bundles' plans differ; null when they are of one plan.
 * @returns e.g. `the commit of head: 1a2b… in the one, 3c4d… in the other`
 */
export function planDifference(first: BundleManifest, second: BundleManifest): string | null {
  const both = <T>(what: string, of: (manifest: BundleManifest) => T): string | null =>
    differing(what, of(first), of(second));
  for (const side of sides) {
    const found =
      both(`the commit of ${side}`, ({ refs }) => refs[side].commit) ??
      // Without a commit, its name is all there is to tell it by.
      (first.refs[side].commit === null ? both(side, ({ refs }) => refs[side].name) : null);
    if (found !== null) return found;
  }
  const found =
    both('the version of profbound', ({ tool }) => tool.version) ??
    both('gate.on_inconclusive', ({ onInconclusive }) => onInconclusive) ??
    both('the list of workloads', ({ workloads }) => workloads.map(({ name }) => name).join(', '));
  if (found !== null) return found;
  for (const workload of first.workloads) {
    const other = second.workloads.find(({ name }) => name === workload.name) as BundleWorkload;
    const differs = workloadDifference(workload, other);
    if (differs !== null) return `workload ${workload.name}: ${differs}`;
  }
  return first.config.text === second.config.text ? null : 'the configuration file has another text';
}

/** When each was looked at is left out: a merged bundle is looked at once. */
function workloadDifference(first: BundleWorkload, second: BundleWorkload): string | null {
  const both = <T>(what: string, of: (workload: BundleWorkload) => T): string | null =>
    differing(what, of(first), of(second));
  return (
    both('gate.total.margin', ({ policy }) => policy.totalMargin) ??
    both('gate.function.margin', ({ policy }) => policy.functionMargin) ??
    both('gate.function.min_share', ({ policy }) => policy.minShare) ??
    both('the error rates', ({ policy }) => JSON.stringify(policy.alpha)) ??
    both('the waivers', ({ waivers }) => JSON.stringify(waivers)) ??
    both('load', ({ load }) => JSON.stringify(load)) ??
    chosen(
      'capture.seconds',
      both('capture.seconds', ({ captureSeconds }) => captureSeconds),
    ) ??
    chosen(
      'capture.turns',
      both('capture.turns', ({ turnSeconds }) => turnSeconds ?? 'off'),
    ) ??
    chosen(
      'capture.event, capture.rate and capture.backend',
      both('how it was sampled', ({ captures }) => sampling(captures[0])),
    )
  );
}

/** What each runner chooses for itself where nothing is set. */
function chosen(settings: string, difference: string | null): string | null {
  return difference && `${difference}; set ${settings} in the configuration and measure every runner so`;
}

function sampling(capture: Capture | undefined): string {
  if (capture === undefined) return 'nothing captured';
  return samplingText(capture.summary);
}

const longestShown = 100;

function differing(what: string, first: unknown, second: unknown): string | null {
  if (first === second) return null;
  const shown = (value: unknown): string => String(value ?? 'unknown').slice(0, longestShown);
  return `${what}: ${shown(first)} in the one, ${shown(second)} in the other`;
}
