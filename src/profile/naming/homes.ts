/** Where a function lives: its file or binary, as far as that is the same in another build, machine or version. */
import { posix } from 'node:path';

/** Relative to the root where it lies below it; null when unknown. */
export function relativeFile(file: string, root: string): string | null {
  if (file === '') return null;
  const path = file.replace(/^file:\/\//, '');
  // Anything with a scheme (node:fs, webpack://app/x.js) is a name, not a path.
  if (/^[a-z][a-z-]+:/i.test(path)) return path;
  const normal = posix.normalize(path);
  if (root === '' || !normal.startsWith('/')) return normal;
  const below = posix.relative(root, normal);
  return below === '' || below === '..' || below.startsWith('../') ? normal : below;
}

/**
 * A file without the version of the package or toolchain it comes from, which a change of dependencies changes. Where
 * several versions of a package can be in one program, what tells them apart stays: Cargo's and npm's leading number.
 */
export function unversionedFile(file: string): string {
  // Names are asked for once a frame and capture: most have nothing to be taken off, and that is to be cheap.
  if (!/\d/.test(file)) return file;
  return versions.reduce(
    (path, [sign, pattern, rest]) => (path.includes(sign) ? path.replace(pattern, rest) : path),
    file,
  );
}

type Replacement = string & ((whole: string, ...groups: string[]) => string);

/** What a path must have in it, what is looked for, and what is left of it. */
const versions = [
  ['@v', /(\/[^/]+)@v\d+\.\d+\.\d[^/]*(?=\/)/, '$1'],
  ['/rustc/', /^\/rustc\/[0-9a-f]{40}\//, '/rustc/'],
  ['/toolchains/', /^.*\/toolchains\/[^/]+\/lib\/rustlib\/src\/rust\//, '/rustc/'],
  [
    '/registry/src/',
    /\/registry\/src\/[^/]+-[0-9a-f]{16}\/([^/]+?)-(\d+\.\d+\.\d+[^/]*)\//,
    (_: string, crate: string, version: string) => `/registry/src/${crate}-${compatible(version)}/`,
  ],
  ['/git/checkouts/', /\/git\/checkouts\/([^/]+)-[0-9a-f]{16}\/[0-9a-f]{7,40}\//, '/git/checkouts/$1/'],
  ['/.pnpm/', /(\/\.pnpm\/@?[^/@]+@\d+)\.[^/]*(?=\/)/, '$1'],
  ['-npm-', /(-npm-\d+)\.[^/]*(?=\.zip\/)/, '$1'],
  ['/hostedtoolcache/', /\/hostedtoolcache\/([^/]+)\/\d+\.[^/]+\//, '/hostedtoolcache/$1/'],
  ['/versions/', /\/versions\/(?:node\/)?v?\d+\.\d[^/]*\//, '/versions/'],
  ['/python', /\/python\d+\.\d+\//, '/python/'],
  ['/go-', /\/go-\d+\.\d+\//, '/go/'],
  ['/nix/store/', /\/nix\/store\/[0-9a-z]{32}-([^/]+?)(?:-\d[^/]*)?\//, '/nix/store/$1/'],
  ['js', /([\w-][.-])[0-9a-f]{8,32}\.(?=(?:chunk\.)?[cm]?js$)/, '$1'],
] as unknown as readonly (readonly [sign: string, pattern: RegExp, rest: Replacement])[];

/** What Cargo takes for compatible: 1.0.203 → 1, 0.12.3 → 0.12, 0.0.3 → 0.0.3. */
function compatible(version: string): string {
  return /^(?:[1-9]\d*|0\.[1-9]\d*|0\.0\.\d+)/.exec(version)?.[0] ?? version;
}

/** Base name of a mapping, without what differs from process to process. */
export function mappingName(mapping: string): string {
  const name = posix.basename(mapping.replace(/ \(deleted\)$/, ''));
  return /^perf-\d+\.map$|^jitted-\d+-\d+\.so$/.test(name) ? '[jit]' : name;
}

/** The same without the library's version; the first number behind `.so.` stays: it tells what is compatible. */
export function unversionedMapping(mapping: string): string {
  return mappingName(mapping)
    .replace(/\.so\.(\d+)(?:\.\d+)+$/, '.so.$1')
    .replace(/-\d+(?:\.\d+)+\.so$/, '.so')
    .replace(/^((?:lib)?python\d)\.\d+/, '$1')
    .replace(/\.(?:cpython|pypy)\d*-\d+[^.]*\.so$/, '.so');
}
