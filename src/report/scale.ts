/** A linear scale onto 0..100 % of a drawing's width, so that drawings stretch without stretching their text. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  /** Position in per cent of the width, within 0..100, as an SVG length. */
  at(value: number): string;
}

/** A scale that holds all values, with some air at both ends. */
export function scaleOver(values: readonly number[]): Scale {
  const finite = values.filter(Number.isFinite);
  const least = Math.min(...finite, 0);
  const most = Math.max(...finite, 0);
  const air = (most - least || 0.02) * 0.06;
  return scaleBetween(least - air, most + air);
}

export function scaleBetween(low: number, high: number): Scale {
  const at = (value: number): string => length(((value - low) / (high - low)) * 100);
  return { low, high, at };
}

/** A length in per cent with few digits, kept inside the drawing. */
export function length(percentage: number): string {
  return `${Number(Math.min(100, Math.max(0, percentage)).toFixed(3))}%`;
}

/** About `wanted` round values inside the scale. */
export function ticks({ low, high }: Scale, wanted: number): number[] {
  const rough = (high - low) / wanted;
  // The exponent of its decimal notation: a logarithm may miss it by one, and not on every machine alike.
  const power = Number(`1e${rough.toExponential().split('e')[1]}`);
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough;
  const values: number[] = [];
  for (let index = Math.ceil(low / step); index * step <= high; index++) {
    values.push(Number((index * step).toPrecision(12)));
  }
  return values;
}
