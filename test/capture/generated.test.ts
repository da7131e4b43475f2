/** Code that is generated at addresses of earlier code: each sample belongs to what was there when it was taken. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openCollector } from '../../src/capture/collector.js';
import { decodeProfile } from '../../src/profile/codec.js';
import type { Profile } from '../../src/profile/model.js';
import { readMessage, toBigInt, toId, toNumber } from '../../src/profile/wire.js';
import { findNamingPython } from '../python.js';
import { never, Tag, temporaryFolder } from '../workload/support.js';

/** A function in which samples were taken, by its last word of a name, and where in it. */
interface Leaf {
  readonly name: string;
  readonly address: bigint;
  /** CPU time: how many samples there are varies with their period. */
  readonly weight: number;
}

interface Generated {
  readonly leaves: readonly Leaf[];
  readonly profile: Profile;
  /** The perf map as it was in the end; empty where there is none. */
  readonly lastMap: string;
}

/** Captures a command, and takes what it leaves in /tmp away. */
async function capture(
  cwd: string,
  words: readonly string[],
  backend: 'bpf' | 'perf' = 'bpf',
): Promise<Generated> {
  const collector = await openCollector();
  const running = await collector.start(
    {
      target: {
        kind: 'command',
        command: words,
        cwd,
        environment: new Tag().environment,
        cpus: '0',
        repeatSeconds: null,
      },
      out: join(cwd, 'capture'),
      seconds: null,
      event: 'cpu-clock',
      rateHz: 997,
      maxDepth: 127,
      backend,
    },
    never,
  );
  const { profileFile, summary } = await running.finished;
  expect(summary.target.exitCode).toBe(0);
  const bytes = readFileSync(profileFile);
  const [pid] = summary.target.pids;
  const file = `/tmp/perf-${pid}.map`;
  let lastMap = '';
  try {
    lastMap = readFileSync(file, 'utf8');
  } catch {
    // It wrote a jitdump file.
  }
  rmSync(file, { force: true });
  return { leaves: leavesOf(bytes), profile: decodeProfile(bytes), lastMap };
}

function leavesOf(bytes: Uint8Array): Leaf[] {
  const message = readMessage(bytes);
  const functions = new Map(
    message.function.map(({ id, name }) => [toId(id), message.stringTable[toNumber(name)] ?? '']),
  );
  const locations = new Map(message.location.map((location) => [toId(location.id), location]));
  return message.sample.map(({ locationId, value }) => {
    const location = locations.get(toId(locationId?.[0]));
    return {
      name: functions.get(toId(location?.line?.at(-1)?.functionId)) ?? '',
      address: toBigInt(location?.address),
      weight: toNumber(value?.[1]),
    };
  });
}

/** Shares of the CPU time in functions of these names, in their order. */
function shares(leaves: readonly Leaf[], names: readonly string[]): number[] {
  const own = leaves.filter(({ name }) => names.includes(name));
  const total = own.reduce((sum, { weight }) => sum + weight, 0);
  return names.map(
    (wanted) => own.reduce((sum, { name, weight }) => sum + (name === wanted ? weight : 0), 0) / total,
  );
}

/** The same leaves as a perf map names them that is read only once, in the end: the last line for an address counts. */
function byLastMap(leaves: readonly Leaf[], map: string): Leaf[] {
  const lines = map.split('\n').flatMap((line) => {
    const [, start, size, name] = /^([0-9a-f]+) ([0-9a-f]+) (.*)$/.exec(line) ?? [];
    return name === undefined
      ? []
      : [{ start: BigInt(`0x${start}`), size: BigInt(`0x${size}`), name: name.split(' ')[0] ?? '' }];
  });
  return leaves.map((leaf) => {
    const last = lines.findLast(({ start, size }) => leaf.address >= start && leaf.address < start + size);
    return { ...leaf, name: last === undefined ? leaf.name : last.name.replace(/^JS:[*~^+]?/, '') };
  });
}

const phases = ['phase_0', 'phase_1', 'phase_2', 'phase_3'];

