/** Programs by clang against the reference's profile of the same samples, by GCC, by BOLT; that of the tests is one. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { annotate } from '../../../src/pgo/annotation.js';
import { boltProfile } from '../../../src/pgo/bolt.js';
import { consumptionError, readReport, reportFlags } from '../../../src/pgo/consumption.js';
import { llvmProfile } from '../../../src/pgo/llvm.js';
import { profileOverlap } from '../../../src/pgo/overlap.js';
import type { BinarySamples } from '../../../src/pgo/samples.js';
import type { SampledBinary } from '../../../src/pgo/sourceProfile.js';
import type { Case, Compared, Fact, Prepare } from './cases.js';
import type { Build } from './comparison.js';
import { clangSteady, compile, gccSteady, link } from './objects.js';
import {
  capture,
  captureFloor,
  contentOf,
  costOfRounds,
  exportTo,
  perfRecord,
  programs,
  tool,
} from './tools.js';

const clangFlags = [
  '-O2',
  '-gline-tables-only',
  '-fdebug-info-for-profiling',
  '-funique-internal-linkage-names',
  '-fno-pie',
];
const gccFlags = ['-O2', '-g'];
const useLlvm = (file: string): string[] => [
  `-fprofile-sample-use=${file}`,
  ...['-mllvm', '-sample-profile-use-profi'],
];

/** Samples that perf took, each of the same weight. */
function sampledByPerf(addresses: ReadonlyMap<number, number>, binary: string): SampledBinary {
  const stacks = [...addresses].map(([address, samples]) => ({
    addresses: [address],
    samples,
    weight: samples * 200_000,
  }));
  const samples = stacks.reduce((sum, each) => sum + each.samples, 0);
  const all: BinarySamples = { stacks, samples, weight: samples * 200_000 };
  return { samples: all, annotation: annotate(binary, addresses.keys()) };
}

/**
 * LLVM's own llvm-profgen on plain samples: each sampled address is a range of one instruction, which is how it takes
 * samples without records of branches.
 */
export function referenceProfile(
  addresses: ReadonlyMap<number, number>,
  binary: string,
  out: string,
  folder: string,
): void {
  const ranges = [...addresses].map(
    ([address, count]) => `${address.toString(16)}-${address.toString(16)}:${count}\n`,
  );
  writeFileSync(join(folder, 'ranges.txt'), `${ranges.length}\n${ranges.join('')}0\n`);
  const words = [
    `--binary=${binary}`,
    '--unsymbolized-profile=ranges.txt',
    '--use-offset=0',
    `--output=${out}`,
  ];
  tool(['llvm-profgen-19', ...words, '--format=text'], folder);
}

/** What LLVM's tools say of two profiles, and whether we say the same. */
export function overlapFact(ours: string, reference: string, folder: string): Fact {
  tool(['llvm-profdata-19', 'show', '--sample', ours], folder);
  const { stdout } = tool(['llvm-profdata-19', 'overlap', '--sample', ours, reference], folder);
  const theirs = Number(/Whole program profile similarity: ([\d.]+)%/.exec(stdout)?.[1]);
  const { similarity } = profileOverlap(contentOf('llvm', ours), contentOf('llvm', reference));
  return {
    what: 'similarity of profbound and llvm-profgen, by llvm-profdata and by profbound',
    found: `${theirs.toFixed(3)} %, ${(100 * similarity).toFixed(3)} %`,
    isMet: Math.abs(theirs - 100 * similarity) < 0.01,
  };
}

export function llvmFact(name: string, report: string): Fact {
  const consumed = readReport('llvm', report);
  const { inlined, promoted, dropped } = consumed;
  return {
    what: `${name}: what clang did by it`,
    found: `${promoted.length} calls promoted, ${inlined.length} inlined, ${dropped?.some} of ${dropped?.all} counts dropped`,
    isMet: consumptionError(consumed) === null,
  };
}

