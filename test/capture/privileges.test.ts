/** Which rights the collector holds at each phase of a capture, and that file capabilities are all it takes. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually, temporaryFolder } from '../workload/support.js';

/** Numbers of linux/capability.h. */
const capability = { dacReadSearch: 2, kill: 5, sysPtrace: 19, bpf: 39, checkpointRestore: 40 };
const setOf = (...numbers: readonly number[]): bigint =>
  numbers.reduce((set, number) => set | (1n << BigInt(number)), 0n);

const nobody = 65534;
const busy = ['sh', '-c', 'while :; do :; done'];

let folder: string;
let out: string;
let binary: string;
let running: ChildProcess[];
beforeEach(() => {
  folder = temporaryFolder();
  chmodSync(folder, 0o755);
  out = join(folder, 'out');
  mkdirSync(out);
  binary = join(folder, 'profbound-collect');
  copyFileSync('dist/native/linux-x64/profbound-collect', binary);
  running = [];
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

function start(words: readonly string[], environment: NodeJS.ProcessEnv = {}, user?: number): ChildProcess {
  const child = spawn(words[0] as string, words.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  running.push(child);
  return child;
}

/** Waits for a line of the collector's protocol. */
async function said(child: ChildProcess, event: string): Promise<void> {
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (bytes) => {
      text += bytes;
      if (text.includes(`"event":"${event}"`)) resolve();
    });
    let errors = '';
    child.stderr?.on('data', (bytes) => (errors += bytes));
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it was ${event}: ${errors}`)));
  });
}

function statusOf(child: ChildProcess) {
  const text = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const field = (name: string): string => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(text)?.[1] ?? '';
  return {
    effective: BigInt(`0x${field('CapEff')}`),
    permitted: BigInt(`0x${field('CapPrm')}`),
    noNewPrivileges: field('NoNewPrivs'),
    seccomp: field('Seccomp'),
  };
}

/** A full pipe where the profile is to be written: whoever writes it stays there to be looked at. */
function blockProfile(): number {
  const path = join(out, 'cpu.pb.gz');
  execFileSync('mkfifo', [path]);
  chownSync(path, nobody, nobody);
  chmodSync(path, 0o666);
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  expect(() => {
    for (;;) writeSync(pipe, Buffer.alloc(4096));
  }).toThrow('EAGAIN');
  return pipe;
}

function grantFileCapabilities(): void {
  // The very line the doctor gives to those who lack them.
  const report = JSON.parse(
    execFileSync(binary, ['doctor', '--json'], { uid: nobody, gid: nobody, encoding: 'utf8' }),
  );
  const cure: string = report.checks.find((check: { name: string }) => check.name === 'cap_bpf').cure;
  execFileSync('sh', ['-c', cure]);
  chownSync(out, nobody, nobody);
}

/** Captures with `words` as `user`; while sampling it has the capabilities `allowed`, while writing none. */
async function expectPhases(words: readonly string[], allowed: bigint, user?: number): Promise<void> {
  const pipe = blockProfile();
  try {
    const collector = start([binary, '--out', out, ...words], {}, user);
    await said(collector, 'ready');
    const sampling = statusOf(collector);
    expect(sampling.effective).toBe(allowed);
    expect(sampling.permitted).toBe(allowed);
    collector.kill('SIGTERM');
    await eventually(() => statusOf(collector).seccomp === '2');
    expect(statusOf(collector)).toEqual({
      effective: 0n,
      permitted: 0n,
      noNewPrivileges: '1',
      seccomp: '2',
    });
  } finally {
    closeSync(pipe);
  }
}

test('root keeps while sampling what looks into the target, and nothing while it parses', async () => {
  await expectPhases(
    ['--backend', 'bpf', '--', ...busy],
    setOf(
      capability.dacReadSearch,
      capability.kill,
      capability.sysPtrace,
      capability.bpf,
      capability.checkpointRestore,
    ),
  );
});

test('of other users’ processes nothing is to be ended, and without BPF none is used', async () => {
  const target = start(busy);
  await expectPhases(
    ['--backend', 'perf', '--pid', `${target.pid}`],
    setOf(capability.dacReadSearch, capability.sysPtrace, capability.checkpointRestore),
  );
});

test('an ordinary user with file capabilities keeps three of them', async () => {
  grantFileCapabilities();
  await expectPhases(
    ['--backend', 'bpf', '--', ...busy],
    setOf(capability.sysPtrace, capability.bpf, capability.checkpointRestore),
    nobody,
  );
});

test('file capabilities capture everything of own commands and of other users’ processes', async () => {
  grantFileCapabilities();
  for (const target of [['--'], ['--pid', `${start(busy).pid}`]]) {
    const words = [binary, '--backend', 'bpf', '--seconds', '1', '--out', out, ...target];
    const collector = start(target[0] === '--' ? [...words, ...busy] : words, {}, nobody);
    await said(collector, 'done');
    const summary = JSON.parse(readFileSync(join(out, 'capture.json'), 'utf8'));
    expect(summary).toMatchObject({ backend: 'bpf', limits: [] });
    expect(summary.samples).toBeGreaterThan(0);
    // Names of a binary of another user, and of the kernel, were there to be read.
    expect(summary.unresolved).toMatchObject({ file_unreadable: 0, process_gone: 0, kernel_symbols: 0 });
  }
});

test('the command gets the whole environment, and no capability', async () => {
  grantFileCapabilities();
  const given = { LD_LIBRARY_PATH: '/nowhere', TMPDIR: '/nowhere', PROFBOUND_TEST_WORD: 'a b' };
  const script = 'env >"$0/environment"; grep CapPrm /proc/self/status >"$0/capabilities"';
  const collector = start(
    [binary, '--backend', 'bpf', '--out', out, '--', 'sh', '-c', script, out],
    given,
    nobody,
  );
  await said(collector, 'done');
  const environment = readFileSync(join(out, 'environment'), 'utf8').split('\n');
  for (const [name, value] of Object.entries(given)) expect(environment).toContain(`${name}=${value}`);
  expect(readFileSync(join(out, 'capabilities'), 'utf8')).toMatch(/^CapPrm:\s0+\n$/);
});
