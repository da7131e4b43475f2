/** Figures as a reader meets them: with unit, with sign where a change is meant, with bounds. */
import type { Load } from '../bundle/schema.js';
import type { Bounded } from '../verdict/result.js';

const minus = '−';

/** Digits enough to compare, few enough to read: 0.04, 3.1, 38.2, 140, 40,500. */
function percentDigits(magnitude: number): string {
  if (magnitude === 0) return '0';
  if (magnitude < 0.005) return '<0.01';
  if (magnitude < 0.095) return magnitude.toFixed(2);
  if (magnitude < 99.95) return magnitude.toFixed(1);
  if (magnitude < 999.5) return magnitude.toFixed(0);
  return magnitude < 1e6 ? grouped(Number(magnitude.toPrecision(3))) : magnitude.toExponential(1);
}

/** A whole number with its thousands set apart. */
function grouped(value: number): string {
  return String(value).replace(/(?<=\d)(?=(?:\d{3})+$)/g, ',');
}

/** A share or magnitude: 0.123 → `12.3 %`. */
export function percent(fraction: number): string {
  return `${fraction < 0 ? minus : ''}${percentDigits(Math.abs(fraction) * 100)} %`;
}

/** A change: 0.031 → `+3.1 %`, -0.02 → `−2.0 %`. */
export function change(fraction: number): string {
  const digits = percentDigits(Math.abs(fraction) * 100);
  if (digits === '0') return '0 %';
  return `${fraction < 0 ? minus : '+'}${digits} %`;
}

/** A limit someone chose, without digits nobody chose: 0.02 → `2 %`, 0.0125 → `1.25 %`. */
export function margin(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(4))} %`;
}

/** A tick on an axis of changes: `+2 %`. */
export function tick(fraction: number): string {
  const digits =
    Math.abs(fraction) < 10
      ? margin(Math.abs(fraction))
      : `${grouped(Math.round(Math.abs(fraction) * 100))} %`;
  return `${fraction > 0 ? '+' : fraction < 0 ? minus : ''}${digits}`;
}

/** An estimate with its bounds: `+3.1 % (+2.0 % … +4.4 %)`; a missing bound is said, not left out. */
export function bounded(figure: Bounded): string {
  return `${change(figure.estimate)} (${bounds(figure)})`;
}

/** The bounds alone: `+2.0 % … +4.4 %`, `at least +2.0 %`, `at most +4.4 %`, `no bounds yet`. */
export function bounds({ lower, upper }: Bounded): string {
  if (lower !== null && upper !== null) return `${change(lower)} … ${change(upper)}`;
  if (lower !== null) return `at least ${change(lower)}`;
  if (upper !== null) return `at most ${change(upper)}`;
  return 'no bounds yet';
}

/** What is saved, with its bounds: `5.2 % (4.1 % … 6.3 %)`; negative where more is taken. */
export function savings({ estimate, lower, upper }: Bounded): string {
  const least = lower === null ? null : percent(lower);
  const most = upper === null ? null : percent(upper);
  if (least !== null && most !== null) return `${percent(estimate)} (${least} … ${most})`;
  if (least === null && most === null) return `${percent(estimate)} (no bounds yet)`;
  return `${percent(estimate)} (${least === null ? `at most ${most}` : `at least ${least}`})`;
}

const timeUnits = ['ns', 'µs', 'ms', 's'] as const;

/** Nanoseconds with three significant digits: 1720 → `1.72 µs`. */
export function nanoseconds(value: number): string {
  if (value === 0) return '0 ns';
  let magnitude = Math.abs(value);
  let unit: string = timeUnits[0];
  for (const larger of timeUnits.slice(1)) {
    if (Number(magnitude.toPrecision(3)) < 1000) break;
    magnitude /= 1000;
    unit = larger;
  }
  const sign = value < 0 ? minus : '';
  return magnitude < 0.01 ? `${sign}<0.01 ${unit}` : `${sign}${significant(magnitude)} ${unit}`;
}

/** A signed time: `+240 ns`. */
export function nanosecondsChange(value: number): string {
  return value > 0 ? `+${nanoseconds(value)}` : nanoseconds(value);
}

function significant(magnitude: number): string {
  return magnitude >= 999.5 ? magnitude.toFixed(0) : magnitude.toPrecision(3);
}

const calendar = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** Measuring time: `0.4 s`, `45 s`, `3 min 20 s`, `2 h 5 min`: at most two units. */
export function seconds(value: number): string {
  if (value < 10) return `${Number(value.toFixed(1))} s`;
  let rest = Math.round(value);
  const parts: string[] = [];
  for (const [unit, length] of calendar) {
    const whole = Math.floor(rest / length);
    rest -= whole * length;
    if (whole > 0) parts.push(`${whole} ${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** A number of things: `950`, `12.3k`, `1.2M`. */
export function count(value: number): string {
  if (value < 999.5) return String(Number(value.toFixed(value < 10 ? 1 : 0)));
  for (const [unit, size] of [
    ['k', 1e3],
    ['M', 1e6],
  ] as const) {
    const scaled = Number((value / size).toPrecision(3));
    if (scaled < 1000) return `${scaled}${unit}`;
  }
  return `${Number((value / 1e9).toPrecision(3))}G`;
}

/** `1 pair`, `24 pairs`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** Memory: `31.3 GiB`. */
export function bytes(value: number): string {
  const gib = value / 2 ** 30;
  return gib >= 1 ? `${Number(gib.toFixed(1))} GiB` : `${Math.round(value / 2 ** 20)} MiB`;
}

/** Where a function stands: `src/lex.js:12`, `src/lex.js`, or empty when unknown. */
export function place(file: string | null, line: number | null): string {
  if (file === null || file === '') return '';
  return line === null || line === 0 ? file : `${file}:${line}`;
}

/** What one unit of work is called. */
export function unitName(load: Load): string {
  return { http: 'request', batch: 'run', command: 'unit' }[load.kind];
}
