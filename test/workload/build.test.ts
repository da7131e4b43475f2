import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { InterruptedError, MeasureError } from '../../src/errors.js';
import { buildSide } from '../../src/workload/build.js';
import { eventually, failure, never, RecordedProgress, Tag, temporaryFolder } from './support.js';

describe('a build', () => {
  test("runs in the side's folder with its environment", async () => {
    const root = temporaryFolder();
    const progress = new RecordedProgress();
    await buildSide('head', 'echo "$FLAVOUR" > built', root, { FLAVOUR: 'sweet' }, progress, never);
    expect(readFileSync(join(root, 'built'), 'utf8')).toBe('sweet\n');
    expect(progress.lines).toEqual(['build head: echo "$FLAVOUR" > built']);
  });

  test('that fails is an error with side, command, folder, exit code and the end of its output', async () => {
    const root = temporaryFolder();
    const tag = new Tag();
    const command = 'setsid sleep 300 & echo main.c:3: error; exit 2';
    const error = await failure(MeasureError, () =>
      buildSide('base', command, root, tag.added, new RecordedProgress(), never),
    );
    expect(error.message).toBe(`the build of base failed (exit code 2) in ${root}: ${command}`);
    expect(error.detail).toBe('main.c:3: error');
    expect(tag.living()).toEqual([]);
  });

  test('that is interrupted leaves nothing running', async () => {
    const tag = new Tag();
    const abort = new AbortController();
    const root = temporaryFolder();
    const building = buildSide(
      'base',
      'touch begun; sleep 300 & wait',
      root,
      tag.added,
      new RecordedProgress(),
      abort.signal,
    );
    building.catch(() => {});
    await eventually(() => existsSync(join(root, 'begun')));
    abort.abort(new InterruptedError('SIGTERM'));
    await failure(InterruptedError, () => building);
    expect(tag.living()).toEqual([]);
  });
});
