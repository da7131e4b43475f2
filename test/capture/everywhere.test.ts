/** Samples at any instruction of a program, not only in the loops where a debugger finds it, have stacks that can be. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { shippedBinary } from '../../src/capture/binary.js';
import { decodeProfile } from '../../src/profile/codec.js';
import { temporaryFolder } from '../workload/support.js';
import { builds, noPointers } from './stacks/builds.js';

const sources = join(import.meta.dirname, 'stacks');

/** Who calls each function of everywhere.c; a signal's handler is called by whatever ran. */
const callers: Readonly<Record<string, readonly string[]>> = {
  frameless: ['pushes', 'on_tick'],
  pushes: ['turn'],
  realigned_leaf: ['realigned'],
  realigned: ['turn'],
  sized_leaf: ['sized'],
  sized: ['turn'],
  reads_clock: ['turn'],
  copies: ['turn'],
  compare: ['sorts'],
  sorts: ['turn'],
  called_back: ['library_step'],
  library_leaf: ['library_step'],
  library_step: ['through_library'],
  'library_step@plt': ['through_library'],
  'clock_gettime@plt': ['reads_clock'],
  'qsort@plt': ['sorts'],
  through_library: ['turn'],
  recurses: ['recurses', 'turn'],
  turn: ['main'],
};

/**
 * Where there is no stack: a process that becomes another program or ends has none any more before it has left the kernel, its
 * registers are of two stacks while the kernel makes a signal's or takes them back from there, and what the compiler puts around
 * main has no unwind information.
 */
const stackless = [
  ...['do_exit', '__x64_sys_execve', 'x64_setup_rt_frame', '__do_sys_rt_sigreturn'],
  ...['_init', '_fini', '__do_global_dtors_aux', 'deregister_tm_clones', 'register_tm_clones', 'frame_dummy'],
];

/** What is wrong with a stack, leaf first, of which the order of the program's own functions is known; null: nothing. */
function fault(names: readonly string[]): string | null {
  if (names.some((name) => stackless.includes(name))) return null;
  if (!['_start', '_dl_start_user'].includes(names.at(-1) ?? '')) return `the outermost is ${names.at(-1)}`;
  const own = names.filter((name) => name in callers || name === 'main' || name === 'on_tick');
  for (const [index, name] of own.entries()) {
    const caller = own[index + 1];
    const wanted = callers[name];
    if (wanted !== undefined && !wanted.includes(caller ?? '')) return `${name} called by ${caller}`;
  }
  if (own.length > 0 && own.at(-1) !== 'main') return `nothing calls ${own.at(-1)}`;
  const depths = own.join(' ').match(/recurses(?: recurses)*/g) ?? [];
  return depths.every((each) => each.split(' ').length <= 11) ? null : 'recurses more often than it does';
}

test.each(Object.entries(builds))('every stack of a program built %s is one it can have', (_, flags) => {
  const folder = temporaryFolder();
  const program = join(folder, 'everywhere');
  const library = join(folder, 'libeverywhere.so');
  const isStatic = flags.some((flag) => flag.startsWith('-static'));
  const librarySource = join(sources, 'everywhere-library.c');
  if (!isStatic) execFileSync('gcc', [...noPointers, '-fPIC', '-shared', '-o', library, librarySource]);
  const linked = isStatic ? [librarySource] : [library, `-Wl,-rpath,${folder}`];
  execFileSync('gcc', [...flags, '-o', program, join(sources, 'everywhere.c'), ...linked]);
  const out = join(folder, 'out');
  execFileSync(shippedBinary(), ['record', '--rate', '4999', '--out', out, '--', program, '2'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { frames, samples } = decodeProfile(readFileSync(join(out, 'cpu.pb.gz')));
  const faults = new Map<string, number>();
  const leaves = new Map<string, number>();
  let interrupted = 0;
  for (const { stack, count } of samples) {
    const all = stack.flatMap((index) => frames[index] ?? []);
    const names = all.map(({ name }) => name);
    // Until it becomes the program.
    if (all.some(({ mapping }) => mapping.endsWith('profbound-collect'))) continue;
    const found = fault(names);
    if (found !== null) faults.set(`${found}: ${names.join(' < ')}`, count);
    const leaf = all[0]?.mapping === '[vdso]' ? 'vDSO' : (names[0] ?? '');
    leaves.set(leaf, (leaves.get(leaf) ?? 0) + count);
    if (names.includes('on_tick')) interrupted += count;
  }
  expect([...faults]).toEqual([]);
  const all = samples.reduce((sum, { count }) => sum + count, 0);
  expect(all).toBeGreaterThan(1000);
  expect(interrupted).toBeGreaterThan(0);
  const seldom = [
    'frameless',
    'pushes',
    'realigned_leaf',
    'sized',
    'vDSO',
    'compare',
    'library_leaf',
    'recurses',
  ];
  for (const leaf of seldom) expect({ leaf, seen: leaves.get(leaf) ?? 0 }).not.toEqual({ leaf, seen: 0 });
  expect([...leaves.keys()].some((leaf) => leaf.endsWith('@plt'))).toBe(true);
});
