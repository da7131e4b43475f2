/**
 * Runs the tests: those that only compute on all CPUs first, then those that measure a running program, alone on the machine.
 *
 *     node test/run.mjs [JEST ARGUMENT...]    with arguments: one run of jest with them, a test file at a time
 *
 * Its last line is `N passed, N failed` over both; it exits 1 when a test failed or could not run.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Folders of tests that profile, time or start programs. */
const measuring = 'test/(capture|cli|experiment|integration|native|pgo|workload)/';
const folder = mkdtempSync(join(tmpdir(), 'profbound-tests-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** One run of jest; numbers of tests, a suite that could not even start counts as one that failed. */
function run(name, words) {
  const outputFile = join(folder, `${name}.json`);
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const { status } = spawnSync(
    process.execPath,
    ['--experimental-vm-modules', jest, '--json', `--outputFile=${outputFile}`, ...words],
    { cwd: root, stdio: ['inherit', 'ignore', 'inherit'] },
  );
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(outputFile, 'utf8'),
    );
    return { status, passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
  } catch {
    return { status: status || 1, passed: 0, failed: 1 };
  }
}

const words = process.argv.slice(2);
const runs =
  words.length > 0
    ? [run('chosen', ['--runInBand', ...words])]
    : [
        run('computing', ['--maxWorkers=100%', '--testPathIgnorePatterns', measuring]),
        run('measuring', ['--maxWorkers=1', '--testPathPatterns', measuring]),
      ];
const total = (key) => runs.reduce((sum, one) => sum + one[key], 0);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
process.exit(runs.some(({ status }) => status !== 0) ? 1 : 0);
