/** Go: by what was captured, and by what runtime/pprof says of the same run. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readReport, reportFlags } from '../../../src/pgo/consumption.js';
import { matchProfile } from '../../../src/pgo/match.js';
import { profileOverlap } from '../../../src/pgo/overlap.js';
import { readProgram } from '../../../src/pgo/program.js';
import { end, pause, start, workloadCpus } from '../collector/processes.js';
import type { Case, Fact, Prepare } from './cases.js';
import { costOfService, Service } from './service.js';
import { capture, contentOf, costOfRounds, exportTo, programs, tool } from './tools.js';

const variants = ['none', 'ours', 'own'] as const;
type Variant = (typeof variants)[number];
const names: Readonly<Record<Variant, string>> = {
  none: 'no profile',
  ours: 'profbound',
  own: 'runtime/pprof',
};
const compared = [
  { build: names.ours, other: names.none, wanted: 'no loss' },
  { build: names.own, other: names.none, wanted: null },
  { build: names.ours, other: names.own, wanted: 'no loss' },
] as const;

interface Source {
  readonly name: string;
  readonly files: readonly string[];
}

/** A module that can also profile itself. */
class Module {
  readonly #folder: string;
  readonly #profiles = new Map<Variant, string | null>();

  constructor(
    private readonly folder: string,
    { name, files }: Source,
  ) {
    this.#folder = join(folder, 'module');
    mkdirSync(this.#folder);
    for (const file of files)
      copyFileSync(file, join(this.#folder, basename(file).replace('shapes', 'main')));
    copyFileSync(join('test', 'bench', 'pgo', 'ownProfile.go'), join(this.#folder, 'ownProfile.go'));
    writeFileSync(join(this.#folder, 'go.mod'), `module example.org/${name}\n\ngo 1.23\n`);
  }

  /** @param layout draws the order of functions; 0: as they come @returns what the compiler says */
  build(variant: Variant, profile: string | null, layout = 0): string {
    this.#profiles.set(variant, profile);
    const words = [
      `-ldflags=-B=gobuildid -randlayout=${layout}`,
      `-gcflags=-m=1 ${reportFlags('go', null).join(' ')}`,
      `-pgo=${profile ?? 'off'}`,
    ];
    return tool(['go', 'build', ...words, '-o', this.program(variant), '.'], this.#folder).stderr;
  }

  /** The same build in another layout: only linked anew. @returns the program */
  inLayout(variant: Variant, layout: number): string {
    this.build(variant, this.#profiles.get(variant) ?? null, layout);
    return this.program(variant);
  }

  program(variant: Variant): string {
    return join(this.folder, variant);
  }

  /** Both profiles of one run of the build without one: the program is told to stop profiling itself when ours is taken. */
  async profiles(
    run: (environment: Record<string, string>, take: (pid: number) => Promise<void>) => Promise<void>,
  ): Promise<Fact[]> {
    const own = join(this.folder, 'own.pprof');
    let captured = '';
    await run({ OWN_PROFILE: own }, async (pid) => {
      captured = await capture(
        ['--pid', String(pid), '--seconds', String(this.seconds)],
        join(this.folder, 'capture'),
      );
      process.kill(pid, 'SIGUSR1');
      while (!existsSync(`${own}.whole`)) await pause(0.05);
    });
    const ours = await exportTo(join(this.folder, 'ours.pprof'), captured, this.program('none'), 'go');
    const reports = { ours: this.build('ours', ours), own: this.build('own', `${own}.whole`) };
    const program = readProgram(this.program('none'), 'go');
    const [mine, theirs] = [contentOf('go', ours), contentOf('go', `${own}.whole`)];
    return [
      ...(['ours', 'own'] as const).flatMap((variant) => factsOf(names[variant], reports[variant])),
      matchFact(names.ours, matchProfile(mine, program, null).rate),
      matchFact(names.own, matchProfile(theirs, program, null).rate),
      {
        what: 'the two profiles are alike',
        found: share(profileOverlap(mine, theirs).similarity),
        isMet: null,
      },
    ];
  }

  seconds = 3;
}

function factsOf(name: string, report: string): Fact[] {
  const { inlined, promoted } = readReport('go', report);
  const listed = (calls: readonly { caller: string; callee: string }[]): string =>
    `${calls.length}: ${calls.map(({ caller, callee }) => (caller === '' ? callee : `${callee} into ${caller}`)).join(', ')}`;
  return [
    { what: `${name}: hot calls inlined`, found: listed(inlined), isMet: inlined.length > 0 },
    { what: `${name}: calls devirtualised`, found: listed(promoted), isMet: null },
  ];
}

function matchFact(name: string, rate: number): Fact {
  return { what: `${name}: weight that finds its place`, found: share(rate), isMet: rate > 0.95 };
}

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;

/** The program of the tests. */
export const shapes: Prepare = async ({ quick, folder }): Promise<Case> => {
  const module = new Module(folder, { name: 'shapes', files: [join(programs, 'shapes.go')] });
  module.seconds = quick ? 1.5 : 3;
  module.build('none', null);
  const facts = await module.profiles(async (environment, take) => {
    const words = [
      'env',
      ...Object.entries(environment).map((pair) => pair.join('=')),
      module.program('none'),
    ];
    const child = start([...words, String(module.seconds + 3)], workloadCpus);
    await take(child.pid as number);
    end(child, 'SIGKILL');
  });
  const builds = variants.map((variant) => ({
    name: names[variant],
    program: (layout: number) => module.inLayout(variant, layout),
    cost: (program: string) => costOfRounds(program, 0.2),
  }));
  return { name: 'Go: shapes', builds, compared, facts };
};

const path = '/pages/7';

/** The sample that serves pages. */
export const pages: Prepare = async ({ folder }): Promise<Case> => {
  const sample = join('samples', 'go-service');
  const files = readdirSync(sample).filter((file) => /\.(go|c|h)$/.test(file));
  const module = new Module(folder, { name: 'pages', files: files.map((file) => join(sample, file)) });
  module.build('none', null);
  const facts = await module.profiles(async (environment, take) => {
    const service = await Service.start(module.program('none'), path, environment);
    const load = service.load(module.seconds + 1);
    await take(service.pid);
    await load;
    service.stop();
  });
  return {
    name: 'Go: go-service',
    builds: variants.map((variant) => ({
      name: names[variant],
      program: (layout: number) => module.inLayout(variant, layout),
      cost: (program: string) => costOfService(program, path),
    })),
    compared,
    facts,
  };
};