/** The names of the builds of clang, as they are printed. */
export const named = {
  none: 'no profile',
  ours: 'profbound',
  same: 'profbound, samples of perf',
  reference: 'llvm-profgen',
};
export const clangCompared = [
  { build: named.ours, other: named.none, wanted: 'gain' },
  { build: named.reference, other: named.none, wanted: null },
  { build: named.same, other: named.reference, wanted: 'no loss' },
  { build: named.ours, other: named.reference, wanted: 'no loss' },
] as const;

/** As docs/pgo.md has it: by itself GCC unrolls loops where it has a profile. */
const useGcc = (file: string): string[] => [`-fauto-profile=${file}`, '-fno-unroll-loops'];

/** The names of the builds of gcc. */
const gccNamed = {
  none: named.none,
  ours: named.ours,
  floor: 'profbound, at the floor',
  unrolled: 'profbound, -funroll-loops',
};
const gccCompared: readonly Compared[] = [
  { build: gccNamed.ours, other: named.none, wanted: 'no loss' },
  { build: gccNamed.floor, other: named.none, wanted: 'no loss' },
  { build: gccNamed.unrolled, other: gccNamed.ours, wanted: null },
];

/** A program that both compilers build, what is captured of it, and what it costs. */
export interface Native {
  readonly name: string;
  readonly compilers: { readonly clang: string; readonly gcc: string };
  /** Flags of its own. */
  readonly flags: readonly string[];
  readonly sources: readonly string[];
  /** The command that is captured. */
  readonly load: (program: string) => readonly string[];
  readonly cost: (program: string) => Promise<number>;
}

/** By clang: a profile of what was captured, and of perf's samples, beside llvm-profgen's of the same. */
export async function clangCase(
  { name, compilers, flags, sources, load, cost }: Native,
  folder: string,
  compared: readonly Compared[],
): Promise<Case> {
  const at = (file: string): string => join(folder, file);
  const build = (variant: keyof typeof named, ...more: readonly string[]): string =>
    compile([compilers.clang, ...clangFlags, ...clangSteady, ...flags, ...more], sources, at(variant));
  build('none');
  const none = link(at('none'), null);
  const addresses = perfRecord(load(none), folder, none);
  referenceProfile(addresses, none, at('reference.prof'), folder);
  writeFileSync(at('same.prof'), llvmProfile([sampledByPerf(addresses, none)]));
  await exportTo(at('ours.prof'), await capture(['--', ...load(none)], at('capture')), none, 'llvm');
  const reports = (['ours', 'same', 'reference'] as const).map((variant) =>
    llvmFact(named[variant], build(variant, ...useLlvm(at(`${variant}.prof`)), ...reportFlags('llvm', null))),
  );
  return {
    name: `clang: ${name}`,
    builds: inLayouts(named, folder, cost),
    compared,
    facts: [...reports, overlapFact(at('same.prof'), at('reference.prof'), folder)],
  };
}

/** By GCC: also by hardly more samples than a profile has to have, and with what GCC does by itself. */
export async function gccCase(
  { name, compilers, flags, sources, load, cost }: Native,
  folder: string,
): Promise<Case> {
  const at = (file: string): string => join(folder, file);
  const build = (variant: keyof typeof gccNamed, ...more: readonly string[]): string =>
    compile([compilers.gcc, ...gccFlags, ...gccSteady, ...flags, ...more], sources, at(variant));
  build('none');
  const none = link(at('none'), null);
  const command = ['--', ...load(none)];
  const captured = await capture(command, at('capture'));
  await exportTo(at('ours.prof'), captured, none, 'gcc');
  await exportTo(at('floor.prof'), await captureFloor(captured, command, at('few')), none, 'gcc');
  build('floor', ...useGcc(at('floor.prof')));
  build('unrolled', ...useGcc(at('ours.prof')), '-funroll-loops');
  build('ours', ...useGcc(at('ours.prof')), ...reportFlags('gcc', null));
  return {
    name: `gcc: ${name}`,
    builds: inLayouts(gccNamed, folder, cost),
    compared: gccCompared,
    facts: [gccFact(readReport('gcc', gccDumps(at('ours'))))],
  };
}

