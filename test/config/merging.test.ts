import { expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/file.js';
import { unpinnedNote } from '../../src/config/merging.js';
import { resolvePlan } from '../../src/config/resolve.js';

function noteOf(capture: string, batch = '{ batch: ./encode }'): string | null {
  const text = `version: 1\nworkloads: { encode: ${batch} }\ncapture: ${capture}\n`;
  const file = { path: '.profbound.yml', text, config: parseConfig(text, '.profbound.yml') };
  const [workload] = resolvePlan(file, file).workloads;
  if (workload === undefined) throw new Error('one workload is configured');
  return unpinnedNote(workload);
}

test('what is left to each runner is named, with what to do', () => {
  expect(noteOf('{ seconds: auto, event: cpu-clock, backend: bpf, rate: 499 }')).toBe(
    'encode: capture.seconds is left to each runner, and bundles merge only where length and sampling of captures are the same: to merge this one, set it and measure every runner so',
  );
  expect(noteOf('{ seconds: 2 }')).toMatch(
    /^encode: capture\.rate, capture\.event, capture\.backend are left to each runner, .* set them and/,
  );
});

test('nothing is said where everything is set', () => {
  expect(noteOf('{ seconds: 2, event: cpu-clock, backend: perf, rate: 499 }')).toBeNull();
});

test("another profiler's rate is not the runner's to choose", () => {
  const encode = '{ batch: ./encode "$OUTPUT", source: { pprof: "${OUTPUT}" } }';
  expect(noteOf('{ seconds: 2 }', encode)).toMatch(/^encode: capture\.backend is left to each runner, /);
});
