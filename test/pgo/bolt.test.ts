/** BOLT's profile against perf2bolt's of the same samples, and what llvm-bolt makes of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { annotate } from '../../src/pgo/annotation.js';
import { boltProfile, isMadeOf } from '../../src/pgo/bolt.js';
import { consumptionError, readReport } from '../../src/pgo/consumption.js';
import { SampleSum } from '../../src/pgo/samples.js';
import { readMessage, writeMessage } from '../../src/profile/wire.js';
import { run, source, workFolder } from './support.js';

const folder = workFolder();
const program = join(folder, 'program');
const bolt = (name: string): string => `/usr/lib/llvm-19/bin/${name}`;

/** Addresses of samples as perf tells them; the program is linked to a fixed address, libraries lie elsewhere. */
function sampledAddresses(): number[] {
  const { stdout } = run(['perf', 'script', '-F', 'ip', '-i', 'perf.data'], folder);
  return stdout.split('\n').flatMap((line) => {
    const address = Number.parseInt(line.trim(), 16);
    return address < 2 ** 32 ? [address] : [];
  });
}

/** perf's samples as a profile of ours. */
function profileOf(addresses: readonly number[], buildId: string): Uint8Array {
  return writeMessage({
    stringTable: ['', 'samples', 'count', 'cpu', 'nanoseconds', program, buildId],
    sampleType: [
      { type: 1, unit: 2 },
      { type: 3, unit: 4 },
    ],
    mapping: [{ id: 1, filename: 5, buildId: 6 }],
    location: addresses.map((address, index) => ({ id: index + 1, mappingId: 1, address })),
    sample: addresses.map((_, index) => ({ locationId: [index + 1], value: [1, 250_000] })),
  });
}

beforeAll(() => {
  // Two functions of one name, both local.
  writeFileSync(join(folder, 'other.cpp'), twin(3));
  writeFileSync(join(folder, 'another.cpp'), twin(5));
  const flags = ['-O2', '-g', '-no-pie', '-fno-pie', '-fuse-ld=lld', '-Wl,-q,--build-id'];
  const sources = [source('machine.cpp'), 'other.cpp', 'another.cpp'];
  run(['clang++-19', ...flags, '-o', 'program', ...sources], folder);
  run(
    ['perf', 'record', '-q', '-e', 'cpu-clock:u', '-F', '4000', '-o', 'perf.data', './program', '1'],
    folder,
  );
});

/** A function of its file alone that takes some time before main() begins. */
function twin(factor: number): string {
  return `static volatile unsigned long kept;
__attribute__((noinline)) static void twin(unsigned long value) {
  for (int i = 0; i < 40000000; i++) value = value * ${factor} + (value >> ${factor});
  kept = value;
}
__attribute__((constructor)) static void before() { twin(${factor}); }
`;
}

test('says the same as perf2bolt of the same samples', () => {
  run([bolt('perf2bolt'), '-nl', '-p', 'perf.data', '-o', 'reference.fdata', 'program'], folder);
  const ours = exportSamples();
  const [heading, ...lines] = ours.trimEnd().split('\n');
  expect(heading).toBe('no_lbr cycles');
  const reference = readFileSync(join(folder, 'reference.fdata'), 'utf8').trimEnd().split('\n').slice(1);
  expect(lines).toEqual(reference.sort());
  expect(lines.length).toBeGreaterThan(20);
  for (const name of ['_ZL4twinm/1', '_ZL4twinm/2', '_Z3runP5statei', '_ZN12_GLOBAL__N_13mixER5state/1']) {
    expect(lines.filter((line) => line.startsWith(`1 ${name} `))).not.toEqual([]);
  }
});

test('is consumed: llvm-bolt moves the code it names, and the program still runs', () => {
  writeFileSync(join(folder, 'ours.fdata'), exportSamples());
  const parameters = ['-reorder-blocks=ext-tsp', '-reorder-functions=cdsort', '-split-functions'];
  const { stdout, stderr } = run(
    [bolt('llvm-bolt'), 'program', '-data', 'ours.fdata', '-o', 'program.bolt', ...parameters],
    folder,
  );
  const report = readReport('bolt', stdout + stderr);
  expect(report.functions?.some).toBeGreaterThanOrEqual(4);
  expect(report.functions?.all).toBeGreaterThan(report.functions?.some as number);
  expect(consumptionError(report)).toBeNull();
  expect(consumptionError(readReport('bolt', ''))).toMatch(/linked with -Wl,-q/);
  expect(stdout + stderr).not.toMatch(/stale|invalid|profile.*did not match/i);
  run([join(folder, 'program.bolt'), '0.1'], folder);
  const [made, original] = [`${program}.bolt`, program].map((file) => annotate(file, []).buildId);
  expect(isMadeOf(made as string, original as string)).toBe(true);
  expect(isMadeOf(original as string, original as string)).toBe(false);
});

function exportSamples(): string {
  const { buildId } = annotate(program, []);
  const sum = new SampleSum(buildId);
  const addresses = sampledAddresses();
  sum.add(readMessage(profileOf(addresses, buildId)));
  const text = boltProfile({ samples: sum.sum(), annotation: annotate(program, new Set(addresses)) });
  return Buffer.from(text).toString();
}
