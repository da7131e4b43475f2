/** What base tolerates, put in the place of what a bundle from elsewhere says that it does. */
import type { BundleManifest, BundleWorkload } from '../bundle/schema.js';
import type { ConfigFile } from '../config/file.js';
import { policyOf, waitPolicyOf } from '../config/resolve.js';
import { type WaiversFile, waiversOf } from '../config/waivers.js';
import { margin } from '../text/format.js';

/** What the repository itself says. */
export interface Base {
  /** How notes call it: a branch and its commit. */
  readonly name: string;
  /** null where base has no configuration: defaults are applied then. */
  readonly config: ConfigFile | null;
  readonly waivers: WaiversFile;
  /** The only ones that are judged; empty: all. */
  readonly workloads: readonly string[];
  /** ISO 8601, UTC: measuring cannot have begun earlier. */
  readonly measuredAfter: string;
}

const mostNotes = 100;
const longestNote = 2000;

/**
 * The bundle under base's policy and waivers; a note says of each thing in which the bundle differed. When it was looked
 * at stays as it was planned: that is how it was measured, not what is tolerated.
 */
export function underBase(manifest: BundleManifest, base: Base, remarks: readonly string[]): BundleManifest {
  const gate = base.config?.config.gate ?? {};
  const defined = base.config === null ? null : Object.keys(base.config.config.workloads);
  const wanted = (name: string): boolean => base.workloads.length === 0 || base.workloads.includes(name);
  const isJudged = (name: string): boolean => wanted(name) && (defined?.includes(name) ?? true);
  const notes = [...remarks];
  if (defined === null) {
    notes.push(
      `${base.name} has no configuration: the default margins were applied, not what the bundle says`,
    );
  }
  const measured = manifest.workloads.map(({ name }) => name);
  for (const name of measured.filter((name) => wanted(name) && !isJudged(name))) {
    notes.push(`workload ${name} is not in the configuration of ${base.name}: it was not judged`);
  }
  for (const name of (defined ?? base.workloads).filter((name) => wanted(name) && !measured.includes(name))) {
    notes.push(`workload ${name} was not measured: the bundle does not have it`);
  }
  const workloads = manifest.workloads
    .filter(({ name }) => isJudged(name))
    .map((workload) => {
      const judged = workloadUnderBase(workload, base);
      const differing = differences(workload, judged);
      if (differing.length > 0) {
        notes.push(
          `workload ${workload.name}: the bundle is of another policy than ${base.name}, which was applied (${differing.join('; ')})`,
        );
      }
      return judged;
    });
  const onInconclusive = gate.on_inconclusive ?? 'warn';
  if (onInconclusive !== manifest.onInconclusive) {
    notes.push(
      `gate.on_inconclusive is ${onInconclusive} in ${base.name}, and not ${manifest.onInconclusive}`,
    );
  }
  const isEarly = Date.parse(manifest.startedAt) < Date.parse(base.measuredAfter);
  if (isEarly && workloads.some(({ waivers }) => waivers.length > 0)) {
    notes.push('the bundle says that it was measured before its run began: waivers are judged by the run');
  }
  return {
    ...manifest,
    onInconclusive,
    startedAt: isEarly ? base.measuredAfter : manifest.startedAt,
    notes: [...notes, ...manifest.notes].slice(0, mostNotes).map((note) => note.slice(0, longestNote)),
    workloads,
  };
}

function workloadUnderBase(workload: BundleWorkload, { config, waivers }: Base): BundleWorkload {
  const gate = config?.config.gate ?? {};
  const { offCpu, ...rest } = workload;
  const waits = waitPolicyOf(gate);
  return {
    ...rest,
    policy: { ...policyOf(gate), looks: workload.policy.looks },
    waivers: waiversOf(waivers, workload.name),
    // What base enforces is judged also where it was not measured: it is missing then.
    ...(offCpu === undefined && waits.mode === 'report' ? {} : { offCpu: waits }),
  };
}

/** What differs, as `gate.total.margin: 2 % instead of 50 %`. */
function differences(given: BundleWorkload, judged: BundleWorkload): string[] {
  const found: string[] = [];
  const compare = (what: string, theirs: unknown, ours: unknown, show: (value: never) => string): void => {
    if (JSON.stringify(theirs) === JSON.stringify(ours)) return;
    found.push(`${what}: ${show(ours as never)} instead of ${show(theirs as never)}`);
  };
  compare('gate.total.margin', given.policy.totalMargin, judged.policy.totalMargin, margin);
  compare('gate.function.margin', given.policy.functionMargin, judged.policy.functionMargin, margin);
  compare('gate.function.min_share', given.policy.minShare, judged.policy.minShare, margin);
  compare('the error rates', given.policy.alpha, judged.policy.alpha, (value: object) =>
    JSON.stringify(value),
  );
  compare('gate.off_cpu', given.offCpu, judged.offCpu, waitsText);
  compare('waivers', given.waivers, judged.waivers, ({ length }: readonly unknown[]) =>
    length === 0 ? 'none' : `${length} of them`,
  );
  return found;
}

function waitsText(waits: BundleWorkload['offCpu']): string {
  if (waits === undefined) return 'none';
  const idle = waits.idle.length === 0 ? '' : ` with ${waits.idle.length} idle`;
  return `${waits.mode} ${margin(waits.margin)}${idle}`;
}
