/** The profilers that are compared: each from armed to a symbolised profile, with what that cost. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { nextLine, otherCpus, run, startTimed } from './processes.js';
import { countPerfScript, readPerfScript, readPprof, type Stack } from './stacks.js';

export interface Capture {
  readonly stacks: readonly Stack[];
  /** CPU seconds of the profiler's processes, from their start to the symbolised profile. */
  readonly ownCpuSeconds: number;
  /** CPU seconds its BPF programs ran in other processes' time; null of one that has none. */
  readonly bpfSeconds: number | null;
  /** Of them, those that took samples. */
  readonly samplingSeconds: number | null;
  /** How often they ran: for every sample, of the workload or not. */
  readonly samplingRuns: number;
  /** Of the latter, what samples of the workload took, and walking stacks; where it was measured. */
  readonly walks: { readonly all: number; readonly user: number; readonly kernel: number } | null;
  /** What went from the kernel to the profiler. */
  readonly bytes: number;
  /** Samples and records the profiler says were lost. */
  readonly lost: number;
}

export interface Profiler {
  readonly name: string;
  /** Arms it; the answer ends it. `isBrief`: not for its cost, so that what walking stacks takes may be measured. */
  start(
    pids: readonly number[],
    rateHz: number,
    folder: string,
    isBrief: boolean,
  ): Promise<() => Promise<Capture>>;
}

interface Summary {
  readonly lost: Record<string, number>;
  readonly overhead: {
    readonly bpfRunNanoseconds: number;
    readonly sampleRunNanoseconds: number;
    readonly sampleRunCount: number;
    readonly ringBytes: number;
    readonly treeSampleNanoseconds?: number;
    readonly userWalkNanoseconds?: number;
    readonly kernelWalkNanoseconds?: number;
  };
}

/** @param cache what it keeps from capture to capture, as within a gate; a folder of its own */
export function profbound(binary: string, cache: string): Profiler {
  return {
    name: 'profbound',
    async start(pids, rateHz, folder, isBrief) {
      const words = [binary, 'record', '--pid', pids.join(','), '--rate', `${rateHz}`, '--out', folder];
      words.push('--cache', cache);
      if (isBrief) words.push('--time-stacks');
      const { child, finished } = startTimed(words, otherCpus);
      const ready = nextLine(child.stdout as Readable, /"ready"/);
      await Promise.race([ready, finished.then(() => ready)]);
      child.stdout?.resume();
      return async () => {
        process.kill(-(child.pid as number), 'SIGTERM');
        const { cpuSeconds } = await finished;
        const summary: Summary = JSON.parse(readFileSync(join(folder, 'capture.json'), 'utf8'));
        const { lost, overhead } = summary;
        const {
          treeSampleNanoseconds: all,
          userWalkNanoseconds: user,
          kernelWalkNanoseconds: kernel,
        } = overhead;
        return {
          stacks: await readPprof(join(folder, 'cpu.pb.gz')),
          ownCpuSeconds: cpuSeconds,
          bpfSeconds: overhead.bpfRunNanoseconds / 1e9,
          samplingSeconds: overhead.sampleRunNanoseconds / 1e9,
          samplingRuns: overhead.sampleRunCount,
          walks:
            all === undefined || user === undefined || kernel === undefined
              ? null
              : { all: all / 1e9, user: user / 1e9, kernel: kernel / 1e9 },
          bytes: overhead.ringBytes,
          lost: Object.values(lost).reduce((sum, count) => sum + count, 0),
        };
      };
    },
  };
}

/** @param callGraph how stacks are taken; null: they are not */
export function perf(name: string, callGraph: string | null): Profiler {
  return {
    name,
    async start(pids, rateHz, folder) {
      const data = join(folder, 'perf.data');
      const words = [
        'perf',
        'record',
        '-q',
        '-F',
        `${rateHz}`,
        ...(callGraph ? ['--call-graph', callGraph] : []),
        '-p',
        pids.join(','),
      ];
      // Armed when it acknowledges, ended when it is told to: commands come in on descriptor 3.
      const { child, finished } = startTimed(
        [...words, '-o', data, '--control', 'fd:3,4', '-D', '-1'],
        otherCpus,
      );
      const [commands, answers] = child.stdio.slice(3, 5) as unknown as [Writable, Readable];
      const armed = nextLine(answers, /ack/);
      commands.write('enable\n');
      await Promise.race([armed, finished.then(() => armed)]);
      answers.resume();
      return async () => {
        commands.write('stop\n');
        const recording = await finished;
        const fields = ['-F', 'comm,pid,tid,ip,sym,dso'];
        const script = await run([
          'perf',
          'script',
          '-i',
          data,
          '--no-inline',
          '--show-lost-events',
          ...fields,
        ]);
        const samples = script.stdout.replace(/^.*PERF_RECORD_LOST.*\n/gm, '');
        const lost = [...script.stdout.matchAll(/^.*PERF_RECORD_LOST lost (\d+).*\n/gm)];
        return {
          stacks: callGraph ? await readPerfScript(samples) : countPerfScript(samples),
          ownCpuSeconds: recording.cpuSeconds + script.cpuSeconds,
          bpfSeconds: null,
          samplingSeconds: null,
          samplingRuns: 0,
          walks: null,
          bytes: statSync(data).size,
          lost: lost.reduce((sum, match) => sum + Number(match[1]), 0),
        };
      };
    },
  };
}
