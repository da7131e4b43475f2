/** How often to sample. */
import { readFileSync } from 'node:fs';

/** Samples wanted of a capture: enough for the functions of a few per cent that a gate is about. */
const samplesPerCapture = 8000;
const lowestHz = 99;
/** At some 10 µs a sample a few per cent of the CPU time, on both sides alike. */
const highestHz = 4000;
/** Periods are redrawn up to a fifth shorter; what comes faster than the kernel's limit it throws away. */
const partOfLimit = 0.8;

/**
 * Samples a second and CPU: about 8,000 a capture, between 99 and 4,000 Hz, and within what the kernel allows.
 * A prime, because it shares no period with the round ones that programs' timers have.
 * @param seconds  length of a capture
 * @param busyCpus CPUs' worth of time the measured program takes
 * @param limitHz  kernel.perf_event_max_sample_rate
 */
export function automaticRate(seconds: number, busyCpus = 1, limitHz = kernelLimit()): number {
  const most = Math.max(lowestHz, Math.min(highestHz, partOfLimit * limitHz));
  const wanted = Math.min(Math.max(samplesPerCapture / (seconds * busyCpus), lowestHz), most);
  let rate = Math.floor(wanted);
  while (rate > lowestHz && !isPrime(rate)) rate--;
  return rate;
}

/** Infinite where the kernel does not say. */
function kernelLimit(): number {
  try {
    return Number(readFileSync('/proc/sys/kernel/perf_event_max_sample_rate', 'utf8'));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) {
    if (number % divisor === 0) return false;
  }
  return true;
}
