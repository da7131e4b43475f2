/** The sample that plans tours, under a load of HTTP: by clang against llvm-profgen's profile of the same samples, GCC, BOLT. */
import { cpSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildIdOf } from '../../../src/jobs/pgo.js';
import { readReport, reportFlags } from '../../../src/pgo/consumption.js';
import { elsewhere, SampleSum } from '../../../src/pgo/samples.js';
import { readMessage } from '../../../src/profile/wire.js';
import type { Case, Prepare } from './cases.js';
import { boltFact, gccDumps, gccFact, llvmFact, named, overlapFact, referenceProfile } from './native.js';
import { captureService, costOfService } from './service.js';
import { exportTo, type Output, tool } from './tools.js';

const path = '/tours/7';

/** Copies of the sample's source, one for each of its builds. */
class Sample {
  constructor(
    readonly folder: string,
    private readonly compiler: string,
  ) {}

  at(name: string): string {
    return join(this.folder, name);
  }

  /** @param words PROFILE and REPORT where it is built by one @returns what the compiler says */
  build(variant: keyof typeof named, ...words: readonly string[]): Output {
    const isSource = (file: string): boolean => /^(Makefile|.*\.(cpp|h)|cpp-service)$/.test(basename(file));
    cpSync(join('samples', 'cpp-service'), this.at(variant), { recursive: true, filter: isSource });
    return tool(['make', '-s', `CXX=${this.compiler}`, ...words], this.at(variant));
  }

  program(variant: keyof typeof named): string {
    return join(this.at(variant), 'routes');
  }

  /** Each round draws another layout: clang's linker shuffles functions of both compilers. */
  case(
    name: string,
    variants: readonly (keyof typeof named)[],
    rest: Pick<Case, 'compared' | 'facts'>,
  ): Case {
    const builds = variants.map((variant) => ({
      name: named[variant],
      program: (layout: number) => {
        tool(['make', '-s', 'CXX=clang++-19', 'relink', `LAYOUT=${layout}`], this.at(variant));
        return this.program(variant);
      },
      cost: (program: string) => costOfService(program, path),
    }));
    return { name, builds, ...rest };
  }
}

const gains = { build: named.ours, other: named.none, wanted: 'no loss' } as const;

export const routes: Prepare = async ({ folder }): Promise<Case> => {
  const sample = new Sample(folder, 'clang++-19');
  sample.build('none');
  const captured = await captureService(sample.program('none'), path, sample.at('capture'));
  await exportTo(sample.at('ours.prof'), captured, sample.program('none'), 'llvm');
  const addresses = sampledAddresses(captured, sample.program('none'));
  referenceProfile(addresses, sample.program('none'), sample.at('reference.prof'), folder);
  const reports = (['ours', 'reference'] as const).map((variant) => {
    const words = [
      `PROFILE=${sample.at(`${variant}.prof`)}`,
      `REPORT=${reportFlags('llvm', null).join(' ')}`,
    ];
    return llvmFact(named[variant], sample.build(variant, ...words).stderr);
  });
  return sample.case('clang: cpp-service', ['none', 'ours', 'reference'], {
    compared: [
      gains,
      { build: named.reference, other: named.none, wanted: null },
      { build: named.ours, other: named.reference, wanted: 'no loss' },
    ],
    facts: [...reports, overlapFact(sample.at('ours.prof'), sample.at('reference.prof'), folder)],
  });
};

/** Where a captured program's own samples lie, with how many there are, callers left out. */
function sampledAddresses(captured: string, binary: string): Map<number, number> {
  const sum = new SampleSum(buildIdOf(binary));
  sum.add(readMessage(readFileSync(captured)));
  const counts = new Map<number, number>();
  for (const { addresses, samples } of sum.sum().stacks) {
    const leaf = addresses[0] as number;
    if (leaf !== elsewhere) counts.set(leaf, (counts.get(leaf) ?? 0) + samples);
  }
  return counts;
}

export const routesGcc: Prepare = async ({ folder }): Promise<Case> => {
  const sample = new Sample(folder, 'g++-12');
  sample.build('none');
  const captured = await captureService(sample.program('none'), path, sample.at('capture'));
  await exportTo(sample.at('ours.prof'), captured, sample.program('none'), 'gcc');
  sample.build('ours', `PROFILE=${sample.at('ours.prof')}`, `REPORT=${reportFlags('gcc', null).join(' ')}`);
  return sample.case('gcc: cpp-service', ['none', 'ours'], {
    compared: [gains],
    facts: [gccFact(readReport('gcc', gccDumps(sample.at('ours'))))],
  });
};

export const routesBolt: Prepare = async ({ folder }): Promise<Case> => {
  const sample = new Sample(folder, 'clang++-19');
  sample.build('none');
  const captured = await captureService(sample.program('none'), path, sample.at('capture'));
  await exportTo(sample.at('ours.fdata'), captured, sample.program('none'), 'bolt');
  const { stdout, stderr } = tool(
    ['make', '-s', 'bolt', `DATA=${sample.at('ours.fdata')}`],
    sample.at('none'),
  );
  const programs = { none: sample.program('none'), ours: `${sample.program('none')}.bolt` };
  return {
    name: 'BOLT: cpp-service',
    // A profile of BOLT's is of one program, in its one layout.
    builds: (['none', 'ours'] as const).map((variant) => ({
      name: named[variant],
      program: () => programs[variant],
      cost: (program: string) => costOfService(program, path),
    })),
    compared: [gains],
    facts: [boltFact(readReport('bolt', stdout + stderr))],
  };
};
