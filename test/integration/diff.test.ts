/** Captures, and comparing them without pairs. */
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { captureSummarySchema } from '../../src/bundle/summary.js';
import { resultSchema } from '../../src/verdict/result.js';
import { brief, configuration, expectCode, Project, type Run, runCli, service, startCli } from './project.js';

const project = new Project();
const run = (...words: readonly string[]): Promise<Run> => runCli(words, { cwd: project.folder });
const job = (rounds: number): string => `function spin(rounds) {
  let sum = 0;
  for (let round = 0; round < rounds; round++) sum = (sum * 31 + round) % 65537;
  return sum;
}
function chew(rounds) {
  let text = '';
  for (let round = 0; round < rounds; round++) text = (text + round).slice(-50);
  return text;
}
console.log(spin(${rounds}) + chew(2_000_000));
`;
const node = ['node', '--perf-basic-prof', '--interpreted-frames-native-stack'];

beforeAll(async () => {
  project.write({ 'before.cjs': job(20_000_000), 'after.cjs': job(80_000_000) });
  for (const name of ['before', 'after']) {
    expectCode(await run('capture', '--out', name, '--', ...node, `${name}.cjs`), 0);
  }
});
afterAll(() => project.remove());

describe('capture', () => {
  test('of a command prints what it printed, the functions that took most, and writes profile and summary', async () => {
    const captured = await run('capture', '--out', 'again', '--', ...node, 'after.cjs');
    expectCode(captured, 0);
    expect(captured.stdout).toMatch(/^\d+ samples, .* CPU in /);
    expect(captured.stdout).toMatch(/^ +\d+\.\d % {2}spin {2}after\.cjs:1$/m);
    expect(captured.stderr).toContain('profile: again/cpu.pb.gz');
    const summary = captureSummarySchema.parse(JSON.parse(project.read('again/capture.json')));
    expect(summary.target).toMatchObject({ kind: 'command', exitCode: 0, exited: true });
    expect(project.remains().filter((left) => left.startsWith('process'))).toEqual([]);
  });

  test('says what is missing, where and what mends it', async () => {
    const rounds =
      'static long spin(long n) { long x = n; for (long i = 0; i < n; i++) x = x * 31 + i; return x; }';
    const main = 'int main(int argc, char **argv) { (void)argv; return spin(1000000000L * argc) == 7; }';
    project.write({ 'bare.c': `${rounds.replace('static', 'static __attribute__((noinline))')}\n${main}\n` });
    const options = ['-O1', '-s', '-fno-asynchronous-unwind-tables', '-fomit-frame-pointer'];
    expect(spawnSync('gcc', [...options, 'bare.c', '-o', 'bare'], { cwd: project.folder }).status).toBe(0);
    const captured = await run('capture', '--out', 'bare-capture', '--', './bare');
    expectCode(captured, 0);
    const said = captured.stdout.replace(/\n {2}(?=\S)/g, ' ');
    expect(said).toMatch(
      /^\d+\.?\d* % of samples are unresolved: the file has no symbol at the address \(bare\); keep symbols/m,
    );
    expect(said).toMatch(/^\d+\.?\d* % of stacks are incomplete: .* \(bare\); build /m);
  });

  test('of a process ends with the signal and keeps what it has', async () => {
    project.write({ 'service.cjs': service(20_000, 'setInterval(() => work(1_000_000), 5);') });
    const target = startCli(['0'], { cwd: project.folder, program: project.path('service.cjs') });
    const capturing = startCli(['capture', '--pid', String(target.child.pid), '--out', 'live', '--json'], {
      cwd: project.folder,
    });
    await capturing.saying('capturing with the');
    await new Promise((resolve) => setTimeout(resolve, 500));
    capturing.child.kill('SIGINT');
    const captured = await capturing.ended;
    target.child.kill();
    await target.ended;
    expectCode(captured, 0);
    const summary = captureSummarySchema.parse(JSON.parse(captured.stdout));
    expect(summary.target.pids).toContain(target.child.pid);
    expect(summary.samples).toBeGreaterThan(0);
  });

  test('of a command that fails says so, and what it exited with', async () => {
    const captured = await run('capture', '--out', 'failed', '--', 'sh', '-c', 'exit 7');
    expectCode(captured, 0);
    expect(captured.stderr).toContain('warning: the command ended with exit code 7');
    expect(captured.stdout + captured.stderr).not.toContain('"event"');
  });

  test('of a command that ran no time to speak of says that there are no samples', async () => {
    const captured = await run('capture', '--out', 'idle', '--rate', '1', '--', 'true');
    expectCode(captured, 0);
    expect(captured.stdout).toMatch(/^0 samples, /);
    expect(captured.stderr).toContain('warning: no samples');
  });

  test('of a command that is not there names it', async () => {
    const captured = await run('capture', '--out', 'none', '--', '/nonexistent/program');
    expectCode(captured, 4);
    expect(captured.stderr).toContain('cannot run /nonexistent/program: No such file or directory');
  });

  test('of a process that is not there says so', async () => {
    const captured = await run('capture', '--pid', '4194304', '--seconds', '0.2');
    expect(captured.stderr).toContain('4194304');
    expect([3, 4]).toContain(captured.code);
  });
});

