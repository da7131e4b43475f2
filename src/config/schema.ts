/** `.profbound.yml`: every key, what it means, and its default. The JSON Schema for editors is generated from this. */
import * as z from 'zod';
import { runtimeNames } from '../bundle/runtimes.js';
import { mostLayouts, workloadNameSchema } from '../bundle/schema.js';
import { timeEvents } from '../bundle/summary.js';
import { combinationError } from './combination.js';
import { layoutBuildError, strayedSeedError } from './layouts.js';
import { pgoConfigSchema } from './pgoSchema.js';
import { duration, percent, secondsBetween } from './quantity.js';
import { readyError } from './ready.js';

/** A refinement out of a function that says what is wrong. */
function refuse<Value>(errorOf: (value: Value) => string | null) {
  return (value: Value, context: z.RefinementCtx): void => {
    const message = errorOf(value);
    if (message !== null) context.addIssue({ code: 'custom', message });
  };
}

const command = z.string().trim().min(1, 'a command is needed').max(10_000);
const cpuList = z
  .string()
  .regex(/^\d+(-\d+)?(,\d+(-\d+)?)*$/, 'not a CPU list: write for instance 0-3 or 0,2');
const regex = z
  .string()
  .max(1000)
  .superRefine((pattern, context) => {
    try {
      if (new RegExp(`${pattern}|`).exec('')?.length === 1) {
        context.addIssue({ code: 'custom', message: `/${pattern}/ has no group: put ( ) around the number` });
      }
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });

const fromRegex = z.strictObject({
  regex: regex.describe('The first group of the last match is the number.'),
});
const fromJson = z.strictObject({
  json: z.string().min(1).max(1000).describe('Path into the JSON that is printed, e.g. requests.total.'),
});
const fromCounter = z.strictObject({
  counter: z.string().max(2000).describe('URL of a counter, read at both ends of the capture.'),
  regex: regex.optional(),
  json: z.string().min(1).max(1000).optional(),
});

const httpLoad = z.strictObject({
  http: z.string().max(2000).describe('URL to request; may contain ${PORT}.'),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']).default('GET'),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().max(1_000_000).optional(),
  connections: z.int().min(1).max(10_000).default(8).describe('Open connections.'),
  rate: z
    .number()
    .positive()
    .optional()
    .describe(
      'Requests a second to offer (open loop). Recommended, below saturation. Default: as fast as answers come.',
    ),
});
const commandLoad = z.strictObject({
  command: command.describe('Load generator; may contain ${PORT} and ${SECONDS}.'),
  rate: z
    .number()
    .positive()
    .optional()
    .describe('Units a second the command offers, when it is an open loop.'),
  pausable: z
    .boolean()
    .optional()
    .describe(
      'Whether the command and all it starts may be stopped and continued (SIGSTOP, SIGCONT) while it runs, so that both sides can be loaded in turns; each side has one that runs for ${SECONDS}, and goes on for half of them. True suits a load that asks as fast as answers come and says how many there were; not one that offers a rate, which would make up for what it missed. Default false.',
    ),
});

export const captureConfigSchema = z.strictObject({
  seconds: z
    .union([z.literal('auto'), secondsBetween(0.2, 600)], {
      error: 'a length is a number of seconds between 0.2 and 600, as 5 or 5s, or auto',
    })
    .optional()
    .describe(
      'Length of one capture: 5 or 5s, at least 0.2 s. Default auto: 1 to 10 whole seconds, chosen by a pilot so that starting and warming up take about a third of the time and a capture holds about 2,000 units of work, or three runs of a batch program.',
    ),
  turns: z
    .union([z.literal('auto'), z.literal('off'), secondsBetween(0.02, 60)], {
      error: 'turns are auto, off, or a length between 20ms and 60s, as 100ms',
    })
    .optional()
    .describe(
      'With the built-in HTTP load, the services of both sides run at once, on two ports, and are loaded in turns of this length: what disturbs the machine for longer disturbs both alike. off: one capture after the other, never both services at once. Default auto: 100 ms, longer where answers take long, and off where the services cannot run side by side.',
    ),
  rate: z
    .union([z.literal('auto'), z.int().min(1).max(10_000)])
    .optional()
    .describe(
      'Samples a second and CPU. Default auto: about 8,000 samples a capture on all busy CPUs together, 99 to 4,000 Hz.',
    ),
  event: z
    .enum(timeEvents)
    .optional()
    .describe(
      'What is sampled: cycles, cpu-clock, or auto, which is cycles where there is a PMU. A gate compares CPU time; `profbound capture --event` samples other events too. Default auto.',
    ),
  max_depth: z.int().min(8).max(1024).optional().describe('Most frames kept of a stack. Default 128.'),
  backend: z.enum(['auto', 'bpf', 'perf']).optional().describe('How it is sampled. Default auto.'),
  off_cpu: z
    .boolean()
    .optional()
    .describe(
      'Also measure where threads wait, and for how long; needs the bpf backend, and is left out with a word where there is none. Watching every context switch costs about half a microsecond each. Default true; gate.off_cpu.mode: enforce needs it.',
    ),
  cpus: z
    .strictObject({ service: cpuList.optional(), load: cpuList.optional() })
    .optional()
    .describe('CPUs of service and load. Default: half of the CPUs each.'),
});

const profileOf = (what: string) =>
  z
    .string()
    .trim()
    .min(1, 'a URL or a file is needed')
    .max(2000)
    .describe(
      `${what}: a URL that answers with the profile of the next ${'${SECONDS}'}, or the file that command writes, usually ${'${OUTPUT}'}.`,
    );
const sourceCommand = command
  .optional()
  .describe('Profiles the process ${PID} for ${SECONDS}, while the load runs, and ends.');
const sourceConfig = z.union(
  [
    z.strictObject({
      pprof: profileOf('A CPU profile in the format of pprof, gzipped or not'),
      command: sourceCommand,
    }),
    z.strictObject({
      collapsed: profileOf('Collapsed stacks with numbers of samples (a;b;c 42)'),
      interval: duration
        .pipe(z.number().positive('an interval is longer than 0'))
        .describe('The CPU time that a sample stands for, as the profiler was told.'),
      command: sourceCommand,
    }),
    z.strictObject({ perf_script: profileOf('What perf script prints'), command: sourceCommand }),
    z.strictObject({
      perf_data: profileOf('What perf record writes, read by the perf that is installed'),
      command: sourceCommand,
    }),
  ],
  {
    error:
      'source is { pprof: … }, { collapsed: …, interval: … }, { perf_script: … } or { perf_data: … }: a URL, or a file and the command: that writes it',
  },
);

const layoutBuildKeys = z.strictObject({
  command: command.describe(
    'Run once for each code layout, in a copy of its own, with another ${LAYOUT_SEED} each time; with relink: once.',
  ),
  relink: command
    .optional()
    .describe(
      'Links again what command has built, for each code layout with another ${LAYOUT_SEED}, always in one folder, in which all of them run in turn; for where building takes much longer than linking.',
    ),
  layouts: z
    .int()
    .min(2)
    .max(mostLayouts)
    .describe(
      'How many builds a side, which differ in code layout alone; pairs of captures draw from them. 8 are recommended, with fewer than 4 hardly anything can be proven.',
    ),
});

const layoutBuild = layoutBuildKeys.superRefine((build, context) => {
  const error = layoutBuildError(build);
  if (error !== null) context.addIssue({ code: 'custom', path: [error.key], message: error.message });
});

const workloadKeys = z.strictObject({
  build: z
    .union([command.superRefine(refuse(strayedSeedError)), layoutBuild], {
      error: 'build is a command, or { command: …, layouts: N }, which may have relink: …',
    })
    .optional()
    .describe(
      "Run once in each side's folder before anything is measured; with layouts: in several code layouts.",
    ),
  start: command.optional().describe('Starts the service in the foreground; may contain ${PORT}.'),
  batch: command
    .optional()
    .describe('A program that runs to its end, instead of start and load; one run is one unit.'),
  ready: z
    .string()
    .min(1)
    .max(2000)
    .superRefine(refuse(readyError))
    .optional()
    .describe(
      'URL that answers 2xx, tcp:HOST:PORT that accepts, or log:REGEX that a line of output matches.',
    ),
  ready_timeout: duration.optional().describe('How long the service may take to be ready. Default 30s.'),
  port: z.int().min(1).max(65_535).optional().describe('${PORT}. Default: a free one.'),
  environment: z
    .record(z.string(), z.string())
    .optional()
    .describe('Environment variables, the same on both sides.'),
  runtime: z
    .enum([...runtimeNames, 'none'])
    .optional()
    .describe(
      'What the program runs on. What makes its stacks readable is added to its start on both sides: flags, variables, an agent for Java. none: the start is left alone. Default: what the command gives away, as node does in node server.js.',
    ),
  warmup: duration.optional().describe('Load before each capture, not measured. Default 1s.'),
  load: z
    .union([command, httpLoad, commandLoad], {
      error: 'load is a command, or { http: URL, … }, or { command: … }',
    })
    .optional()
    .describe('What exercises the service.'),
  units: z
    .union([fromRegex, fromJson, fromCounter], {
      error: 'units is { regex: … }, { json: … } or { counter: URL, … }',
    })
    .optional()
    .describe('Where the units of work are counted. The built-in HTTP load counts by itself.'),
  errors: z
    .union([fromRegex, fromJson], { error: 'errors is { regex: … } or { json: … }' })
    .optional()
    .describe('Where the load command prints its failed units.'),
  source: sourceConfig
    .optional()
    .describe(
      "Another profiler's profiles instead of the collector's samples. CPU time is counted by the kernel all the same; where threads wait is not measured.",
    ),
  capture: captureConfigSchema.optional().describe('Differs from the common capture: in these keys.'),
  pgo: pgoConfigSchema
    .optional()
    .describe('The profile that `profbound pgo` makes for the compiler, validates and publishes.'),
});
export const workloadConfigSchema = workloadKeys.superRefine(refuse(combinationError));

export const gateConfigSchema = z.strictObject({
  total: z
    .strictObject({ margin: percent.optional() })
    .optional()
    .describe('Tolerated slowdown of the total. Default 2%.'),
  function: z
    .strictObject({ margin: percent.optional(), min_share: percent.optional() })
    .optional()
    .describe(
      'Tolerated slowdown of a function (default 5%) and the share below which it is not tested (default 0.5%).',
    ),
  off_cpu: z
    .strictObject({
      mode: z
        .enum(['report', 'enforce'])
        .optional()
        .describe('report: longer waits are said. enforce: they fail the gate. Default report.'),
      margin: percent
        .optional()
        .describe(
          'Tolerated growth of the time a unit of work waits, in all and in one function. Default 10%.',
        ),
      idle: z
        .array(z.string().min(1).max(1000))
        .max(100)
        .optional()
        .describe(
          'Functions in which threads wait for work, where that cannot be seen from their stacks: waits in them, or below them, are not held against anybody.',
        ),
    })
    .optional()
    .describe('What is made of time spent waiting: for locks, disks, other services, in sleep.'),
  budget: duration
    .optional()
    .describe(
      'Most time spent measuring a workload, starts and warm-ups included. A run that is not expected to be decided by then stops early and says how long it would take. Default 15m.',
    ),
  max_pairs: z
    .int()
    .min(4)
    .max(1000)
    .optional()
    .describe(
      'Most pairs measured. Default: as many as it takes to have seen a function of 2 % of the CPU time get 20 % slower, at least 60; the budget may end it before.',
    ),
  on_inconclusive: z
    .enum(['pass', 'warn', 'fail'])
    .optional()
    .describe('What an inconclusive verdict means for the exit code. Default warn (exit code 0).'),
});

export const configSchema = z.strictObject({
  version: z.literal(1, { error: 'this version reads version: 1' }).describe('Version of this file.'),
  workloads: z
    .record(workloadNameSchema, workloadConfigSchema)
    .refine((workloads) => Object.keys(workloads).length > 0, 'at least one workload is needed')
    .describe('Named ways to exercise the software.'),
  capture: captureConfigSchema.optional().describe('How every workload is profiled.'),
  gate: gateConfigSchema
    .optional()
    .describe('What is tolerated. Read from base: a pull request cannot loosen its own gate.'),
});

export type Config = z.output<typeof configSchema>;
export type WorkloadConfig = z.output<typeof workloadKeys>;
export type CaptureConfig = z.output<typeof captureConfigSchema>;
export type GateConfig = z.output<typeof gateConfigSchema>;
