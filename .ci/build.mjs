/**
 * Bundles every entry point of src/main into dist/, byte-reproducibly.
 *   action.js  the GitHub Action        cli.js  the command line
 *   http-load.js  the built-in HTTP load, a process of its own so that it can be placed on its own CPUs
 * and writes the JSON Schema of .profbound.yml beside them, for editors.
 */
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
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

/** The configuration's schema, out of the TypeScript that checks it. */
async function configurationSchema() {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import * as z from 'zod';
        import { configSchema } from './src/config/schema.ts';
        export const schema = {
          title: '.profbound.yml',
          ...z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7', unrepresentable: 'any' }),
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
writeFileSync('dist/profbound.schema.json', `${JSON.stringify(await configurationSchema(), null, 2)}\n`);
