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
  return file
    .replace(/(?<=\/[^/]+)@v\d+\.\d+\.\d[^/]*(?=\/)/, '')
    .replace(/^\/rustc\/[0-9a-f]{40}\/|^.*\/toolchains\/[^/]+\/lib\/rustlib\/src\/rust\//, '/rustc/')
    .replace(
      /\/registry\/src\/[^/]+-[0-9a-f]{16}\/([^/]+?)-(\d+\.\d+\.\d+[^/]*)\//,
      (_, crate, version) => `/registry/src/${crate}-${compatible(version)}/`,
    )
    .replace(/\/git\/checkouts\/([^/]+)-[0-9a-f]{16}\/[0-9a-f]{7,40}\//, '/git/checkouts/$1/')
    .replace(/(?<=\/\.pnpm\/@?[^/@]+@\d+)\.[^/]*(?=\/)/, '')
    .replace(/(?<=-npm-\d+)\.[^/]*(?=\.zip\/)/, '')
    .replace(/\/hostedtoolcache\/([^/]+)\/\d+\.[^/]+\//, '/hostedtoolcache/$1/')
    .replace(/\/versions\/(?:node\/)?v?\d+\.\d[^/]*\//, '/versions/')
    .replace(/\/(python|go-)\d+\.\d+\//, '/$1/')
    .replace(/\/nix\/store\/[0-9a-z]{32}-([^/]+?)(?:-\d[^/]*)?\//, '/nix/store/$1/')
    .replace(/(?<=[\w-][.-])[0-9a-f]{8,32}\.(?=(?:chunk\.)?[cm]?js$)/, '');
}

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
