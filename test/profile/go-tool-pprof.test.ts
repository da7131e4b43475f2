/** Needs `go`: it is the one that decides what a pprof profile is. Without it these tests fail and say so. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeProfile, encodeProfile } from '../../src/profile/codec.js';
import { functionTable } from '../../src/profile/functions.js';
import { mergeProfiles } from '../../src/profile/merge.js';
import type { Profile } from '../../src/profile/model.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'profbound-pprof-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs go without network; returns what it printed on stdout. */
function go(...args: string[]): string {
  const { error, status, stdout, stderr } = spawnSync('go', args, {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      GOPROXY: 'off',
      GOTOOLCHAIN: 'local',
      GOFLAGS: '',
      GOWORK: 'off',
      PPROF_TMPDIR: folder,
    },
  });
  if (error) throw new Error(`the tests need the Go toolchain, but go does not start: ${error.message}`);
  if (status !== 0) throw new Error(`go ${args.join(' ')} failed:\n${stderr}`);
  return stdout;
}

/** `flat ns` by function, as `go tool pprof -top` prints it. */
function top(file: string, ...options: readonly string[]): Map<string, number> {
  const all = ['-top', '-unit=ns', '-nodecount=1000', '-nodefraction=0', ...options];
  const lines = go('tool', 'pprof', ...all, file).split('\n');
  const rows = lines.slice(lines.findIndex((line) => /^\s*flat\s/.test(line)) + 1);
  return new Map(
    rows
      .map((row) => row.trim().split(/\s+/))
      .filter((columns) => columns.length >= 6)
      .map((columns) => [
        columns.slice(5).join(' ').replace(' (inline)', ''),
        Number.parseInt(columns[0] ?? '', 10),
      ]),
  );
}

describe('go tool pprof opens what we write', () => {
  const frame = (name: string, file: string, line: number, mapping: string) => ({
    name,
    systemName: name,
    file,
    line,
    mapping,
  });
  const profile: Profile = {
    frames: [
      frame('lpFind', '/b/src/listpack.c', 120, '/b/redis-server'),
      frame('main', '/b/src/server.c', 7000, '/b/redis-server'),
      frame('[unknown] (libc.so.6)', '', 0, '/lib/libc.so.6'),
    ],
    samples: [
      { stack: [0, 1], count: 3, nanoseconds: 3_030_303, labels: { thread: 'redis-server', cpu: 1 } },
      { stack: [2, 1], count: 1, nanoseconds: 1_010_101, labels: { cpu: 0 } },
    ],
    startedAtNanoseconds: 1_763_930_000_123_456_789n,
    durationNanoseconds: 5_000_000_000,
    periodNanoseconds: 1_010_101,
  };
  const written = () => {
    const file = join(folder, 'written.pb.gz');
    writeFileSync(file, encodeProfile(profile));
    return file;
  };

  test('-top shows every function with its own cost', () => {
    expect(top(written())).toEqual(
      new Map([
        ['lpFind', 3_030_303],
        // In lists pprof leaves out what it takes for parameters: (libc.so.6).
        ['[unknown]', 1_010_101],
        ['main', 0],
      ]),
    );
  });

  test('-raw shows times, types, stacks, labels, lines and binaries', () => {
    const raw = go('tool', 'pprof', '-raw', written());
    expect(raw).toContain('PeriodType: cpu nanoseconds\nPeriod: 1010101\n');
    expect(raw).toContain('Time: 2025-11-23 20:33:20.123456789 +0000 UTC');
    expect(raw).toContain('Duration: 5s');
    expect(raw).toContain('samples/count cpu/nanoseconds');
    expect(raw).toMatch(/3 {4}3030303: 1 2 \n\s+thread:\[redis-server\]\n\s+cpu:\[1\]/);
    expect(raw).toMatch(/M=1 lpFind \/b\/src\/listpack\.c:120(?::0)? s=120/);
    expect(raw).toContain('s=0([unknown] (libc.so.6))');
    expect(raw).toMatch(/1: 0x0\/0x0\/0x0 \/b\/redis-server/);
    expect(raw).toMatch(/2: 0x0\/0x0\/0x0 \/lib\/libc\.so\.6/);
  });
});

