/** Collapsed stacks and perf script's text. */
import { describe, expect, test } from '@jest/globals';
import { CollapsedReader } from '../../../src/profile/foreign/collapsed.js';
import { PerfScriptReader } from '../../../src/profile/foreign/perfScript.js';
import { StackSum } from '../../../src/profile/foreign/stackSum.js';
import { functionTable } from '../../../src/profile/functions.js';
import { perfScript, read, stacks } from './texts.js';

const collapsed = (text: string, interval: number | null = 1e6) => read(new CollapsedReader(interval), text);
const script = (text: string) => read(new PerfScriptReader(), text);

describe('collapsed stacks', () => {
  test('are added up, with what a sample stands for', () => {
    const found = collapsed('main;parse;next 40\nmain;parse 2\nmain;parse;next 2\r\n\nidle 0\n');
    expect(stacks(found.profile)).toEqual({ 'main;parse;next': [42, 42e6], 'main;parse': [2, 2e6] });
    expect(found).toMatchObject({ samples: 44, periodNanoseconds: 1e6, unreadable: 0, truncated: 0 });
  });

  test('lose what async-profiler marks frames and threads by', () => {
    const { profile } = collapsed(
      [
        '[main tid=4711];java/lang/Thread.run_[j];App.serve_[i];do_syscall_64_[k] 3',
        '[pool-1 tid=4712];java/lang/Thread.run_[j];App.serve_[0];do_syscall_64_[k] 1',
        'java/lang/Thread.run;App.serve_[1] 1',
      ].join('\n'),
    );
    expect(Object.keys(stacks(profile))).toEqual([
      'java/lang/Thread.run;App.serve;do_syscall_64',
      'java/lang/Thread.run;App.serve',
    ]);
    expect([...functionTable(profile, '').functions.keys()].sort()).toEqual([
      'App.serve',
      'do_syscall_64 ([kernel.kallsyms])',
    ]);
  });

  test('keep names with blanks, and count lines that are none', () => {
    const found = collapsed(
      'a;operator new(unsigned long);f 5\nnonsense\n7\na;b 1.5\na;b -3\nx 99999999999999999999\nmain 3\nrun 4\ngo 5\nend 6\n',
    );
    expect(Object.keys(stacks(found.profile))[0]).toBe('a;operator new(unsigned long);f');
    expect(found.unreadable).toBe(5);
  });

  test.each([
    ['nothing', '', 'it has no collapsed stacks; expected lines like main;parse;next 42'],
    [
      'another text',
      '<html>\n<script>alert(1)</script>\n',
      'it has no collapsed stacks: line 1 is "<html>"; expected lines like main;parse;next 42',
    ],
    [
      'mostly another text',
      'x y\nz w\na 1\n',
      'most of it is no collapsed stacks: line 1 is "x y"; expected lines like main;parse;next 42',
    ],
  ])('are refused when it is %s', (_, text, message) => expect(() => collapsed(text)).toThrow(message));
});

describe('the text of perf script', () => {
  test('gives stacks, periods, lost samples; inlined functions belong to what they are in', () => {
    const found = script(perfScript);
    expect(stacks(found.profile)).toEqual({
      'runtime.goexit.abi0;runtime.typeAssert;runtime.(*itabTableType).find': [2, 2 * 1003009],
      '[unknown] (libz.so.1);[unknown];(anonymous namespace)::run(int (*)(char));LazyCompile:*parse json /srv/app/my parser.js:10:3;finish_task_switch.isra.0':
        [1, 1003009],
      'main.inline': [1, 1003009],
    });
    expect(found).toMatchObject({ event: 'cpu-clock', periodNanoseconds: 1003009, samples: 4, lost: 3 });
    expect(found.unreadable).toBe(0);
    const mappings = new Set(found.profile.frames.map(({ mapping }) => mapping));
    expect(mappings).toContain('/usr/bin/app (deleted)');
    expect(mappings).toContain('[kernel.kallsyms]');
  });

  test('of cycles says no time, and periods that differ are weights', () => {
    const cycles = (period: number, name: string) =>
      `x 1 1.0: ${period} cpu_core/cycles/P: \n\t 1 ${name}+0x1 (/x)\n`;
    const found = script([cycles(1000, 'f'), cycles(9000, 'g'), cycles(500, 'f')].join('\n'));
    expect(stacks(found.profile)).toEqual({ f: [2, 1500], g: [1, 9000] });
    expect(found).toMatchObject({ event: 'cycles', periodNanoseconds: null });
  });

  test('leaves samples of other events out', () => {
    const found = script(
      'x 1 1.0: 5 page-faults:u: \n\t 1 f+0x1 (/x)\n\nx 1 1.0: 7 task-clock:u: \n\t 1 g+0x1 (/x)\n',
    );
    expect(stacks(found.profile)).toEqual({ g: [1, 7] });
  });

  test('a stack as deep as the kernel keeps them may lack callers', () => {
    const deep = (frames: number) =>
      `x 1 1.0: 7 cpu-clock: \n${Array.from({ length: frames }, (_, i) => `\t 1 f${i}+0x1 (/x)\n`).join('')}\n`;
    expect(script(deep(126) + deep(127)).truncated).toBe(1);
  });

  test.each([
    ['nothing', '', 'it has no output of perf script; expected what perf script prints of a perf.data file'],
    ['collapsed stacks', 'main;f 3\n', 'it has no output of perf script: line 1 is "main;f 3"; expected'],
    [
      'samples of another event',
      'x 1 1.0: 5 page-faults:u: \n\t 1 f+0x1 (/x)\n',
      'it has samples of page-faults, not of CPU time: record cpu-clock or cycles',
    ],
    [
      'samples of two clocks',
      'x 1 1.0: 5 cycles: \n\t 1 f+0x1 (/x)\n\nx 1 1.0: 5 cpu-clock: \n\t 1 f+0x1 (/x)\n',
      'it has samples of cycles and of a clock, which cannot be added up: record one event',
    ],
  ])('is refused when it is %s', (_, text, message) => expect(() => script(text)).toThrow(message));
});

describe('more than any program has is refused', () => {
  const limits = { frames: 10, characters: 1000, stacks: 5, stackFrames: 20 };
  test.each<[string, (sum: StackSum) => void, RegExp]>([
    ['functions', (sum) => range(11, (i) => sum.frame(`f${i}`, '')), /more than 10 different functions/],
    ['names', (sum) => range(3, (i) => sum.frame(`${i}${'x'.repeat(500)}`, '')), /1000 characters of names/],
    ['stacks', (sum) => range(6, (i) => sum.add([i], 1, 1)), /more than 5 different stacks/],
    ['frames', (sum) => range(3, (i) => sum.add([i, 1, 2, 3, 4, 5, 6], 1, 1)), /20 frames in them/],
  ])('%s', (_, fill, message) => expect(() => fill(new StackSum(limits))).toThrow(message));

  test('and a stack without an end keeps what is innermost', () => {
    const found = collapsed(`${Array.from({ length: 30_000 }, (_, i) => `f${i % 50}`).join(';')} 2\n`);
    expect(found.profile.samples[0]?.stack).toHaveLength(1025);
    expect(Object.keys(stacks(found.profile))[0]).toMatch(/^\[truncated\];.*;f49$/);
    expect(found.truncated).toBe(2);
  });
});

function range(length: number, act: (index: number) => void): void {
  for (let index = 0; index < length; index++) act(index);
}
