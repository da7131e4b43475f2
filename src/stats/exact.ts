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
  const exponent = Math.round(x / Math.LN2);
  return scale(1 + expm1Rest(x, exponent), exponent);
}

/** e^x − 1, as exact for small x. */
export function expm1(x: number): number {
  if (Math.abs(x) <= halfLn2) return x === 0 ? x : tinyExpm1(x, 0);
  if (!(Math.abs(x) <= 36)) return exp(x) - 1;
  const exponent = Math.round(x / Math.LN2);
  // For these exponents 2^n − 1 is exact.
  return scale(expm1Rest(x, exponent), exponent) + (scale(1, exponent) - 1);
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

/** e^(x − n ln 2) − 1 for the n that leaves at most half of ln 2. */
function expm1Rest(x: number, n: number): number {
  const high = x - n * ln2High;
  const low = n * ln2Low;
  const rest = high - low;
  return tinyExpm1(rest, high - rest - low);
}

/** 1/n!: those beyond are smaller than the last digit. */
const [f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14] = [
  1 / 2,
  1 / 6,
  1 / 24,
  1 / 120,
  1 / 720,
  1 / 5040,
  1 / 40_320,
  1 / 362_880,
  1 / 3_628_800,
  1 / 39_916_800,
  1 / 479_001_600,
  1 / 6_227_020_800,
  1 / 87_178_291_200,
] as const;

/** e^(r + c) − 1 by Taylor's series, for |r| up to half ln 2 and a c that is smaller than r's last digit. */
function tinyExpm1(r: number, c: number): number {
  const z = r * r;
  // Even and odd powers apart: neither waits for the other.
  const even = f2 + z * (f4 + z * (f6 + z * (f8 + z * (f10 + z * (f12 + z * f14)))));
  const odd = f3 + z * (f5 + z * (f7 + z * (f9 + z * (f11 + z * f13))));
  return r + (c + z * (even + r * odd));
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

/** 2^n for n from −1022 to 1023. */
const powersOfTwo = Float64Array.from({ length: 2046 }, (_, index) => 2 ** (index - 1022));

function powerOfTwo(exponent: number): number {
  return powersOfTwo[exponent + 1022] as number;
}
