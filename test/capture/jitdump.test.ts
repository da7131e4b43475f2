import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openCollector } from '../../src/capture/collector.js';
import { decodeProfile } from '../../src/profile/codec.js';
import { startProcess } from '../../src/workload/process.js';
import { eventually, never, Tag, temporaryFolder } from '../workload/support.js';

/** Says when its code is generated, and ends by itself: V8 writes the last of its jitdump file then. */
const program = `
function spin(rounds) {
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum += Math.sqrt(i) * (i & 7);
  return sum;
}
function busy(milliseconds) {
  const end = Date.now() + milliseconds;
  while (Date.now() < end) spin(20000);
}
%NeverOptimizeFunction(busy);
busy(300);
console.log('hot');
setTimeout(() => busy(1500), 200);
`;

test('JavaScript functions are named from the jitdump file a process maps', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'hot.js'), program);
  const tag = new Tag();
  let isHot = false;
  const running = await startProcess({
    words: [process.execPath, '--perf-prof', '--allow-natives-syntax', 'hot.js'],
    cwd: folder,
    environment: tag.environment,
    onLine: (line) => {
      isHot ||= line === 'hot';
    },
  });
  try {
    await eventually(() => isHot);
    const collector = await openCollector();
    const capture = await collector.start(
      {
        target: { kind: 'pids', pids: [running.pid] },
        out: join(folder, 'capture'),
        seconds: null,
        event: 'auto',
        rateHz: 499,
        maxDepth: 127,
        backend: 'auto',
      },
      never,
    );
    const { profileFile } = await capture.finished;
    const { frames, samples } = decodeProfile(readFileSync(profileFile));
    const spin = frames.findIndex(({ name }) => name === 'spin');
    expect(frames[spin]).toMatchObject({ name: 'spin', file: join(folder, 'hot.js'), line: 2 });
    const total = samples.reduce((sum, { count }) => sum + count, 0);
    const within = samples
      .filter(({ stack }) => stack.includes(spin))
      .reduce((sum, { count }) => sum + count, 0);
    expect(within / total).toBeGreaterThan(0.5);
  } finally {
    await running.stop();
  }
});
