/**
 * Bundles every entry point of src/main into dist/, byte-reproducibly.
 *   action.js  the GitHub Action        cli.js  the command line
 *   http-load.js  the built-in HTTP load, a process of its own so that it can be placed on its own CPUs
 * and writes beside them the JSON Schemas of .profbound.yml and .profbound-waivers.yml, for editors, and the licences of
 * what is bundled.
 */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

// CommonJS dependencies inside an ES module bundle still call require() for Node's own modules.
const banner = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

const { metafile } = await build({
  entryPoints: ['action', 'cli', 'http-load'].map((name) => `src/main/${name}.ts`),
  metafile: true,
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
chmodSync('dist/cli.js', 0o755);

/** A file's schema, out of the TypeScript that checks it. */
async function fileSchema(title, module, name) {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import * as z from 'zod';
        import { ${name} } from './src/config/${module}.ts';
        export const schema = {
          title: '${title}',
          ...z.toJSONSchema(${name}, { io: 'input', target: 'draft-7', unrepresentable: 'any' }),
        };`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  const { schema } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
  return schema;
}
const configuration = await fileSchema('.profbound.yml', 'schema', 'configSchema');
writeFileSync('dist/profbound.schema.json', `${JSON.stringify(configuration, null, 2)}\n`);
const waivers = await fileSchema('.profbound-waivers.yml', 'waiversSchema', 'waiversSchema');
writeFileSync('dist/profbound-waivers.schema.json', `${JSON.stringify(waivers, null, 2)}\n`);

/** The folder of the package a bundled file belongs to; null for a file of ours. */
function packageFolder(file) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? null;
}

/** Name, version, and licence text of one package, as it was published. */
function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return `${name} ${version} (${typeof license === 'string' ? license : (license?.type ?? 'see below')})\n\n${texts.join('\n\n')}`;
}

const bundled = new Set(Object.keys(metafile.inputs).map(packageFolder));
bundled.delete(null);
const licences = [...bundled].sort().map(licenceOf);
writeFileSync('dist/licenses.txt', `${licences.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
