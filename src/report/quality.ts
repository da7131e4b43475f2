/** What the captures are worth, in words and rows shared by the surfaces. */

import { count, nanoseconds, percent, plural, seconds, unitName } from '../text/format.js';
import type { Placement, SideQuality, WorkloadResult } from '../verdict/result.js';

type Place = Placement['cpus'][number];

export interface QualityRow {
  readonly label: string;
  /** One sentence for who wonders what the row means. */
  readonly meaning: string;
  readonly base: string;
  readonly head: string;
}

/** CPUs shown one by one. */
const mostCpuRows = 16;

/** Every quality figure, base beside head. */
export function qualityRows({ quality, units, errors, load }: WorkloadResult): QualityRow[] {
  const row = (label: string, meaning: string, value: (side: SideQuality) => string): QualityRow => ({
    label,
    meaning,
    base: value(quality.base),
    head: value(quality.head),
  });
  const unit = unitName(load);
  return [
    {
      label: `${unit[0]?.toUpperCase()}${unit.slice(1)}s measured`,
      meaning: 'Units of work done inside the captures.',
      base: count(units.base),
      head: count(units.head),
    },
    {
      label: `Failed ${unit}s`,
      meaning: 'Units of work that ended in an error or a timeout.',
      base: count(errors.base),
      head: count(errors.head),
    },
    row('Samples', 'How often a stack was recorded.', (side) => count(side.samples)),
    row('Lost', 'Samples that found no room in the buffer.', (side) => percent(side.lost)),
    row('Unresolved', 'Samples in code no function name is known for.', (side) => percent(side.unresolved)),
    row('Truncated', 'Stacks deeper than the greatest depth recorded.', (side) => percent(side.truncated)),
    row('Incomplete stacks', 'Stacks that could not be followed to their root.', (side) =>
      percent(side.incompleteStacks),
    ),
    row(
      'Stack depth',
      'User frames: half of the samples have at most, and the deepest have at most.',
      depthText,
    ),
    row('Profiler overhead', "The profiler's CPU time over the target's.", (side) =>
      percent(side.overhead.cpuShare),
    ),
    row('Share of the machine', "The profiler's CPU time over that of all CPUs.", (side) =>
      percent(side.overhead.machineShare),
    ),
    row('Profiler time per sample', 'Spent in the kernel for each sample.', ({ overhead }) =>
      overhead.nsPerSample === null ? 'not measured' : nanoseconds(overhead.nsPerSample),
    ),
    row('Steal', 'CPU time wanted by the service that the hypervisor gave to other guests.', (side) =>
      known(side.conditions.steal, percent),
    ),
    row('Other load', "Part of the service's CPUs taken by programs that were not measured.", (side) =>
      known(side.conditions.otherLoad, percent),
    ),
    row('CPU frequency', "Of the service's CPUs, mean and deviation between captures.", ({ conditions }) =>
      known(conditions.frequencyHz, (hertz) => {
        const mean = `${(hertz / 1e9).toFixed(2)} GHz`;
        return conditions.frequencySpread === null
          ? mean
          : `${mean} ± ${percent(conditions.frequencySpread)}`;
      }),
    ),
    row('Heat', 'Part of the captures in which heat slowed the CPUs down.', (side) =>
      known(side.conditions.throttled, percent),
    ),
    row('Waiting for memory', 'Part of the time in which some program of the machine did.', (side) =>
      known(side.conditions.memoryStall, percent),
    ),
    ...quality.placement.nodes.map((node) => placeRow('node', node)),
    ...quality.placement.cpus.slice(0, mostCpuRows).map((cpu) => placeRow('CPU', cpu)),
  ];
}

function placeRow(place: string, { id, runner, baseShare, headShare, differs }: Place): QualityRow {
  return {
    label: `Samples on ${place} ${id}${runner === undefined ? '' : ` of runner ${runner}`}`,
    meaning: differs ? 'The sides differ by more than chance.' : 'No difference beyond chance.',
    base: percent(baseShare),
    head: percent(headShare),
  };
}

function known(value: number | null, text: (value: number) => string): string {
  return value === null ? 'not measured' : text(value);
}

/** `16 / 64` */
function depthText({ depths }: SideQuality): string {
  const seen = depths.filter(({ samples }) => samples > 0);
  const all = seen.reduce((sum, { samples }) => sum + samples, 0);
  let below = 0;
  const half = seen.find(({ samples }) => {
    below += samples;
    return below >= all / 2;
  });
  return half ? `${half.frames} / ${seen.at(-1)?.frames}` : 'not measured';
}

/** The measurement in one line: `24 pairs in 4 min · 12.3k + 12.4k samples of cpu-clock at 997 Hz (bpf) · lost 0 %`. */
export function qualityLine(workload: WorkloadResult): string {
  const { quality, capture } = workload;
  const worst = (value: (side: SideQuality) => number): string =>
    percent(Math.max(value(quality.base), value(quality.head)));
  return [
    workload.pairs > 0
      ? `${plural(workload.pairs, 'pair')} in ${seconds(workload.seconds)}`
      : `${seconds(workload.seconds)} measured`,
    `${count(quality.base.samples)} + ${count(quality.head.samples)} samples of ${capture.event} at ${count(capture.rateHz)} Hz (${capture.backend})`,
    `lost ${worst((side) => side.lost)}`,
    `unresolved ${worst((side) => side.unresolved)}`,
    `overhead ${worst((side) => side.overhead.cpuShare)}`,
  ].join(' · ');
}

/** How the load was offered; null when nothing is known of it. */
export function loadText({ load }: WorkloadResult): string | null {
  const unit = unitName(load);
  if (load.loop === 'open') {
    return load.rate === null ? 'open loop' : `open loop, ${count(load.rate)} ${unit}s a second offered`;
  }
  if (load.loop === 'closed') return 'closed loop: as fast as answers come';
  return load.kind === 'batch' ? 'one run after another' : null;
}