/** @param names of builds, by the folders of their objects */
function inLayouts(names: Readonly<Record<string, string>>, folder: string, cost: Native['cost']): Build[] {
  return Object.entries(names).map(([variant, name]) => ({
    name,
    program: (layout) => link(join(folder, variant), layout),
    cost,
  }));
}

const machineSource = join(programs, 'machine.cpp');

/** Takes the seconds of CPU time that it is given. */
function machine(quick: boolean): Native {
  return {
    name: 'machine',
    compilers: { clang: 'clang++-19', gcc: 'g++-12' },
    flags: [],
    sources: [machineSource],
    load: (program) => [program, quick ? '1.5' : '4'],
    cost: (program) => costOfRounds(program, 0.15),
  };
}

export const clang: Prepare = ({ quick, folder }) => clangCase(machine(quick), folder, clangCompared);
export const gcc: Prepare = ({ quick, folder }) => gccCase(machine(quick), folder);

export function gccFact(report: ReturnType<typeof readReport>): Fact {
  return {
    what: 'what GCC did by it',
    found: `counts in ${report.functions?.some} of ${report.functions?.all} functions, ${report.promoted.length} calls promoted`,
    isMet: consumptionError(report) === null,
  };
}

/** What GCC says by `reportFlags`, of all that was compiled in a folder. */
export function gccDumps(folder: string): string {
  const dumps = readdirSync(folder).filter((name) => name.endsWith('.afdo'));
  return dumps.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

export const bolt: Prepare = async ({ quick, folder }): Promise<Case> => {
  const at = (name: string): string => join(folder, name);
  copyFileSync(machineSource, at('machine.cpp'));
  const relocatable = ['-fuse-ld=lld', '-no-pie', '-Wl,--build-id,-q'];
  tool(['clang++-19', ...clangFlags, ...relocatable, '-o', 'none', 'machine.cpp'], folder);
  const command = [at('none'), quick ? '1.5' : '4'];
  const addresses = perfRecord(command, folder, at('none'));
  const bolted = (name: string): string => `/usr/lib/llvm-19/bin/${name}`;
  tool([bolted('perf2bolt'), '-nl', '-p', 'perf.data', '-o', 'reference.fdata', 'none'], folder);
  const sorted = (text: string): string => text.trimEnd().split('\n').slice(1).sort().join('\n');
  const same = Buffer.from(boltProfile(sampledByPerf(addresses, at('none')))).toString();
  const reference = readFileSync(at('reference.fdata'), 'utf8');
  const captured = await capture(['--', ...command], at('capture'));
  await exportTo(at('ours.fdata'), captured, at('none'), 'bolt');
  const parameters = ['-reorder-blocks=ext-tsp', '-reorder-functions=cdsort', '-split-functions'];
  const { stdout, stderr } = tool(
    [bolted('llvm-bolt'), 'none', '-data', 'ours.fdata', '-o', 'ours', ...parameters],
    folder,
  );
  return {
    name: 'BOLT: machine',
    builds: (['none', 'ours'] as const).map((variant) => ({
      name: named[variant],
      program: () => at(variant),
      cost: (program) => costOfRounds(program, 0.15),
    })),
    compared: [{ build: named.ours, other: named.none, wanted: 'no loss' }],
    facts: [
      {
        what: 'sorted, the profile of perf’s samples and that of perf2bolt -nl',
        found:
          sorted(same) === sorted(reference) ? `the same ${same.split('\n').length - 2} lines` : 'differ',
        isMet: sorted(same) === sorted(reference),
      },
      boltFact(readReport('bolt', stdout + stderr)),
    ],
  };
};

export function boltFact(report: ReturnType<typeof readReport>): Fact {
  return {
    what: 'functions BOLT has a profile of',
    found: `${report.functions?.some} of ${report.functions?.all}`,
    isMet: consumptionError(report) === null,
  };
}
