/** Changed files that can slow functions down which nobody touched. */
import type { ChangedFile } from '../../bundle/changes.js';

/** The likelier, the further up; within one kind in the order of the change. */
const kinds: readonly RegExp[] = [
  // Dependencies, the lock files before what they are made from.
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|go\.sum|Cargo\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|Gemfile\.lock|composer\.lock|gradle\.lockfile|packages\.lock\.json|mix\.lock|flake\.lock|conan\.lock)$/,
  /(?:^|\/)(?:package\.json|go\.(?:mod|work)|Cargo\.toml|requirements[^/]*\.txt|pyproject\.toml|setup\.(?:py|cfg)|Pipfile|Gemfile|composer\.json|pom\.xml|[^/]*\.gradle(?:\.kts)?|libs\.versions\.toml|[^/]*\.csproj|Directory\.[^/]*\.props|vcpkg\.json|conanfile\.(?:txt|py)|MODULE\.bazel|WORKSPACE(?:\.bazel)?|mix\.exs|\.gitmodules)$/,
  // Toolchain and flags.
  /(?:^|\/)(?:\.tool-versions|\.nvmrc|\.node-version|\.python-version|rust-toolchain(?:\.toml)?|\.cargo\/config(?:\.toml)?|global\.json)$/,
  /(?:^|\/)(?:(?:GNU)?[Mm]akefile(?:\.[^/]*)?|[^/]*\.mk|CMakeLists\.txt|CMakePresets\.json|[^/]*\.cmake|configure(?:\.ac|\.in)?|meson\.build|meson_options\.txt|BUILD(?:\.bazel)?|[^/]*\.bzl|\.bazelrc|build\.(?:rs|zig|sh|py|mjs|js)|SConstruct|[Dd]ockerfile[^/]*|[^/]*\.dockerfile|tsconfig[^/]*\.json|(?:webpack|rollup|vite|esbuild|babel)\.config\.[^/]*|\.babelrc)$/,
  // What the program or its measurement is told.
  /(?:^|\/)(?:\.profbound[^/]*\.ya?ml|[^/]*\.(?:ya?ml|toml|ini|conf|cfg|env|properties|json|xml))$/,
];

const vendored = /(?:^|\/)(?:vendor|third_party|node_modules)\//;

/** The changed file that a function nobody touched most likely inherits from; null when none suggests itself. */
export function inheritedFrom(files: readonly ChangedFile[]): ChangedFile | null {
  const submodule = files.find(({ kind }) => kind === 'submodule');
  if (submodule) return submodule;
  for (const pattern of kinds) {
    const found = files.find(({ path }) => pattern.test(path) && !vendored.test(path));
    if (found) return found;
  }
  return files.find(({ path }) => vendored.test(path)) ?? null;
}
