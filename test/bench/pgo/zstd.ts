/** A program nobody here wrote: zstd, of Debian's source package, that compresses and unpacks machine code. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readReport, reportFlags } from '../../../src/pgo/consumption.js';
import { llvmProfile } from '../../../src/pgo/llvm.js';
import type { Case, Prepare } from './cases.js';
import type { Build } from './comparison.js';
import {
  clangCompared,
  clangFlags,
  gccCompared,
  gccDumps,
  gccFact,
  gccFlags,
  gccNamed,
  gccVariants,
  llvmFact,
  named,
  overlapFact,
  referenceProfile,
  sampledByPerf,
  useGcc,
  useLlvm,
} from './native.js';
import { clangSteady, compile, gccSteady, link } from './objects.js';
import { capture, captureFloor, cpuOf, exportTo, perfRecord, tool } from './tools.js';

const cache = join(process.cwd(), 'node_modules', '.cache', 'profbound-zstd');

/** Fetched and unpacked once. @throws Error where Debian's archive cannot be reached */
function sources(): string {
  if (existsSync(cache)) return cache;
  mkdirSync(join(cache, '..'), { recursive: true });
  const folder = mkdtempSync(`${cache}-`);
  try {
    const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
    const list = `deb-src [signed-by=${key}] http://deb.debian.org/debian bookworm main\n`;
    writeFileSync(join(folder, 'sources.list'), list);
    const paths = { 'Etc::SourceList': 'sources.list', 'State::Lists': 'lists', Cache: 'cache' };
    const options = Object.entries(paths).map(([key, path]) => `-oDir::${key}=${join(folder, path)}`);
    for (const part of ['lists', 'cache/archives'])
      mkdirSync(join(folder, part, 'partial'), { recursive: true });
    const apt = ['apt-get', '-qq', ...options, '-oDir::Etc::SourceParts=/dev/null'];
    tool([...apt, 'update'], folder);
    tool([...apt, 'source', '--download-only', 'zstd'], folder);
    const archive = readdirSync(folder).find((name) => /orig\.tar\.\w+$/.test(name)) as string;
    mkdirSync(join(folder, 'zstd'));
    tool(['tar', 'xf', archive, '-C', 'zstd', '--strip-components=1'], folder);
    renameSync(join(folder, 'zstd'), cache);
    return cache;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Files of the program, without those for other formats and for threads. */
function files(folder: string): string[] {
  const parts = ['lib/common', 'lib/compress', 'lib/decompress', 'lib/dictBuilder', 'programs'];
  return parts.flatMap((part) =>
    readdirSync(join(folder, part))
      .filter((file) => /\.[cS]$/.test(file))
      .map((file) => join(folder, part, file)),
  );
}

/** A script that packs and unpacks with one build, as a backup does. */
function load(folder: string): string {
  const script = join(folder, 'load.sh');
  const input = join(folder, 'input');
  // Machine code, text and debug information.
  writeFileSync(input, readFileSync('/usr/lib/x86_64-linux-gnu/libcrypto.so.3'));
  const pack = (level: number): string =>
    `"$1" -q -f --single-thread -${level} -o "$1.${level}.zst" ${input}`;
  const unpack = (level: number): string => `"$1" -q -f -d -o /dev/null "$1.${level}.zst"`;
  const work = [pack(3), unpack(3), unpack(3), pack(9), unpack(9), unpack(9)];
  writeFileSync(script, `set -e\nfor round in $(seq "$2"); do\n${work.join('\n')}\ndone\n`);
  return script;
}

const compileZstd = (words: readonly string[], folder: string): string =>
  compile([...words, '-w', '-DXXH_NAMESPACE=ZSTD_'], files(sources()), folder);

const zstdBuild = (name: string, at: string, script: string): Build => ({
  name,
  cost: (round) => cpuOf(['bash', script, link(at, round + 1), '2']),
});

export const zstdClang: Prepare = async ({ folder }): Promise<Case> => {
  const at = (name: string): string => join(folder, name);
  const build = (variant: keyof typeof named, ...more: readonly string[]): string =>
    compileZstd(['clang-19', ...clangFlags, ...clangSteady, ...more], at(variant));
  build('none');
  const none = link(at('none'), null);
  const script = load(folder);
  const command = ['bash', script, none, '8'];
  const addresses = perfRecord(command, folder, none);
  referenceProfile(addresses, none, at('reference.prof'), folder);
  writeFileSync(at('same.prof'), llvmProfile([sampledByPerf(addresses, none)]));
  await exportTo(at('ours.prof'), await capture(['--', ...command], at('capture')), none, 'llvm');
  const reports = (['ours', 'same', 'reference'] as const).map((variant) =>
    llvmFact(named[variant], build(variant, ...useLlvm(at(`${variant}.prof`)), ...reportFlags.llvm)),
  );
  return {
    name: 'clang: zstd',
    builds: Object.entries(named).map(([variant, name]) => zstdBuild(name, at(variant), script)),
    compared: clangCompared.map((each) => ({ ...each, wanted: 'no loss' as const })),
    facts: [...reports, overlapFact(at('same.prof'), at('reference.prof'), folder)],
  };
};

export const zstdGcc: Prepare = async ({ folder }): Promise<Case> => {
  const at = (name: string): string => join(folder, name);
  const build = (variant: (typeof gccVariants)[number], ...more: readonly string[]): string =>
    compileZstd(['gcc-12', ...gccFlags, ...gccSteady, ...more], at(variant));
  build('none');
  const none = link(at('none'), null);
  const script = load(folder);
  const command = ['--', 'bash', script, none, '8'];
  const captured = await capture(command, at('capture'));
  await exportTo(at('ours.prof'), captured, none, 'gcc');
  await exportTo(at('floor.prof'), await captureFloor(captured, command, at('few')), none, 'gcc');
  build('floor', ...useGcc(at('floor.prof')));
  build('unrolled', ...useGcc(at('ours.prof')), '-funroll-loops');
  build('ours', ...useGcc(at('ours.prof')), ...reportFlags.gcc);
  return {
    name: 'gcc: zstd',
    builds: gccVariants.map((variant) => zstdBuild(gccNamed[variant], at(variant), script)),
    compared: gccCompared,
    facts: [gccFact(readReport('gcc', gccDumps(at('ours'))))],
  };
};
