/**
 * A gate you can watch: profiles samples/node-service with and without slower.patch, which slows one function down, and
 * checks that the verdict names that function. Needs Node ≥ 20 and nothing installed; takes about a minute.
 *
 *     node samples/demo.mjs           exits 0 when the gate failed and named the planted function
 *     node samples/demo.mjs --same    the same code on both sides: exits 0 unless the gate failed
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = join(dirname(fileURLToPath(import.meta.url)), '..');
const sample = join(checkout, 'samples', 'node-service');
const planted = { name: 'tokenize', file: 'tokenizer.js' };
const same = process.argv.includes('--same');

/** The checkout's output folder, or a new temporary one where the checkout belongs to somebody else. */
function outputFolder() {
  const usual = join(checkout, '.profbound', same ? 'demo-same' : 'demo');
  try {
    mkdirSync(usual, { recursive: true });
    accessSync(usual, constants.W_OK);
    return usual;
  } catch {
    return mkdtempSync(join(tmpdir(), 'profbound-demo-'));
  }
}

/** Runs the gate with its progress and verdict shown; answers with its exit code. */
function runGate(out) {
  const head = same ? ['--head', 'dir:.'] : ['--patch', 'slower.patch'];
  const words = [join(checkout, 'dist', 'cli.js'), 'gate', '--base', 'dir:.', ...head, '--out', out];
  const child = spawn(process.execPath, words, { cwd: sample, stdio: 'inherit' });
  // Ctrl-C reaches the gate as well; it cleans up and ends, and then so does this.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** How many times its own CPU time per request a function takes on head. */
function boundsOf({ ratio }) {
  if (ratio === null) return '';
  const times = (factor) => `${factor.toFixed(2)} times`;
  const least = ratio.lower === null ? '' : `, at least ${times(ratio.lower)}`;
  return `: it takes ${times(ratio.estimate)} the CPU time a request${least}`;
}

/** What the result says about the planted function, and whether that is what it should say. */
function check(result) {
  if (same) {
    const isRight = result.verdict !== 'fail';
    return {
      isRight,
      text: `The same code on both sides: ${result.verdict}${isRight ? '' : ', which is wrong'}.`,
    };
  }
  const functions = result.workloads.flatMap((workload) => workload.functions);
  const found = functions.find(({ name, file }) => name === planted.name && file === planted.file);
  const isRight = result.verdict === 'fail' && found?.class === 'slower';
  const seen = found
    ? `${planted.name} (${planted.file}:${found.line}) is ${found.class}${boundsOf(found)}`
    : `${planted.name} was not seen`;
  const expected = isRight ? '' : `; expected: fail, and ${planted.name} slower`;
  return { isRight, text: `Verdict ${result.verdict}; ${seen}${expected}.` };
}

const out = outputFolder();
const exitCode = await runGate(out);
const resultFile = join(out, 'result.json');
if (exitCode > 2 || !existsSync(resultFile)) {
  process.exitCode = exitCode === 0 ? 1 : exitCode;
} else {
  const { isRight, text } = check(JSON.parse(readFileSync(resultFile, 'utf8')));
  console.log(`\n${text}\nHTML report: ${join(out, 'report.html')}`);
  process.exitCode = isRight ? 0 : 1;
}
