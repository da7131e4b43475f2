import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { WorkloadPlan } from '../../src/config/plan.js';
import type { SideSource } from '../../src/experiment/run.js';
import { buildAll, removeBuilds } from '../../src/jobs/builds.js';
import { never, RecordedProgress, temporaryFolder } from '../workload/support.js';

const program = `#include <stdio.h>
__attribute__((noinline)) int a(int x) { return x * 3 + 1; }
__attribute__((noinline)) int b(int x) { return x * 5 + 2; }
__attribute__((noinline)) int c(int x) { return x * 7 + 3; }
__attribute__((noinline)) int d(int x) { return x * 9 + 4; }
int main(int count, char **words) { (void)words; printf("%d\\n", a(count) + b(count) + c(count) + d(count)); }
`;
const compile = 'clang-19 -g -O1 -ffunction-sections -fuse-ld=lld -o program program.c';
const shuffled = `${compile} '-Wl,--shuffle-sections=.text*='\${LAYOUT_SEED}`;

const workload = (build: string, layouts: number, relink?: string) =>
  ({
    layouts,
    sides: { base: { build, relink }, head: { build, relink } },
    environment: {},
  }) as WorkloadPlan;

async function build(...workloads: WorkloadPlan[]) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'program.c'), program);
  const log = new RecordedProgress();
  const ref = { name: 'dir:.', commit: null, root: folder };
  const out = join(folder, '.profbound');
  const builds = await buildAll(workloads, { base: ref, head: ref }, { out, log, signal: never });
  return { folder, out, log, builds };
}

