/** Gates by another profiler's profiles: the same verdict as by the collector's, with the function that did it. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WorkloadResult } from '../../src/verdict/result.js';
import { foldPerfScript } from '../fold.js';
import { expectCode, nothingSmall, Project, runCli } from './project.js';

/** Serves, or does a job and writes a CPU profile of it, by its first argument. */
const program = (rounds: number): string => `package main

import (
	"fmt"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime/pprof"
)

//go:noinline
func parse(rounds int) (sum int) {
	for round := 0; round < rounds; round++ {
		sum = (sum*31 + round) % 65537
	}
	return sum
}

//go:noinline
func render(rounds int) (sum int) {
	for round := 0; round < rounds; round++ {
		sum = (sum*17 + round) % 65521
	}
	return sum
}

func work() int { return parse(${rounds}) + render(40000) }

func main() {
	if os.Args[1] == "job" {
		file, _ := os.Create(os.Args[2])
		pprof.StartCPUProfile(file)
		for run := 0; run < 300; run++ {
			work()
		}
		pprof.StopCPUProfile()
		file.Close()
		return
	}
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprintln(answer, work()) })
	http.ListenAndServe("127.0.0.1:"+os.Args[1], nil)
}
`;

const service = {
  start: './program ${PORT}',
  ready: 'http://127.0.0.1:${PORT}/debug/pprof/',
  warmup: '100ms',
  load: { http: 'http://127.0.0.1:${PORT}/', connections: 2 },
};
const record = (output: string): string =>
  `perf record -q -e cpu-clock -F 499 -g -p \${PID} -o ${output} -- sleep \${SECONDS}`;
const script = `${record('${OUTPUT}.data')} && perf script -i \${OUTPUT}.data`;
const workloads = {
  collector: service,
  pprof: {
    ...service,
    source: { pprof: 'http://127.0.0.1:${PORT}/debug/pprof/profile?seconds=${SECONDS}' },
  },
  'perf-script': { ...service, source: { perf_script: '${OUTPUT}', command: `${script} > \${OUTPUT}` } },
  'perf-data': { ...service, source: { perf_data: '${OUTPUT}', command: record('${OUTPUT}') } },
  collapsed: {
    ...service,
    source: {
      collapsed: '${OUTPUT}',
      interval: '2.004ms',
      command: `${script} | ${foldPerfScript} > \${OUTPUT}`,
    },
  },
  job: { batch: './program job ${OUTPUT}', warmup: '1ms', source: { pprof: '${OUTPUT}' } },
};

const project = new Project();
beforeAll(() => {
  const configuration = JSON.stringify({
    version: 1,
    workloads,
    capture: { seconds: 1 },
    gate: { max_pairs: 4, ...nothingSmall },
  });
  for (const [side, rounds] of [
    ['base', 40_000],
    ['head', 160_000],
  ] as const) {
    project.write({
      [`${side}/main.go`]: program(rounds),
      [`${side}/go.mod`]: 'module program\n\ngo 1.21\n',
      [`${side}/.profbound.yml`]: configuration,
    });
    const { status, stderr } = spawnSync('go', ['build', '-o', 'program', '.'], {
      cwd: project.path(side),
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
  }
});
afterAll(() => project.remove());

/** Whatever samples it, and by whichever the verdict comes, it is this one. */
function expectPlanted(): WorkloadResult {
  const [workload] = project.result().workloads;
  if (workload === undefined) throw new Error('the result has no workload');
  expect(workload.verdict).toBe('fail');
  const slower = workload.functions.filter((one) => one.class === 'slower').map((one) => one.name);
  // On a busy machine what Go does by time may be much of a request, and then is slower, too.
  expect(slower.filter((name) => name.startsWith('main.'))).toEqual(['main.parse']);
  return workload;
}

describe('a function that takes four times as long fails a gate by', () => {
  test('the collector', async () => {
    expectCode(await project.gate('--base', 'dir:base', '--head', 'dir:head', '--workload', 'collector'), 1);
    expect(expectPlanted().capture.backend).not.toContain('CPU time by');
  });

  test.each([
    ['pprof', 'pprof', 'cpu'],
    ['perf-script', 'perf_script', 'cpu-clock'],
    ['perf-data', 'perf_data', 'cpu-clock'],
    ['collapsed', 'collapsed', 'samples'],
    ['job', 'pprof', 'cpu'],
  ])('%s', async (name, format, event) => {
    const run = await project.gate('--base', 'dir:base', '--head', 'dir:head', '--workload', name);
    expectCode(run, 1);
    const workload = expectPlanted();
    expect(workload.capture).toMatchObject({
      event,
      backend: expect.stringMatching(`^${format}; CPU time by `),
    });
    expect(workload.reasons.map(({ code }) => code)).toContain('source_samples');
    expect(workload.offCpu).toBeNull();
    const captures = project.bundle().workloads[0]?.captures ?? [];
    for (const { summary } of captures) {
      expect(summary.source).toEqual({ format, isTimed: true });
      expect(summary.samples).toBeGreaterThan(10);
      // Wide: other programs run on this machine, too.
      expect(summary.weight / summary.cpuNanoseconds).toBeGreaterThan(0.4);
      expect(summary.weight / summary.cpuNanoseconds).toBeLessThan(1.5);
    }
    expect(project.remains()).toEqual([]);
    // Anybody can recompute it.
    const again = await runCli(['report', 'out/bundle', '--json'], { cwd: project.folder });
    expect(again.stdout).toBe(project.read('out/result.json'));
  });
});

test('profiles of any format are compared', async () => {
  project.write({
    'before.collapsed': 'main;parse 100\nmain;render 100\n',
    'after.collapsed': 'main;parse 500\nmain;render 100\n',
    'broken.collapsed': 'no stacks at all\n',
  });
  const compared = await runCli(['diff', 'before.collapsed', 'after.collapsed'], { cwd: project.folder });
  expectCode(compared, 0);
  expect(compared.stdout.replace(/\s+/g, ' ')).toMatch(
    /unproven parse own time [^;]*; adds [^;]*; share 50\.0 % → 83\.3 %/,
  );
  const broken = await runCli(['diff', 'before.collapsed', 'broken.collapsed'], { cwd: project.folder });
  expectCode(broken, 3);
  expect(broken.stderr).toMatch(
    /broken\.collapsed cannot be read as collapsed: it has no collapsed stacks: line 1 is/,
  );
});
