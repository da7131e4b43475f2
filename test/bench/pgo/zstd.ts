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
import type { Prepare } from './cases.js';
import { clangCase, clangCompared, gccCase, type Native } from './native.js';
import { cpuOf, tool } from './tools.js';

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
function loadScript(folder: string): string {
  const script = join(folder, 'load.sh');
  const input = join(folder, 'input');
  // Machine code, text and debug information; so much that what a process takes to start is little of it.
  const libraries = ['libcrypto.so.3', 'libc.so.6'];
  writeFileSync(
    input,
    Buffer.concat(libraries.map((name) => readFileSync(join('/usr/lib/x86_64-linux-gnu', name)))),
  );
  const pack = (level: number): string =>
    `"$1" -q -f --single-thread -${level} -o "$1.${level}.zst" ${input}`;
  const unpack = (level: number): string => `"$1" -q -f -d -o /dev/null "$1.${level}.zst"`;
  const work = [pack(3), unpack(3), unpack(3), pack(9), unpack(9), unpack(9)];
  writeFileSync(script, `set -e\nfor round in $(seq "$2"); do\n${work.join('\n')}\ndone\n`);
  return script;
}

function zstd(folder: string): Native {
  const script = loadScript(folder);
  return {
    name: 'zstd',
    compilers: { clang: 'clang-19', gcc: 'gcc-12' },
    flags: ['-w', '-DXXH_NAMESPACE=ZSTD_'],
    sources: files(sources()),
    load: (program) => ['bash', script, program, '8'],
    cost: (program) => cpuOf(['bash', script, program, '1']),
  };
}

export const zstdClang: Prepare = ({ folder }) =>
  clangCase(
    zstd(folder),
    folder,
    clangCompared.map((each) => ({ ...each, wanted: each.wanted && ('no loss' as const) })),
  );
export const zstdGcc: Prepare = ({ folder }) => gccCase(zstd(folder), folder);
