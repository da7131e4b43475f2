/** What every report of profiles for compilers says, in words. */
import type { Comparison, PgoBuild, PgoResult, PgoSamples, ProfileResult } from '../../pgo/result.js';
import { count, percent, plural, savings, seconds, unitName } from '../../text/format.js';

/** The decision in one sentence: what, and by which figures. */
export function decisionSentence(profile: ProfileResult): string {
  const { decision, path, workload, reasons, last } = profile;
  const [first] = reasons;
  const none = profile.comparisons.find((comparison) => comparison.with === 'none');
  if (decision === 'published' && none !== undefined) {
    const isBetter = profile.comparisons.some((comparison) => comparison.with === 'last');
    const replaced = isBetter ? ', and is better than the last one' : '';
    return `${path} is published: it saves ${savings(none.saving)} of the CPU time per ${unitName(none.gate.load)} of ${workload}${replaced}.`;
  }
  const kept = last === null ? `no ${path} is published` : `the old ${path} is kept`;
  return `${kept[0]?.toUpperCase()}${kept.slice(1)} for ${workload}: ${first?.message ?? 'nothing is proven'}.`;
}

/** What the sentence does not say already. */
export function furtherReasons({ decision, reasons }: ProfileResult): ProfileResult['reasons'] {
  return decision === 'published' ? reasons.filter(({ code }) => code !== 'gain_proven') : reasons.slice(1);
}

export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** What the profile is made of and what it is worth, besides its gain. */
export function profileFacts(profile: ProfileResult): Fact[] {
  const { samples, next, last, match, consumption } = profile;
  const facts: (Fact | null)[] = [
    ...(samples === null ? [] : capturedFacts(samples)),
    next === null
      ? null
      : {
          label: 'Profile',
          value: `${profile.format}, ${size(next.bytes)}, ${plural(next.functions, 'function')}; ${percent(next.describedShare)} of the samples in functions with debug information`,
        },
    match === null
      ? null
      : { label: 'Match', value: `${percent(match.share)} of its weight finds its place in the program` },
    last === null || last.match === null
      ? null
      : {
          label: 'Last profile',
          value: `${percent(last.match.share)} of its weight finds its place in the program${last.match.findings.map((finding) => `; ${finding}`).join('')}`,
        },
    stabilityFact(profile),
    consumption === null
      ? null
      : {
          label: 'Consumed',
          value: `${consumption.differFromNone} of ${consumption.functions} functions are of another size than without a profile, ${consumption.differFromEmpty} than by an empty one${consumption.report === null ? '' : `; the compiler says ${consumption.report.said}`}`,
        },
  ];
  return facts.filter((fact) => fact !== null);
}

function capturedFacts(samples: PgoSamples): Fact[] {
  const { inBinary, all, floor } = samples;
  return [
    {
      label: 'Samples',
      value: `${plural(inBinary, 'sample')} in the binary, ${percent(all > 0 ? inBinary / all : 0)} of all; at least ${count(floor)} are needed`,
    },
    takenFrom(samples),
  ];
}

function takenFrom({ source, captures, seconds: taken, event, load }: PgoSamples): Fact {
  if (source !== null) return { label: 'Taken from', value: `${source}, ${seconds(taken)} of ${event}` };
  const loads = load.map(({ workload, unitsPerSecond }) => `${workload} at ${count(unitsPerSecond)} units/s`);
  return {
    label: 'Captured',
    value: `${plural(captures, 'capture')}, ${seconds(taken)} of ${event}, under ${loads.join(', ')}`,
  };
}

function stabilityFact({ stability, samples, next }: ProfileResult): Fact | null {
  const label = 'Stability';
  if (stability !== null) {
    return {
      label,
      value: `profiles of two halves of the captures are ${percent(stability.similarity)} alike`,
    };
  }
  const isMerged = next !== null && samples !== null && samples.source !== null;
  return isMerged ? { label, value: 'not known of a merged profile' } : null;
}

export function comparedWith({ with: other }: Comparison): string {
  return other === 'none' ? 'without a profile' : 'by the last accepted profile';
}

const variants: Readonly<Record<PgoBuild['variant'], string>> = {
  none: 'without a profile',
  zero: 'by an empty profile',
  last: 'by the last accepted profile',
  next: 'by the new profile',
};

export interface BuildRow {
  readonly name: string;
  readonly seconds: string;
  readonly bytes: string;
  readonly codeBytes: string;
  readonly compiler: string;
}

/** What each build took and became, beside the one without a profile. */
export function buildRows({ builds }: ProfileResult): BuildRow[] {
  const none = builds.find(({ variant }) => variant === 'none');
  const beside = (value: number, of: 'bytes' | 'codeBytes' | 'seconds', text: string): string => {
    const before = none?.[of] ?? 0;
    if (before === 0 || value === before) return text;
    const more = value / before - 1;
    return `${text} (${more < 0 ? '−' : '+'}${percent(Math.abs(more))})`;
  };
  return builds.map((build) => ({
    name: variants[build.variant],
    seconds: beside(build.seconds, 'seconds', seconds(build.seconds)),
    bytes: beside(build.bytes, 'bytes', size(build.bytes)),
    codeBytes: beside(build.codeBytes, 'codeBytes', size(build.codeBytes)),
    compiler: build.compiler ?? 'unknown',
  }));
}

/** Files: `8.49 MB`, `19.1 kB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [divisor, unit] = bytes < 1e6 ? [1e3, 'kB'] : [1e6, 'MB'];
  return `${Number((bytes / divisor).toPrecision(3))} ${unit}`;
}

/** One word for all profiles together. */
export function overall({ profiles }: PgoResult): 'published' | 'kept' {
  return profiles.some(({ decision }) => decision === 'published') ? 'published' : 'kept';
}