test.each([
  ['a perf map', 'map', 'bpf'],
  ['a perf map', 'map', 'perf'],
  ['a jitdump file', 'jitdump', 'bpf'],
  ['a jitdump file', 'jitdump', 'perf'],
] as const)('code at one address, by %s (%s, %s backend)', async (_, kind, backend) => {
  const folder = temporaryFolder();
  execFileSync('gcc', ['-O1', '-o', join(folder, 'rewriter'), 'test/capture/stacks/rewriter.c']);
  const { leaves, lastMap } = await capture(
    folder,
    ['./rewriter', kind, folder, String(phases.length), '500'],
    backend,
  );
  // Each took a quarter of the CPU time.
  for (const share of shares(leaves, phases)) expect(Math.abs(share - 0.25)).toBeLessThan(0.04);
  // Any one map has one name for all of it.
  const addresses = leaves.filter(({ name }) => phases.includes(name)).map(({ address }) => address);
  const [first = 0n] = addresses;
  for (const address of addresses) expect(Math.abs(Number(address - first))).toBeLessThan(16);
  if (kind === 'map') expect(shares(byLastMap(leaves, lastMap), phases)).toEqual([0, 0, 0, 1]);
});

/** Has V8 optimise a function twice, throws it away with its code, and makes another one, time and again. */
const waves = `
function burn(work, milliseconds) {
  const end = process.cpuUsage().user + milliseconds * 1000;
  let sum = 0;
  while (process.cpuUsage().user < end) sum += work(200000);
  return sum;
}
for (let wave = 0; wave < 6; wave++) {
  let made = new Function(\`return function wave_\${wave}(rounds) {
    let sum = \${wave};
    for (let i = 0; i < rounds; i++) sum = (sum * 31 + i) % 1000003;
    return sum;
  }\`)();
  burn(made, 200);
  %DeoptimizeFunction(made);
  burn(made, 200);
  made = null;
  gc();
  gc();
}
`;

test('functions that V8 optimises where it had others before', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'waves.js'), waves);
  const flags = [
    ...['--expose-gc', '--allow-natives-syntax'],
    ...['--perf-basic-prof', '--interpreted-frames-native-stack'],
  ];
  const { leaves, lastMap } = await capture(folder, [process.execPath, ...flags, 'waves.js']);
  const names = [...'012345'].map((wave) => `wave_${wave}`);
  for (const share of shares(leaves, names)) expect(Math.abs(share - 1 / 6)).toBeLessThan(0.04);
  // The last map gives some of the code to functions that were not there yet.
  const told = byLastMap(leaves, lastMap);
  const wrong = told.filter(
    ({ name }, at) => names.includes(leaves[at]?.name ?? '') && name !== leaves[at]?.name,
  );
  const sum = (some: readonly Leaf[]): number => some.reduce((total, leaf) => total + leaf.weight, 0);
  expect(sum(wrong) / sum(told.filter(({ name }) => names.includes(name)))).toBeGreaterThan(0.1);
});

const python = findNamingPython();

const program = `
import time

def spin(end):
    total = 0
    while time.process_time() < end:
        for number in range(200):
            total = (total + number) & 127
    return total

def main():
    spin(time.process_time() + 1)

main()
`;

test(
  python === null
    ? 'Python functions are not looked at: no Python from 3.12 on is installed'
    : 'Python functions are in the stacks of what they call, to the root',
  async () => {
    if (python === null) return;
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'spin.py'), program);
    const { profile } = await capture(folder, [python, '-X', 'perf', join(folder, 'spin.py')]);
    const names = profile.frames.map(({ name }) => name.replace(/:\/.*$/, ''));
    const share = (has: (stack: readonly number[]) => boolean): number =>
      profile.samples.reduce((sum, { stack, count }) => sum + (has(stack) ? count : 0), 0) /
      profile.samples.reduce((sum, { count }) => sum + count, 0);
    const spin = names.indexOf('py::spin');
    const main = names.indexOf('py::main');
    // Its own is what the loop costs; the rest is arithmetic, in functions of its own.
    expect(share((stack) => stack[0] === spin)).toBeGreaterThan(0.05);
    expect(share((stack) => stack.includes(spin) && stack.includes(main))).toBeGreaterThan(0.6);
    const isWhole = (index: number): boolean => /^(?:_start|_?_libc_start)/.test(names[index] ?? '');
    expect(share((stack) => stack.includes(spin) && isWhole(stack.at(-1) ?? -1))).toBeGreaterThan(0.6);
  },
);
