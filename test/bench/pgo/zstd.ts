/** A program nobody here wrote: zstd, of Debian's source package, that compresses and unpacks machine code. */
import { execFile } from 'node:child_process';
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
import { promisify } from 'node:util';
import { readReport, reportFlags } from '../../../src/pgo/consumption.js';
import { llvmProfile } from '../../../src/pgo/llvm.js';
import type { Case, Prepare } from './cases.js';
import {
  clangCompared,
  clangFlags,
  gccCompared,
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

/** @returns what the compiler says */
async function build(
  compiler: string,
  flags: readonly string[],
  folder: string,
  out: string,
): Promise<string> {
  const words = [...flags, '-w', '-DXXH_NAMESPACE=ZSTD_', '-o', join(folder, out), ...files(sources())];
  const { stderr } = await promisify(execFile)(compiler, words, { cwd: folder, maxBuffer: 2 ** 28 });
  return stderr;
}

export const zstdClang: Prepare = async ({ folder }): Promise<Case> => {
  const at = (name: string): string => join(folder, name);
  await build('clang-19', clangFlags, folder, 'none');
  const script = load(folder);
  const command = ['bash', script, at('none'), '8'];
  const addresses = perfRecord(command, folder, at('none'));
  referenceProfile(addresses, at('none'), at('reference.prof'), folder);
  writeFileSync(at('same.prof'), llvmProfile([sampledByPerf(addresses, at('none'))]));
  await exportTo(at('ours.prof'), await capture(['--', ...command], at('capture')), at('none'), 'llvm');
  const facts = await Promise.all(
    (['ours', 'same', 'reference'] as const).map(async (variant) => {
      const flags = [...clangFlags, ...useLlvm(at(`${variant}.prof`)), ...reportFlags.llvm];
      return llvmFact(named[variant], await build('clang-19', flags, folder, variant));
    }),
  );
  return {
    name: 'clang: zstd',
    builds: Object.entries(named).map(([variant, name]) => ({
      name,
      cost: () => cpuOf(['bash', script, at(variant), '2']),
    })),
    compared: clangCompared.map((each) => ({ ...each, wanted: 'no loss' as const })),
    facts: [...facts, overlapFact(at('same.prof'), at('reference.prof'), folder)],
  };
};

export const zstdGcc: Prepare = async ({ folder }): Promise<Case> => {
  const at = (name: string): string => join(folder, name);
  await build('gcc-12', gccFlags, folder, 'none');
  const script = load(folder);
  const command = ['--', 'bash', script, at('none'), '8'];
  const captured = await capture(command, at('capture'));
  await exportTo(at('ours.prof'), captured, at('none'), 'gcc');
  await exportTo(at('floor.prof'), await captureFloor(captured, command, at('few')), at('none'), 'gcc');
  const by = (variant: string): string[] => [...gccFlags, ...useGcc(at(`${variant}.prof`))];
  await build('gcc-12', by('floor'), folder, 'floor');
  await build('gcc-12', [...by('ours'), '-funroll-loops'], folder, 'unrolled');
  await build('gcc-12', [...by('ours'), ...reportFlags.gcc], folder, 'ours');
  const dumps = readdirSync(folder).filter((name) => /\.\d+i\.afdo$/.test(name));
  const report = readReport('gcc', dumps.map((name) => readFileSync(at(name), 'utf8')).join('\n'));
  return {
    name: 'gcc: zstd',
    builds: gccVariants.map((variant) => ({
      name: gccNamed[variant],
      cost: () => cpuOf(['bash', script, at(variant), '2']),
    })),
    compared: gccCompared,
    facts: [gccFact(report)],
  };
};
