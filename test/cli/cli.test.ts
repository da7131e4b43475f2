/** The command line's surface: help, versions, mistakes. What it measures is tested in test/integration. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../integration/project.js';

const cwd = process.cwd();
const run = (...words: readonly string[]) => runCli(words, { cwd });

test('--version is the version of package.json', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(await run('--version')).toEqual({ code: 0, stdout: `profbound ${version}\n`, stderr: '' });
});

describe('help', () => {
  test('--help lists the commands and the exit codes', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const command of ['gate', 'capture', 'diff', 'report', 'merge', 'calibrate', 'pgo', 'doctor']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    }
    expect(stdout).toContain('Exit codes: 0 pass, 1 fail, 2 inconclusive');
  });

  test.each(['gate', 'capture', 'diff', 'report', 'merge', 'calibrate', 'pgo', 'doctor'])(
    '%s --help has usage and examples',
    async (command) => {
      const { code, stdout, stderr } = await run(command, '--help');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(new RegExp(`^Usage: profbound ${command}`));
      expect(stdout).toMatch(new RegExp(`^Examples:\\n {2}profbound ${command}`, 'm'));
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    },
  );

  test('of gate says that the current folder decides what is measured', async () => {
    expect((await run('gate', '--help')).stdout.replace(/\s+/g, ' ')).toContain(
      'The current folder decides what is measured',
    );
  });

  test('without a command it is an error', async () => {
    const { code, stdout } = await run();
    expect(code).toBe(3);
    expect(stdout).toContain('Usage: profbound COMMAND');
  });

  test('what follows -- belongs to the captured command', async () => {
    const { stdout } = await run('capture', '--pid', '1', '--', 'program', '--help');
    expect(stdout).not.toContain('Usage: profbound');
  });
});

describe('mistakes end in exit code 3 with one line', () => {
  test.each([
    [['gaet'], 'unknown command gaet; did you mean gate?'],
    [
      ['--verion'],
      'unknown option --verion; the commands are gate, capture, diff, report, merge, calibrate, pgo, doctor',
    ],
    [['gate', '--bas', 'main'], 'unknown option --bas; did you mean --base?'],
    [['gate', '--bogus'], 'unknown option --bogus; profbound gate --help lists them'],
    [['gate', '--base'], '--base needs a value: --base REF'],
    [['gate', 'main'], 'profbound gate: main is one argument too many; see profbound gate --help'],
    [['gate', '--backend', 'dtrace'], '--backend dtrace: it is one of auto, bpf, perf'],
    [['report'], 'profbound report needs BUNDLE; see profbound report --help'],
    [
      ['report', 'bundle', '--json', '--markdown'],
      '--json and --markdown exclude each other: standard output takes one of them',
    ],
    [['diff', 'one'], 'profbound diff needs HEAD; see profbound diff --help'],
    [['capture'], 'capture either --pid PID, --cgroup PATH or -- COMMAND'],
    [['capture', '--pid', '1', '--', 'true'], 'capture either --pid PID, --cgroup PATH or -- COMMAND'],
    [['capture', '--pid', 'init'], '--pid init: a process id is needed'],
    [['capture', '--seconds', 'ten', '--', 'true'], '--seconds ten: a number above 0 is needed'],
    [['merge', '--out', 'x'], 'profbound merge needs BUNDLE...; see profbound merge --help'],
    [['merge', 'a', 'b'], 'profbound merge needs --out DIR: where the merged bundle is written'],
    [['merge', 'a', '--out', 'x'], 'merge takes two bundles or more, one of each runner'],
    [
      ['calibrate', '--budget', '20'],
      '--budget 20: "20" is not a duration: write a number and ms, s, m or h, for instance 20s',
    ],
    [['calibrate', '--gates', '1.5'], '--gates 1.5: a whole number from 20 to 100000 is needed'],
    [['doctor', '--colour'], 'unknown option --colour; profbound doctor --help lists them'],
  ])('%j', async (words, message) => {
    expect(await run(...words)).toEqual({ code: 3, stdout: '', stderr: `profbound: ${message}\n` });
  });

  test('a bundle that is not there', async () => {
    const { code, stderr } = await run('report', 'no/such/bundle');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^profbound: there is no .*no\/such\/bundle\n$/);
  });

  test.each(['src', 'package.json'])('%s is no bundle', async (path) => {
    const { code, stderr } = await run('report', path);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^profbound: .* is neither a bundle nor a gate's output folder: .*\n$/);
  });
});
