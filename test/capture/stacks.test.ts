/** Stacks that are known: the collector finds, frame by frame, what gdb finds in the same process. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Profile } from 'pprof-format';
import { shippedBinary } from '../../src/capture/binary.js';
import { temporaryFolder } from '../workload/support.js';
import { builds, noPointers } from './stacks/builds.js';

const sources = join(import.meta.dirname, 'stacks');
const everyMode = [
  'plain',
  'deep',
  'aligned',
  'alloca',
  'sort',
  'signal',
  'alternate',
  'thread',
  'dlopen',
  'fork',
  'vfork',
  'exec',
];
const fewModes = ['plain', 'aligned', 'sort', 'signal', 'thread', 'fork'];

/** A frame by what it executes: an offset in a file. */
interface Place {
  readonly file: string;
  readonly offset: number;
}

const spinning: ChildProcess[] = [];
afterAll(() => {
  for (const child of spinning.splice(0)) endGroup(child);
});

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

function compile(folder: string, flags: readonly string[]): { program: string; library: string } {
  const program = join(folder, 'known');
  const library = join(folder, 'libvisited.so');
  execFileSync('gcc', [...flags, '-o', program, join(sources, 'known.c')], { stdio: 'ignore' });
  execFileSync('gcc', [...noPointers, '-fPIC', '-shared', '-o', library, join(sources, 'visited.c')]);
  return { program, library };
}

/** Starts a program, which may go on as another process; resolves to the pid of the one that spins, or waits. */
async function spin(program: string, args: readonly string[], environment = {}): Promise<number> {
  const env = { ...process.env, ...environment };
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'], env });
  spinning.push(child);
  for await (const text of child.stdout) {
    const pid = Number.parseInt(String(text), 10);
    if (pid > 0) return pid;
  }
  throw new Error(`${program} ${args.join(' ')} ended before it span`);
}

function walkWithGdb(pid: number): Place[] {
  const settings = [
    'set backtrace past-main on',
    'set backtrace past-entry on',
    'set debuginfod enabled off',
  ];
  const words = [...settings.flatMap((line) => ['-ex', line]), '-x', join(sources, 'walk.py')];
  const output = execFileSync('gdb', ['-nx', '-q', '-batch', '-p', `${pid}`, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return [...output.matchAll(/^FRAME (\d+) (.*)$/gm)].map(([, offset, file]) => ({
    file: file ?? '',
    offset: Number(offset),
  }));
}

type Frame = Place & { name: string };

/** The user's part of the distinct stacks that come by `spin`, leaf first. */
function capture(pid: number, file: 'cpu' | 'offcpu'): Frame[][] {
  const out = temporaryFolder();
  const words = ['record', '--pid', `${pid}`, '--seconds', '0.3', '--rate', '499', '--out', out];
  execFileSync(shippedBinary(), [...words, ...(file === 'offcpu' ? ['--off-cpu'] : [])]);
  const profile = Profile.decode(gunzipSync(readFileSync(join(out, `${file}.pb.gz`))));
  const mappings = new Map(profile.mapping.map((mapping) => [Number(mapping.id), mapping]));
  const text = (index: number | bigint) => profile.stringTable.strings[Number(index)] ?? '';
  const names = new Map(profile.function.map(({ id, name }) => [Number(id), text(name)]));
  const locations = new Map(
    profile.location.map((location) => {
      const mapping = mappings.get(Number(location.mappingId));
      const start = Number(mapping?.memoryStart ?? 0) - Number(mapping?.fileOffset ?? 0);
      const name = names.get(Number(location.line.at(-1)?.functionId)) ?? '';
      const file = mapping ? text(mapping.filename) : name;
      return [Number(location.id), { file, offset: Number(location.address) - start, name }];
    }),
  );
  const stacks = new Map<string, Frame[]>();
  for (const { locationId } of profile.sample) {
    const frames = locationId.map((id) => locations.get(Number(id)));
    if (frames.some((frame) => frame === undefined)) throw new Error('a location is missing');
    const user = (frames as Frame[]).filter(({ file }) => !file.startsWith('[kernel'));
    const at = user.findIndex(({ name }) => name === 'spin');
    // Where it spins the leaf is anywhere in its loop.
    if (at >= 0) stacks.set(JSON.stringify(user.slice(at === 0 ? 1 : 0)), user);
  }
  return [...stacks.values()];
}

/** A caller's address as gdb gives it is where the call returns to, the collector's is within the call. */
function expectSame(found: readonly Place[], wanted: readonly Place[]): void {
  expect(wanted.length).toBeGreaterThan(2);
  expect(found.map(({ file }) => file)).toEqual(wanted.map(({ file }) => file));
  found.forEach(({ offset }, index) => {
    expect([offset, offset + 1]).toContain(wanted[index]?.offset);
  });
}

describe.each(Object.entries(builds))('a program built %s', (build, flags) => {
  const modes = build === 'without frame pointers' ? everyMode : fewModes;
  test('has the stacks that gdb sees', async () => {
    const { program, library } = compile(temporaryFolder(), flags);
    for (const mode of modes) {
      const pid = await spin(program, mode === 'dlopen' ? [mode, library] : [mode]);
      const stacks = capture(pid, 'cpu');
      const wanted = walkWithGdb(pid);
      for (const child of spinning.splice(0)) endGroup(child);
      expect({ mode, stacks: stacks.length }).toEqual({ mode, stacks: 1 });
      expectSame((stacks[0] ?? []).slice(1), wanted.slice(1));
    }
  });
});

test('threads that wait have the stacks that gdb sees', async () => {
  const { program, library } = compile(temporaryFolder(), noPointers);
  for (const mode of everyMode) {
    const pid = await spin(program, mode === 'dlopen' ? [mode, library] : [mode], { WAITS: '1' });
    // The wait that is going on when the capture begins is walked from a copy of the stack, of one stack where there are two.
    const isCopied = (frames: readonly Frame[]) => frames.at(-1)?.name === '[stack unreadable]';
    const stacks = capture(pid, 'offcpu').filter((frames) => mode !== 'alternate' || !isCopied(frames));
    const wanted = walkWithGdb(pid);
    for (const child of spinning.splice(0)) endGroup(child);
    expect({ mode, stacks: stacks.length }).toEqual({ mode, stacks: 1 });
    expectSame(stacks[0] ?? [], wanted);
  }
});
