/** The sample that plans tours, under a load of HTTP: by clang against llvm-profgen's profile of the same samples, GCC, BOLT. */
import { copyFileSync, cpSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildIdOf } from '../../../src/jobs/pgo.js';
import { readReport, reportFlags } from '../../../src/pgo/consumption.js';
import { elsewhere, SampleSum } from '../../../src/pgo/samples.js';
import { readMessage } from '../../../src/profile/wire.js';
import type { Case, Prepare } from './cases.js';
import { boltFact, gccFact, llvmFact, named, overlapFact, referenceProfile } from './native.js';
import { captureService, costOfService } from './service.js';
import { exportTo, type Output, tool } from './tools.js';

const path = '/tours/7';

/** A copy of the sample's source, and programs made of it. */
class Sample {
  readonly source: string;

  constructor(
    readonly folder: string,
    private readonly compiler: string,
  ) {
    this.source = this.at('source');
    const isSource = (file: string): boolean => /^(Makefile|.*\.(cpp|h)|cpp-service)$/.test(basename(file));
    cpSync(join('samples', 'cpp-service'), this.source, { recursive: true, filter: isSource });
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  /** @param words PROFILE and REPORT where it is built by one @returns what the compiler says */
  build(name: string, ...words: readonly string[]): Output {
    tool(['make', '-s', 'clean'], this.source);
    const said = tool(['make', '-s', `CXX=${this.compiler}`, ...words], this.source);
    copyFileSync(join(this.source, 'routes'), this.at(name));
    return said;
  }

  case(
    name: string,
    variants: readonly (keyof typeof named)[],
    rest: Pick<Case, 'compared' | 'facts'>,
  ): Case {
    const builds = variants.map((variant) => ({
      name: named[variant],
      cost: () => costOfService(this.at(variant), path),
    }));
    return { name, builds, ...rest };
  }
}

const gains = { build: named.ours, other: named.none, wanted: 'no loss' } as const;

export const routes: Prepare = async ({ folder }): Promise<Case> => {
  const sample = new Sample(folder, 'clang++-19');
  sample.build('none');
  const captured = await captureService(sample.at('none'), path, sample.at('capture'));
  await exportTo(sample.at('ours.prof'), captured, sample.at('none'), 'llvm');
  const addresses = sampledAddresses(captured, sample.at('none'));
  referenceProfile(addresses, sample.at('none'), sample.at('reference.prof'), folder);
  const reports = (['ours', 'reference'] as const).map((variant) => {
    const words = [`PROFILE=${sample.at(`${variant}.prof`)}`, `REPORT=${reportFlags.llvm.join(' ')}`];
    return llvmFact(named[variant], sample.build(variant, ...words).stderr);
  });
  return sample.case('clang: cpp-service', ['none', 'ours', 'reference'], {
    compared: [
      gains,
      { build: named.reference, other: named.none, wanted: 'no loss' },
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
  const captured = await captureService(sample.at('none'), path, sample.at('capture'));
  await exportTo(sample.at('ours.prof'), captured, sample.at('none'), 'gcc');
  sample.build('ours', `PROFILE=${sample.at('ours.prof')}`, `REPORT=${reportFlags.gcc.join(' ')}`);
  const dumps = readdirSync(sample.source).filter((name) => name.endsWith('.afdo'));
  const report = dumps.map((name) => readFileSync(join(sample.source, name), 'utf8')).join('\n');
  return sample.case('gcc: cpp-service', ['none', 'ours'], {
    compared: [gains],
    facts: [gccFact(readReport('gcc', report))],
  });
};

export const routesBolt: Prepare = async ({ folder }): Promise<Case> => {
  const sample = new Sample(folder, 'clang++-19');
  sample.build('none');
  const captured = await captureService(sample.at('none'), path, sample.at('capture'));
  await exportTo(sample.at('ours.fdata'), captured, sample.at('none'), 'bolt');
  const { stdout, stderr } = tool(['make', '-s', 'bolt', `DATA=${sample.at('ours.fdata')}`], sample.source);
  copyFileSync(join(sample.source, 'routes.bolt'), sample.at('ours'));
  return sample.case('BOLT: cpp-service', ['none', 'ours'], {
    compared: [gains],
    facts: [boltFact(readReport('bolt', stdout + stderr))],
  });
};
