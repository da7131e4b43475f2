import { describe, expect, test } from '@jest/globals';
import { MeasureError } from '../../src/errors.js';
import { type ProcessOptions, shellWords, startProcess } from '../../src/workload/process.js';
import { isAlive, membersOf, ticksSinceBoot } from '../../src/workload/processTree.js';
import { eventually, failure, Tag } from './support.js';

const start = (tag: Tag, command: string, more: Partial<ProcessOptions> = {}) =>
  startProcess({ words: shellWords(command), cwd: '/', environment: tag.environment, ...more });

describe('a process', () => {
  test('tells how it ended and what it printed', async () => {
    const running = await start(new Tag(), 'echo out; echo err >&2; exit 3');
    expect(await running.exited).toEqual({ code: 3, signal: null });
    expect(running.stdout).toBe('out\n');
    expect(running.stderr).toBe('err\n');
    expect(running.tail.split('\n').sort()).toEqual(['err', 'out']);
    await running.stop();
  });

  test('keeps only the end of a long output, without escape sequences', async () => {
    const running = await start(
      new Tag(),
      'seq 1 200000; printf "\\033[31mred\\033[0m \\007bell\\n\\342\\200\\256turned"',
    );
    await running.exited;
    const lines = running.tail.split('\n');
    expect(lines.slice(-3)).toEqual(['200000', 'red bell', 'turned']);
    expect(lines).toHaveLength(40);
    await running.stop();
  });

  test('passes lines on as they come, also when a character is cut in two', async () => {
    const seen: string[] = [];
    const running = await start(
      new Tag(),
      'printf "gr\\303"; sleep 0.1; printf "\\274n\\nlast"; echo e >&2',
      {
        onLine: (line, stream) => seen.push(`${stream} ${line}`),
      },
    );
    await running.exited;
    expect(seen.sort()).toEqual(['stderr e', 'stdout grün', 'stdout last']);
    await running.stop();
  });

  test('that cannot be started is an error that names program and folder', async () => {
    const error = await failure(MeasureError, () =>
      startProcess({ words: ['/nowhere/program'], cwd: '/', environment: {} }),
    );
    expect(error.message).toContain('cannot run /nowhere/program in /');
  });

  test('reads its input', async () => {
    const running = await start(new Tag(), 'read a; read b; echo $b $a', { input: 'one\n' });
    running.write('two\n');
    await running.exited;
    expect(running.stdout).toBe('two one\n');
    await running.stop();
  });
});

describe('stopping leaves nothing of', () => {
  test.each([
    ['a plain program', 'sleep 300'],
    ['children and grandchildren', 'sleep 300 & (sleep 300 & sleep 300) & wait'],
    ['programs that ignore SIGTERM', `trap '' TERM; sleep 300 & while :; do sleep 1; done`],
    ['a child in a session of its own', 'setsid sleep 300 & wait'],
    ['a daemon whose parent is gone', '(setsid sleep 300 &) ; sleep 300'],
    ['a daemon without our environment', 'setsid env -i sleep 300 & wait'],
  ])('%s', async (_, command) => {
    const tag = new Tag();
    const running = await start(tag, command);
    await eventually(() => running.members().length > (command.startsWith('sleep') ? 0 : 1));
    const members = running.members();
    await running.stop(0.3);
    expect(running.members()).toEqual([]);
    expect(members.filter(isAlive)).toEqual([]);
    expect(tag.living()).toEqual([]);
  });

  test('what a program that ended by itself left behind', async () => {
    const tag = new Tag();
    const running = await start(tag, 'setsid sleep 300 & exit 0');
    expect((await running.exited).code).toBe(0);
    await eventually(() => tag.living().some((line) => line.startsWith('sleep')));
    await running.stop();
    expect(tag.living()).toEqual([]);
  });

  test('a process without our environment that stayed in the group of a program that ended', async () => {
    const tag = new Tag();
    const running = await start(tag, 'env -i sleep 300 & sleep 0.1');
    await running.exited;
    const left = running.members();
    await running.stop();
    expect(left).toHaveLength(1);
    expect(left.filter(isAlive)).toEqual([]);
  });

  test('lets a program end in its own way first', async () => {
    const running = await start(
      new Tag(),
      `trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.01; done`,
    );
    await eventually(() => running.stdout === 'up\n');
    await running.stop();
    expect(await running.exited).toEqual({ code: 7, signal: null });
    expect(running.stdout).toBe('up\nbye\n');
  });
});

test('whoever got the number of a program that ended is not taken for it', async () => {
  // In the part of the one who got it: a process of its own, started after the end.
  const ended = ticksSinceBoot() - 1;
  const stranger = await start(new Tag(), 'sleep 300 & wait');
  await eventually(() => stranger.members().length === 2);
  const taken = membersOf(stranger.pid, 'the mark of the one that ended', ended);
  await stranger.stop();
  expect(taken).toEqual([]);
});
