/**
 * Exponential and logarithm that give the same bits on every machine. The language leaves `Math.exp`, `Math.log` and their
 * like to the engine, and engines differ by version and processor; sums, products, quotients and square roots it does
 * not. So figures that must be the same wherever a bundle is judged are made of those alone. Errors stay below 1 ulp for
 * the most part, and below 2.
 */

/** ln 2 in two parts: products of the first with exponents are exact. */
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

/** Beyond these e^x overflows, or vanishes. */
const largestExponent = 709.782712893384;
const smallestExponent = -745.1332191019412;

/** Where the series of e^x − 1 needs no reduction: half of ln 2. */
const halfLn2 = 0.34657359027997264;

/** e^x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > largestExponent) return Number.POSITIVE_INFINITY;
  if (x < smallestExponent) return 0;
  const { exponent, rest, correction } = reduce(x);
  return scale(1 + tinyExpm1(rest, correction), exponent);
}

/** e^x − 1, as exact for small x. */
export function expm1(x: number): number {
  if (Math.abs(x) <= halfLn2) return x === 0 ? x : tinyExpm1(x, 0);
  if (!(Math.abs(x) <= 36)) return exp(x) - 1;
  const { exponent, rest, correction } = reduce(x);
  // For these exponents 2^n − 1 is exact.
  return scale(tinyExpm1(rest, correction), exponent) + (scale(1, exponent) - 1);
}

/** ln x; NaN for negative numbers. */
export function log(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) {
    if (x === 0) return Number.NEGATIVE_INFINITY;
    return x > 0 ? x : Number.NaN;
  }
  const { exponent, mantissa } = parts(x);
  return logNearOne(mantissa - 1, exponent);
}

/** ln(1 + x), as exact for small x. */
export function log1p(x: number): number {
  if (x === 0) return x;
  // Here 1 + x lies between √½ and √2.
  if (x > -0.29289 && x < 0.41421) return logNearOne(x, 0);
  const sum = 1 + x;
  if (!(sum > 0) || sum === Number.POSITIVE_INFINITY) return log(sum);
  // What the sum lost to rounding, to first order.
  return log(sum) - (sum - 1 - x) / sum;
}

/** √(x² + y²), of numbers whose squares neither overflow nor vanish. */
export function hypot(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

export function square(x: number): number {
  return x * x;
}

/** x = n ln 2 + rest + correction with a rest of at most half ln 2. */
function reduce(x: number): { exponent: number; rest: number; correction: number } {
  const exponent = Math.round(x / Math.LN2);
  const high = x - exponent * ln2High;
  const low = exponent * ln2Low;
  const rest = high - low;
  return { exponent, rest, correction: high - rest - low };
}

/** 1/n! for n = 2, 3, …: beyond, terms are smaller than the last digit. */
const inverseFactorials: readonly number[] = (() => {
  const values: number[] = [];
  let factorial = 1;
  for (let n = 2; n <= 15; n++) {
    factorial *= n;
    values.push(1 / factorial);
  }
  return values;
})();

/** e^(r + c) − 1 by Taylor's series, for |r| up to half ln 2 and a c that is smaller than r's last digit. */
function tinyExpm1(r: number, c: number): number {
  let sum = 0;
  for (let n = inverseFactorials.length - 1; n >= 0; n--) sum = sum * r + (inverseFactorials[n] as number);
  return r + (c + r * r * sum);
}

/** 2/(2n + 1) for n = 1, 2, …: of the series of 2 artanh s. */
const artanhTerms: readonly number[] = Array.from({ length: 13 }, (_, n) => 2 / (2 * n + 3));

/**
 * n ln 2 + ln(1 + f) for 1 + f between √½ and √2: with s = f/(2 + f) the logarithm is 2 artanh s, and 2s = f − s f. What is
 * large is added last.
 */
function logNearOne(f: number, n: number): number {
  const s = f / (2 + f);
  const z = s * s;
  let sum = 0;
  for (let i = artanhTerms.length - 1; i >= 0; i--) sum = sum * z + (artanhTerms[i] as number);
  const half = 0.5 * f * f;
  return n * ln2High - (half - (s * (half + z * sum) + n * ln2Low) - f);
}

const view = new DataView(new ArrayBuffer(8));

/** x = mantissa 2^exponent with a mantissa between √½ and √2; x is positive and finite. */
function parts(x: number): { exponent: number; mantissa: number } {
  const isSubnormal = x < 2.2250738585072014e-308;
  view.setFloat64(0, isSubnormal ? x * 2 ** 54 : x);
  const high = view.getUint32(0);
  view.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let exponent = (high >>> 20) - 1023 - (isSubnormal ? 54 : 0);
  let mantissa = view.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  return { exponent, mantissa };
}

/** x 2^exponent for exponents of e^x: in two steps where one would overflow or vanish. */
function scale(x: number, exponent: number): number {
  if (exponent > 1023) return x * powerOfTwo(1023) * powerOfTwo(exponent - 1023);
  if (exponent < -1022) return x * powerOfTwo(exponent + 100) * powerOfTwo(-100);
  return x * powerOfTwo(exponent);
}

function powerOfTwo(exponent: number): number {
  view.setUint32(0, (exponent + 1023) << 20);
  view.setUint32(4, 0);
  return view.getFloat64(0);
}
