/** A real calibration of a small batch program: recorded, planted, analysed, and analysed again. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { calibrationSchema } from '../../src/calibration/result.js';
import { parseConfig } from '../../src/config/file.js';
import { configuration, expectCode, Project, runCli } from './project.js';

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

test('measures the same code on both sides, plants a slowdown for real, and recommends settings', async () => {
  project.write({
    'job.cjs': `let sum = 0;
function work() { for (let round = 0; round < 1e7; round++) sum = (sum * 31 + round) % 65537; }
work();
`,
    '.profbound.yml': configuration({
      start: null,
      ready: null,
      load: null,
      warmup: '0s',
      batch: 'node --perf-basic-prof job.cjs',
    }),
  });
  const words = ['calibrate', '--base', 'dir:.', '--budget', '10m', '--pairs', '4', '--gates', '20'];
  const planted = ['--plant', '100%', '--planted-gates', '1'];
  const run = await runCli([...words, ...planted, '--json'], { cwd: project.folder });
  expectCode(run, 0);
  expect(project.remains()).toEqual([]);
  const calibration = calibrationSchema.parse(JSON.parse(run.stdout));
  expect(project.read('.profbound/calibration/calibration.json')).toBe(run.stdout);
  const [found] = calibration.workloads;
  expect(found).toMatchObject({
    name: 'api',
    mostPairs: 4,
    relabelled: { gates: 20 },
    bootstrapped: { gates: 20 },
  });
  expect(found?.recorded.pairs).toBeGreaterThanOrEqual(4);
  expect(found?.noise.pairSd).toBeGreaterThan(0);
  // What was burnt is twice the program's CPU time, and a function that base does not have.
  expect(found?.planted).toMatchObject([{ planted: 1, verdict: 'fail', pairs: 4 }]);
  expect(found?.planted[0]?.estimate).toBeGreaterThan(0.5);
  expect(found?.planted[0]?.estimate).toBeLessThan(1.7);
  // Either there are settings for the gate, or it is said why not.
  const isTooNoisy = found?.warnings.some((warning) => warning.includes('too noisy'));
  expect(calibration.settings.map(({ key }) => key)).toEqual(
    isTooNoisy ? [] : ['gate.total.margin', 'gate.budget', 'gate.max_pairs'],
  );
  // The recommendation can be pasted.
  const pasted = `version: 1\n${calibration.yaml.replace(/capture:/, 'batch: job\n    capture:')}`;
  expect(parseConfig(pasted, 'pasted.yml').workloads.api?.capture?.seconds).toBeGreaterThan(0);

  const again = await runCli(['calibrate', '--from', '.profbound/calibration', '--gates', '20'], {
    cwd: project.folder,
  });
  expectCode(again, 0);
  expect(again.stdout).toMatch(/^api: margin 2 %/);
  expect(again.stdout).toMatch(/planted +\+100 % burnt for real: fail after 4 pairs/);
  expect(project.read('.profbound/calibration/calibration.json')).toBe(run.stdout);
});