test('-diff_base subtracts the merged profile of one side from that of the other, function by function', () => {
  const side = (root: string, mark: string, costs: Record<string, number>): Profile => ({
    frames: Object.keys(costs).map((name) => ({
      name: `${name}${mark}`,
      systemName: `${name}${mark}`,
      file: `${root}/src/${name}.c`,
      line: 12,
      mapping: `${root}/bin/api`,
    })),
    samples: Object.values(costs).map((nanoseconds, frame) => ({
      stack: [frame],
      count: 1,
      nanoseconds,
      labels: {},
    })),
    startedAtNanoseconds: 1n,
    durationNanoseconds: 1,
    periodNanoseconds: 1,
  });
  const write = (name: string, profiles: readonly Profile[], root: string, scale: number): string => {
    const file = join(folder, name);
    const merged = mergeProfiles(profiles.map((profile) => ({ profile, root, scale })));
    writeFileSync(file, encodeProfile(merged));
    return file;
  };
  const base = side('/worktrees/base', '', { parse: 1000, write: 400, main: 10 });
  const head = side('/worktrees/head', '.isra.0', { parse: 1500, write: 400, main: 10, check: 70 });
  const before = write('side.base.pb.gz', [base, base], '/worktrees/base', 1);
  // Head did half as much work: weights make it the same.
  const after = write('side.head.pb.gz', [head], '/worktrees/head', 2);
  const changes = [...top(after, '-diff_base', before)].filter(([, change]) => change !== 0);
  expect(new Map(changes)).toEqual(
    new Map([
      ['parse', 1000],
      ['check', 140],
    ]),
  );
});

describe("Go's own CPU profile", () => {
  let file = '';
  let profile: Profile;

  beforeAll(() => {
    writeFileSync(join(folder, 'go.mod'), 'module example.org/burn\n\ngo 1.21\n');
    writeFileSync(join(folder, 'main.go'), program);
    file = join(folder, 'go.pb.gz');
    go('run', '.', file);
    profile = decodeProfile(readFileSync(file));
  });

  test('has its times and its period', () => {
    expect(profile.periodNanoseconds).toBe(10_000_000);
    expect(profile.durationNanoseconds).toBeGreaterThan(200_000_000);
    const startedAt = Number(profile.startedAtNanoseconds / 1_000_000n);
    expect(Math.abs(Date.now() - startedAt)).toBeLessThan(3_600_000);
  });

  test('costs each function what pprof says', () => {
    const { functions, count, nanoseconds } = functionTable(profile, folder);
    const ours = new Map([...functions.values()].map((it) => [it.name, it.nanoseconds]));
    const theirs = [...top(file)].filter(([, cost]) => cost > 0);
    expect(theirs.length).toBeGreaterThan(0);
    for (const [name, cost] of theirs) expect([name, ours.get(name)]).toEqual([name, cost]);
    expect(nanoseconds).toBe(theirs.reduce((sum, [, cost]) => sum + cost, 0));
    expect(count * profile.periodNanoseconds).toBe(nanoseconds);
  });

  test('names the busy function by its file below the root, with the line of its definition', () => {
    const hottest = [...functionTable(profile, folder).functions.values()].sort(
      (a, b) => b.count - a.count,
    )[0];
    const definition = program.split('\n').findIndex((line) => line.startsWith('func burn')) + 1;
    expect(hottest).toMatchObject({
      key: 'main.burn (main.go)',
      name: 'main.burn',
      file: 'main.go',
      line: definition,
      resolved: true,
    });
  });

  test('keeps labels and inlined callers', () => {
    const stack = profile.samples.map((sample) => sample.stack.map((index) => profile.frames[index]?.name));
    expect(stack.some((names) => names[0] === 'main.burn' && names.includes('main.inlined'))).toBe(true);
    expect(profile.samples.some(({ labels }) => labels.role === 'burner')).toBe(true);
  });

  test('written again, it costs the same in pprof', () => {
    const again = join(folder, 'again.pb.gz');
    writeFileSync(again, encodeProfile(profile));
    expect(top(again)).toEqual(top(file));
  });
});

const program = `package main

import (
	"context"
	"os"
	"runtime/pprof"
	"time"
)

var sink uint64

//go:noinline
func burn(until time.Time) {
	for time.Now().Before(until) {
		for i := uint64(0); i < 5_000_000; i++ {
			sink = sink*6364136223846793005 + i
		}
	}
}

func inlined(until time.Time) { burn(until) }

func main() {
	out, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		panic(err)
	}
	pprof.Do(context.Background(), pprof.Labels("role", "burner"), func(context.Context) {
		inlined(time.Now().Add(400 * time.Millisecond))
	})
	pprof.StopCPUProfile()
	if err := out.Close(); err != nil {
		panic(err)
	}
}
`;
