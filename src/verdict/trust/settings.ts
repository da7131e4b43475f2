/** Whether the machine stayed the same machine while it was measured. */
import type { Settings } from '../../bundle/conditions.js';
import type { Capture } from '../../bundle/schema.js';
import { margin, percent } from '../../text/format.js';
import { capturesOf, type Pair } from '../captures/pairs.js';
import type { Reason } from '../result.js';

/** Slowed down by heat in so few captures the trimmed mean does not mind; in more it is another machine. */
const mostThrottled = 0.1;

const settings: readonly (readonly [keyof Settings, name: string, cure: string])[] = [
  ['kernel', 'the kernel', 'measure all pairs under one kernel'],
  [
    'governor',
    'the frequency governor',
    'set one for the run, e.g. cpupower frequency-set --governor performance',
  ],
  ['turbo', 'turbo', 'switch it on or off before the run'],
  ['smt', 'SMT', 'switch it on or off before the run'],
  ['onlineCpus', 'the set of CPUs online', 'take no CPU on- or offline in the run'],
];

/** One reason that names every setting that was not the same in all captures of a runner. */
export function checkSettings(pairs: readonly Pair[]): Reason | null {
  const captures = pairs.flatMap(capturesOf);
  const runners = new Set(captures.map(({ runner }) => runner));
  const changes = settings.flatMap(([key, name, cure]) => {
    for (const runner of runners) {
      const own = captures.filter((capture) => capture.runner === runner);
      const values = new Set(own.flatMap(({ conditions }) => conditions.settings[key] ?? []));
      if (values.size > 1) return [`${name} changed (${[...values].map(shown).join(', ')}): ${cure}`];
    }
    return [];
  });
  if (changes.length === 0) return null;
  return {
    code: 'environment_changed',
    message: `the machine was not the same for all captures: ${changes.join('; ')}`,
  };
}

/** The CPUs were too hot to run as fast as they are meant to. */
export function checkThrottling(pairs: readonly Pair[]): Reason | null {
  const part = throttledPart(pairs.flatMap(capturesOf));
  if (part === null || part <= mostThrottled) return null;
  return {
    code: 'throttled',
    message: `the CPUs slowed down because of heat in ${percent(part)} of the captures (${margin(mostThrottled)} is tolerated): cool the machine, or limit its frequency so that it keeps it`,
  };
}

/** Part of the captures in which heat slowed the CPUs down; null where none of them can tell. */
export function throttledPart(captures: readonly Pick<Capture, 'conditions'>[]): number | null {
  const known = captures.flatMap(({ conditions }) => conditions.throttles ?? []);
  return known.length === 0 ? null : known.filter((times) => times > 0).length / known.length;
}

function shown(value: string | boolean): string {
  if (typeof value === 'string') return value.slice(0, 200);
  return value ? 'on' : 'off';
}
