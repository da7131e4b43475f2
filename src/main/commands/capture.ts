/** `profbound capture` */
import { resolve } from 'node:path';
import { sampledEvents } from '../../bundle/summary.js';
import { UsageError } from '../../errors.js';
import { type CaptureOptions, type CaptureOutcome, runCapture } from '../../jobs/capture.js';
import { wrap } from '../../report/escape/columns.js';
import { shown, visible } from '../../report/escape/visible.js';
import { missingAlone, worthALine } from '../../report/missing.js';
import { type Arguments, oneOf, positive } from '../arguments.js';
import type { Command } from '../command.js';

const shownFunctions = 15;

export const capture: Command = {
  name: 'capture',
  summary: 'profile anything once',
  synopsis: ['--pid PID [OPTIONS]', '--cgroup PATH [OPTIONS]', '[OPTIONS] -- COMMAND [ARGUMENT…]'],
  description:
    'Captures the CPU profile of a process with its descendants, or of a command, and prints the functions that took most. Ctrl-C ends the capture and keeps it.',
  options: {
    pid: { type: 'string', value: 'PID', multiple: true, description: 'A running process; may be repeated.' },
    cgroup: {
      type: 'string',
      value: 'PATH',
      description:
        'All processes of a cgroup (version 2) and of those below it; absolute, or below /sys/fs/cgroup. Needs the bpf backend.',
    },
    seconds: {
      type: 'string',
      value: 'S',
      description: 'Length of the capture. Default: until the target ends, or Ctrl-C.',
    },
    out: {
      type: 'string',
      value: 'DIR',
      description: 'Folder for cpu.pb.gz and capture.json. Default: profbound-capture',
    },
    event: {
      type: 'string',
      value: 'NAME',
      description: `What is sampled: ${sampledEvents.join(', ')}. Default: auto: cycles, or cpu-clock where there is no PMU.`,
    },
    rate: {
      type: 'string',
      value: 'HZ',
      description: 'Samples a second and CPU. Default: auto: 997, and less on more than 16 CPUs.',
    },
    'fixed-period': {
      type: 'boolean',
      description:
        'The same time between all samples. A program in step with them is then seen wrongly: times are drawn at random by default.',
    },
    backend: { type: 'string', value: 'NAME', description: 'auto, bpf or perf. Default: auto' },
    json: { type: 'boolean', description: "Print the capture's summary as JSON on standard output." },
  },
  positionals: [],
  takesRest: true,
  examples: [
    { line: 'profbound capture --pid 4711 --seconds 10', meaning: 'ten seconds of a running service' },
    { line: 'profbound capture --out before -- ./bench --quick', meaning: 'a command from start to end' },
  ],
  async run(given, terminal) {
    const rate = given.value('rate');
    const seconds = given.value('seconds');
    const out = resolve(terminal.cwd, given.value('out') ?? 'profbound-capture');
    const outcome = await runCapture({
      cwd: terminal.cwd,
      target: targetOf(given),
      seconds: seconds === null ? null : positive('--seconds', seconds),
      out,
      event: oneOf('--event', given.value('event') ?? 'auto', sampledEvents),
      rateHz: rate === null || rate === 'auto' ? null : positive('--rate', rate),
      fixedPeriod: given.flag('fixed-period'),
      backend: oneOf('--backend', given.value('backend') ?? 'auto', ['auto', 'bpf', 'perf'] as const),
      log: terminal,
      signal: terminal.signal,
    });
    if (outcome.output !== '') terminal.line(outcome.output.trimEnd());
    terminal.print(
      given.flag('json')
        ? `${JSON.stringify(outcome.summary, null, 2)}\n`
        : describe(outcome, terminal.style.width),
    );
    terminal.line(`profile: ${terminal.shown(outcome.profileFile)}`);
    return 0;
  },
};

function targetOf(given: Arguments): CaptureOptions['target'] {
  const pids = given.values('pid').map((pid) => {
    if (!/^[1-9]\d{0,9}$/.test(pid)) throw new UsageError(`--pid ${pid}: a process id is needed`);
    return Number(pid);
  });
  const command = given.rest ?? [];
  const cgroup = given.value('cgroup');
  if ([pids.length > 0, command.length > 0, cgroup !== null].filter(Boolean).length !== 1) {
    throw new UsageError('capture either --pid PID, --cgroup PATH or -- COMMAND');
  }
  if (cgroup !== null) return { cgroup };
  return pids.length > 0 ? { pids } : { command };
}

/**
 * The functions with most time of their own, and what is missing. Names come from the profiled program: made visible, cut.
 * @param width columns of the terminal
 */
function describe({ summary, table, quality }: CaptureOutcome, width: number): string {
  const seconds = (nanoseconds: number): string => `${(nanoseconds / 1e9).toFixed(2)} s`;
  const top = [...table.functions.values()]
    .sort((a, b) => b.nanoseconds - a.nanoseconds)
    .slice(0, shownFunctions)
    .map(({ name, file, line, nanoseconds }) => {
      const share = `${((100 * nanoseconds) / (table.nanoseconds || 1)).toFixed(1)} %`;
      const place = file === null ? '' : `  ${shown(file, 100)}${line === null ? '' : `:${line}`}`;
      return `${share.padStart(8)}  ${shown(name, 120)}${place}\n`;
    });
  const lost = Object.values(summary.lost).reduce((sum, count) => sum + count, 0);
  const facts = [
    `${summary.samples} samples`,
    `${seconds(summary.cpuNanoseconds)} CPU in ${seconds(summary.wallNanoseconds)}`,
    `${summary.event} at ${summary.rateHz} Hz, ${summary.backend} backend`,
    ...(lost > 0 ? [`${lost} samples lost`] : []),
  ];
  const missing = missingAlone(quality, worthALine).flatMap((text) => wrap(visible(text), width, '', '  '));
  const notes = summary.limits.map((limit) => `note: ${limit}\n`);
  return [`${facts.join(', ')}\n`, ...top, ...missing.map((line) => `${line}\n`), ...notes].join('');
}
