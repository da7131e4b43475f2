/** What the cases share: commands, captures, exports, what a program costs. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exportPgoSource } from '../../../src/jobs/pgoSource.js';
import { type ProfileContent, readProfile } from '../../../src/pgo/content.js';
import { fewestSamples } from '../../../src/pgo/floor.js';
import type { PgoFormat } from '../../../src/pgo/formats.js';
import { run as runTimed, workloadCpus } from '../collector/processes.js';

export const programs = join(process.cwd(), 'test', 'pgo', 'programs');
export const collector = join(process.cwd(), 'dist', 'native', 'linux-x64', 'profbound-collect');

/** Samples a second of a capture. */
const rate = 4999;

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a tool to its end. @throws Error with what it said when that is not a good one */
export function tool(
  words: readonly string[],
  cwd: string,
  environment: Record<string, string> = {},
): Output {
  const [command, ...parameters] = words as [string, ...string[]];
  const env = { ...process.env, ...environment };
  const options = { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 28 } as const;
  const { status, stdout, stderr, error } = spawnSync(command, parameters, options);
  if (status !== 0)
    throw new Error(`${words.join(' ')}: ${error?.message ?? `${stdout}\n${stderr}`.slice(-2000)}`);
  return { stdout, stderr };
}

/** CPU seconds a program takes, user and system. */
export async function cpuOf(words: readonly string[]): Promise<number> {
  return (await runTimed(words, workloadCpus)).cpuSeconds;
}

/** A program that says itself how many rounds it did, and the microseconds of CPU time that took. @returns seconds a round */
export async function costOfRounds(program: string, seconds: number): Promise<number> {
  const { stdout, stderr } = await runTimed([program, String(seconds)], workloadCpus);
  const [, rounds, microseconds] = `${stdout}\n${stderr}`.trim().split(/\s+/).map(Number);
  if (!rounds || !microseconds) throw new Error(`${program} did not say what it did: ${stdout}${stderr}`);
  return microseconds / 1e6 / rounds;
}

/** Captures a command to its end, or a process for a while. @returns the profile's file */
export async function capture(target: readonly string[], folder: string, hertz = rate): Promise<string> {
  const words = [collector, 'record', '--event', 'cpu-clock', '--rate', String(hertz), '--out', folder];
  await runTimed([...words, ...target]);
  return join(folder, 'cpu.pb.gz');
}

/** Captures a command once more, at a rate that gives hardly more samples than a profile has to have. */
export async function captureFloor(
  captured: string,
  target: readonly string[],
  folder: string,
): Promise<string> {
  const { samples } = JSON.parse(readFileSync(join(dirname(captured), 'capture.json'), 'utf8')) as {
    samples: number;
  };
  return capture(target, folder, Math.ceil((1.1 * rate * fewestSamples) / samples));
}

/** A compiler's profile of a captured one. */
export async function exportTo(
  out: string,
  source: string,
  binary: string,
  format: PgoFormat,
): Promise<string> {
  const silent = { line: () => {}, warn: () => {} };
  await exportPgoSource({
    source,
    binary,
    format,
    out,
    fewestSamples: 500,
    seconds: 60,
    llvmProfdata: null,
    log: silent as never,
    signal: new AbortController().signal,
  });
  return out;
}

export function contentOf(format: PgoFormat, file: string): ProfileContent {
  return readProfile(format, readFileSync(file), { name: file, llvmProfdata: null });
}

/** Addresses of a program's samples in perf's data with how many there are; libraries and the kernel lie elsewhere. */
export function perfAddresses(folder: string, binary: string): Map<number, number> {
  const { stdout } = tool(['perf', 'script', '-F', 'ip', '-i', 'perf.data'], folder);
  const size = Math.max(
    ...tool(['nm', binary], folder)
      .stdout.split('\n')
      .map((line) => Number.parseInt(line, 16) || 0),
  );
  const counts = new Map<number, number>();
  for (const line of stdout.split('\n')) {
    const address = Number.parseInt(line.trim(), 16);
    if (address <= size) counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  return counts;
}

/** Has perf sample a command. @returns the addresses */
export function perfRecord(command: readonly string[], folder: string, binary: string): Map<number, number> {
  const words = ['perf', 'record', '-q', '-e', 'cpu-clock:u', '-F', String(rate), '-o', 'perf.data'];
  tool([...words, ...command], folder);
  return perfAddresses(folder, binary);
}
