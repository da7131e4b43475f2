/**
 * Runs the tests: most on all CPUs at once, then alone on the machine those whose outcome others on it could change.
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
/**
 * Tests that assert something another process on the machine can change: which shares functions have in few samples, how
 * long something waited, how much of it was seen; or that change something others rely on, as removing files of programs
 * that ended. Gates do not belong here whose sides differ so much, or fail for such a reason, that noise cannot hide it.
 */
const alone = `test/(${[
  'capture/(cgroup|cpu-time|generated|offCpu|overflow|sampling|unwinding)',
  'native/plant',
  'integration/(calibrate|sources|unprivileged|waits)',
].join('|')})\\.test`;
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
        run('together', ['--maxWorkers=100%', '--testPathIgnorePatterns', alone]),
        run('alone', ['--maxWorkers=1', '--testPathPatterns', alone]),
      ];
const total = (key) => runs.reduce((sum, one) => sum + one[key], 0);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
process.exit(runs.some(({ status }) => status !== 0) ? 1 : 0);
