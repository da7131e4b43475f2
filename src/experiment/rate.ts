/** How often to sample. */

/** Samples wanted of a capture: enough for the functions of a few per cent that a gate is about. */
const samplesPerCapture = 8000;
const lowestHz = 99;
const highestHz = 1000;

/**
 * Samples a second and CPU: about 8,000 a capture, between 99 and 1,000 Hz.
 * A prime, because it shares no period with the round ones that programs' timers have.
 * @param seconds  length of a capture
 * @param busyCpus CPUs' worth of time the measured program takes
 */
export function automaticRate(seconds: number, busyCpus = 1): number {
  const wanted = Math.min(Math.max(samplesPerCapture / (seconds * busyCpus), lowestHz), highestHz);
  let rate = Math.floor(wanted);
  while (rate > lowestHz && !isPrime(rate)) rate--;
  return rate;
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) {
    if (number % divisor === 0) return false;
  }
  return true;
}