describe('builds in several code layouts', () => {
  test('stand in copies of equal path length, each laid out differently', async () => {
    const plan = workload(shuffled, 3);
    const { folder, out, log, builds } = await build(plan);
    expect(log.lines).toHaveLength(6);
    expect(log.lines[4]).toBe(`build head, layout 2 of 3: ${shuffled}`);
    expect(log.warnings).toEqual([]);
    const roots = Object.values(builds.rootsOf(plan) ?? {}).flat();
    expect(new Set(roots.map((root) => root.length)).size).toBe(1);
    expect(new Set(roots.map((root) => readFileSync(join(root, 'program')).toString('latin1'))).size).toBe(6);
    expect(readdirSync(roots[0] as string).sort()).toEqual(['program', 'program.c']);
    const { root, layouts } = builds.sourcesOf(plan).head;
    expect(root).toBe(roots[3]);
    expect([1, 2, 3].map((layout) => layouts?.use(layout))).toEqual(roots.slice(3));
    // The user's own folder is built in by nobody.
    expect(existsSync(join(folder, 'program'))).toBe(false);
    removeBuilds({ out });
    expect(existsSync(join(out, 'layouts'))).toBe(false);
  });

  test('are linked from what was compiled once, also for several workloads in the same folders', async () => {
    const object = 'clang-19 -g -O1 -ffunction-sections -c program.c && echo compiled >> compiled';
    const linked = (name: string) =>
      `clang-19 -fuse-ld=lld -o ${name} program.o '-Wl,--shuffle-sections=.text*='\${LAYOUT_SEED}; echo \${LAYOUT_SEED} > ${name}.seed`;
    const [three, two] = [workload(object, 3, linked('one')), workload(object, 2, linked('two'))];
    const { folder, log, builds } = await build(three, two);
    expect(log.lines.filter((line) => line.includes('head'))).toEqual([
      `build head: ${object}`,
      `build head, layout 3 of 3: ${linked('one')}`,
      `build head, layout 2 of 3: ${linked('one')}`,
      `build head, layout 2 of 2: ${linked('two')}`,
      `build head, layout 1 of 3: ${linked('one')}`,
      `build head, layout 1 of 2: ${linked('two')}`,
    ]);
    expect(log.warnings).toEqual([]);
    const { base, head } = builds.sourcesOf(three);
    expect(builds.rootsOf(three)).toEqual({ base: Array(3).fill(base.root), head: Array(3).fill(head.root) });
    /** What lies in the one folder of a side while a layout is used. */
    const read = ({ root, layouts }: SideSource, layout: number, file: string) => {
      expect(layouts?.use(layout)).toBe(root);
      return readFileSync(join(root, file), 'latin1').trim();
    };
    // Where nothing was used yet the first layout is in place.
    expect(readFileSync(join(head.root, 'one.seed'), 'utf8')).toBe('2\n');
    expect([3, 1, 2, 2].map((layout) => read(head, layout, 'one.seed'))).toEqual(['6', '2', '4', '4']);
    expect([1, 3, 2].map((layout) => read(base, layout, 'one.seed'))).toEqual(['1', '5', '3']);
    expect([2, 1].map((layout) => read(builds.sourcesOf(two).head, layout, 'two.seed'))).toEqual(['4', '2']);
    // Another workload begins where the one before it has left a layout that is not its own.
    head.layouts?.use(3);
    expect(existsSync(join(builds.sourcesOf(two).head.root, 'two.seed'))).toBe(true);
    const programs = [base, head].flatMap((side) => [1, 2, 3].map((layout) => read(side, layout, 'one')));
    expect(new Set(programs).size).toBe(6);
    for (const layout of [1, 2, 3]) expect(read(head, layout, 'compiled')).toBe('compiled');
    expect(existsSync(join(folder, 'program.o'))).toBe(false);
  });

  test('that are linked again do not mix with those that are built each by itself', async () => {
    const linked = workload('touch object', 2, 'echo $PWD ${LAYOUT_SEED} > linked');
    const built = workload('test ! -e object && echo ${LAYOUT_SEED} > built', 2);
    const { builds } = await build(linked, built);
    const { root, layouts } = builds.sourcesOf(linked).base;
    for (const [layout, seed] of [
      [2, 3],
      [1, 1],
    ] as const) {
      layouts?.use(layout);
      expect(readFileSync(join(root, 'linked'), 'utf8')).toBe(`${root} ${seed}\n`);
    }
    const seeds = builds.rootsOf(built)?.base.map((each) => readFileSync(join(each, 'built'), 'utf8'));
    expect(seeds).toEqual(['1\n', '3\n']);
  });

  test('that are linked again where the other side has no layouts are one build', async () => {
    const { folder } = await build(
      workload('echo built > built', 1, 'cp built seed; echo ${LAYOUT_SEED} >> seed'),
    );
    expect(readFileSync(join(folder, 'seed'), 'utf8')).toBe('built\n2\n');
  });

  test('that are laid out alike are warned of, although every copy has paths of its own in it', async () => {
    const { log, builds } = await build(workload(`echo \${LAYOUT_SEED}; ${compile}`, 2));
    const alike = 'code layout: does ${LAYOUT_SEED} reach the linker?';
    expect(builds.notes).toEqual([
      `build.layouts: the 2 builds of base all have the same ${alike}`,
      `build.layouts: the 2 builds of head all have the same ${alike}`,
    ]);
    expect(log.warnings).toEqual(builds.notes);
    const stripped = await build(workload(`echo \${LAYOUT_SEED}; ${compile} -s`, 2));
    expect(stripped.builds.notes).toEqual(builds.notes);
  });

  test('in part, and where there is no program, too', async () => {
    // Base has the seeds 1, 3 and 5, head 2, 4 and 6.
    const parity = shuffled.replace('${LAYOUT_SEED}', '$((${LAYOUT_SEED} / 3))');
    expect((await build(workload(parity, 3))).builds.notes).toEqual([
      'build.layouts: the 3 builds of base have only 2 different code layouts: does ${LAYOUT_SEED} reach the linker?',
    ]);
    const { builds } = await build(workload('echo ${LAYOUT_SEED}', 2));
    expect(builds.notes[0]).toMatch(/^build\.layouts: no program below the folder of base was built/);
  });

  test('of other workloads share the copies; one build is made where no layouts are', async () => {
    const [one, two] = [workload('touch single', 1), workload(`${shuffled} && touch second`, 2)];
    const { folder, log, builds } = await build(one, two, workload(`${shuffled} && touch second`, 2));
    // Both sides are one folder here, and a side's builds are told by their commands.
    expect(log.lines.filter((line) => line.startsWith('build base'))).toHaveLength(3);
    expect(existsSync(join(folder, 'single'))).toBe(true);
    expect(builds.rootsOf(one)).toBeNull();
    expect(builds.rootsOf(two)?.base).toHaveLength(2);
  });
});
