/**
 * Runs one bench: test/bench/NAME.ts, bundled from TypeScript for any Node the project supports.
 *
 *     node test/bench/run.mjs NAME [ARGUMENT...]
 *
 * A bench starts in the checkout's folder and exits 0 unless it could not measure: what is missed is printed, not failed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const checkout = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const [name, ...words] = process.argv.slice(2);
const entry = join(checkout, 'test', 'bench', `${name}.ts`);
if (!/^[a-z-]+$/.test(name ?? '') || !existsSync(entry)) {
  console.error('usage: node test/bench/run.mjs NAME [ARGUMENT...], where test/bench/NAME.ts is a bench');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'profbound-bench-run-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// As in dist/: what is shipped lies beside the program.
symlinkSync(join(checkout, 'dist', 'native'), join(folder, 'native'));
await build({
  entryPoints: [entry],
  outfile: join(folder, 'bench.mjs'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: 'inline',
  // CommonJS dependencies inside an ES module bundle still call require() for Node's own modules.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  logLevel: 'warning',
});

const bench = spawn(process.execPath, ['--enable-source-maps', join(folder, 'bench.mjs'), ...words], {
  cwd: checkout,
  stdio: 'inherit',
});
// The bench gets Ctrl-C as well, and ends what it started; this process ends with it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => bench.kill('SIGTERM'));
bench.on('close', (code) => process.exit(code ?? 1));
