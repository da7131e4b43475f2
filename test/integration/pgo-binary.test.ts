/** A run of `profbound pgo` whose profiles are in LLVM's binary format: the new one, and the one that is in the repository. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { pgoResultSchema } from '../../src/pgo/result.js';
import { expectCode, Project, runCli } from './project.js';
import { roundsByProfile } from './rounds.js';

const llvmProfdata = 'llvm-profdata-19';
/** It starts with a byte that no text has. */
const isBinary = (file: string): boolean => (readFileSync(file)[0] ?? 0) >= 0x80;

test('writes what clang takes, and knows how far the last one fits', async () => {
  const project = new Project().write(
    roundsByProfile({ llvm_profdata: llvmProfdata, on_no_gain: 'keep', budget: '5s' }),
  );
  try {
    const last = 'profiles/rounds.prof';
    project.write({ 'last.txt': 'scramble:9000:0\n 2: 9000\n 3: 9000\n', [last]: '' });
    const words = ['merge', '--sample', '--extbinary', 'last.txt', '-o', last];
    expect(spawnSync(llvmProfdata, words, { cwd: project.folder }).status).toBe(0);
    expect(isBinary(project.path(last))).toBe(true);

    expectCode(await runCli(['pgo', '--head', 'dir:.', '--out', 'out'], { cwd: project.folder }), 0);
    const candidate = project.path('out/workloads/rounds/candidate/rounds.prof');
    expect(isBinary(candidate)).toBe(true);
    const { stdout } = spawnSync(llvmProfdata, ['show', '--sample', candidate], { encoding: 'utf8' });
    expect(stdout).toContain('Function: scramble');
    const { profiles } = pgoResultSchema.parse(JSON.parse(project.read('out/pgo.json')));
    expect(profiles[0]).toMatchObject({
      last: { match: { share: 1 } },
      match: { share: expect.any(Number) },
      stability: { similarity: expect.any(Number) },
    });
    expect(profiles[0]?.consumption?.differFromEmpty).toBeGreaterThan(0);
    expect(project.remains()).toEqual([]);
  } finally {
    project.remove();
  }
}, 120_000);
