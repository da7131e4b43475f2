/**
 * Bundles every entry point of src/main into dist/, byte-reproducibly.
 *   action.js  the GitHub Action        cli.js  the command line
 *   http-load.js  the built-in HTTP load, a process of its own so that it can be placed on its own CPUs
 */
import { chmodSync, existsSync } from 'node:fs';
import { build } from 'esbuild';

// CommonJS dependencies inside an ES module bundle still call require() for Node's own modules.
const banner = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

const entries = ['action', 'cli', 'http-load'].filter((name) => existsSync(`src/main/${name}.ts`));
await build({
  entryPoints: entries.map((name) => `src/main/${name}.ts`),
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  legalComments: 'none',
  minifySyntax: true,
  minifyWhitespace: true,
  charset: 'utf8',
  banner: { js: banner },
  logLevel: 'warning',
});
if (existsSync('dist/cli.js')) chmodSync('dist/cli.js', 0o755);