describe('diff', () => {
  test('of two captures says that bounds hold within the runs only, and exits 0', async () => {
    const compared = await run('diff', 'before', 'after', '--out', 'report', '--json');
    expectCode(compared, 0);
    expect(compared.stdout).toBe(project.read('report/result.json'));
    const result = resultSchema.parse(JSON.parse(compared.stdout));
    expect(result).toMatchObject({ verdict: 'inconclusive', design: 'unpaired' });
    expect(result.reasons.map(({ code }) => code)).toContain('no_pairs');
    const spin = result.workloads[0]?.functions.find(({ name }) => name === 'spin');
    expect(spin?.headShare).toBeGreaterThan(spin?.baseShare ?? 1);
    expect(project.read('report/report.html')).toContain('spin');
    const printed = (await run('diff', 'before', 'after')).stdout;
    expect(printed).toContain('within these two runs only');
    expect(printed).not.toContain('By its configuration');
  });

  test('of two pprof files compares shares', async () => {
    const compared = await run('diff', 'before/cpu.pb.gz', 'after/cpu.pb.gz', '--json');
    expectCode(compared, 0);
    const result = resultSchema.parse(JSON.parse(compared.stdout));
    expect(result.refs.base.name).toContain('before/cpu.pb.gz');
    expect(result.reasons.map(({ code }) => code)).toContain('units_unknown');
  });

  test('of two bundles compares their heads, or the side that is asked for', async () => {
    project.write({ 'service.cjs': service(20_000), '.profbound.yml': configuration(brief) });
    expectCode(await project.gate('--base', 'dir:.', '--head', 'dir:.'), 0);
    cpSync(project.path('out/bundle'), project.path('elsewhere'), { recursive: true });
    const heads = await run('diff', 'out', 'elsewhere', '--json');
    expectCode(heads, 0);
    const result = resultSchema.parse(JSON.parse(heads.stdout));
    // The same captures on both sides: nothing differs.
    expect(result.workloads[0]?.total.estimate).toBe(0);
    expect(result.workloads[0]?.functions.every(({ ratio }) => ratio === null || ratio.estimate === 1)).toBe(
      true,
    );
    expectCode(await run('diff', 'out', 'elsewhere', '--side', 'base', '--workload', 'api'), 0);
    const unknown = await run('diff', 'out', 'elsewhere', '--workload', 'web');
    expectCode(unknown, 3);
    expect(unknown.stderr).toContain('has no workload web; it has api');
  });

  test.each([
    [['diff', 'before', 'nowhere'], 'there is no'],
    [['diff', 'before', '.'], 'is neither a bundle (bundle.json) nor a capture (cpu.pb.gz)'],
    [['diff', 'before', 'before.cjs'], 'before.cjs'],
  ])('%j is refused with exit code 3', async (words, message) => {
    const refused = await run(...words);
    expectCode(refused, 3);
    expect(refused.stderr).toContain(message);
  });
});
