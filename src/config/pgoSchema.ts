/** `pgo:` of a workload: every key, what it means, and its default. */
import * as z from 'zod';
import { mostLayouts, workloadNameSchema } from '../bundle/schema.js';
import { pgoFormats } from '../pgo/formats.js';
import { duration, percent, secondsBetween } from './quantity.js';

/** A path below the folder that is measured: it is looked for, and written, in copies of it. */
const insidePath = z
  .string()
  .trim()
  .min(1, 'a path is needed')
  .max(1000)
  .refine(
    (path) => !path.startsWith('/') && !path.split('/').includes('..'),
    'a path relative to the folder of .profbound.yml is meant, and below it',
  );

const command = z.string().trim().min(1, 'a command is needed').max(10_000);

export const mostProfileCaptures = 100;
/** Unless more are asked for: each is a build with a profile and one without. */
export const usualProfileLayouts = 8;

const sourceSchema = z.strictObject({
  pprof: z
    .string()
    .trim()
    .min(1, 'a URL or a file is needed')
    .max(2000)
    .describe(
      'A merged CPU profile of this program in the format of pprof, gzipped or not: a URL, asked once and given five minutes, or a file, relative to the folder profbound is started in.',
    ),
  headers: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      'Sent to the URL, and never printed; ${NAME} stands for a variable of the environment: { Authorization: "Bearer ${TOKEN}" }.',
    ),
});

export const pgoConfigSchema = z.strictObject({
  format: z
    .enum(pgoFormats)
    .describe('Whose profile: go, llvm (clang, rustc), gcc (AutoFDO) or bolt (llvm-bolt).'),
  binary: insidePath.describe(
    'The program that is built and measured, relative to the folder of .profbound.yml; not stripped, with a build id.',
  ),
  profile: insidePath.describe(
    'Where the profile lies in the repository, relative to the folder of .profbound.yml, e.g. default.pgo. What is there is the last accepted one, which a new one has to beat.',
  ),
  rebuild: command
    .optional()
    .describe(
      'Builds with and without a profile, each time in a folder of its own, in several layouts with another ${LAYOUT_SEED} each time. The profile lies at its place in the folder and ${PGO_PROFILE} is its absolute path, ${PGO_PROGRAM} that of the program it is of, which llvm-bolt takes; for the build without one there is no such file and both are empty. Where the command hands ${PGO_REPORT} to the compiler, its own report of what it did by the profile is read. Default: build.',
    ),
  relink: command
    .optional()
    .describe(
      "Links again what rebuild has built, for each code layout with another ${LAYOUT_SEED}, as build.relink does; rebuild is then run once a profile. Default: build's, where rebuild does not use the seed itself.",
    ),
  layouts: z
    .int()
    .min(1)
    .max(mostLayouts)
    .optional()
    .describe(
      `Code layouts that each of two builds is compared in. Default: as many as build has, at most ${usualProfileLayouts}; 1 for bolt, whose profiles are of one build. With 1 the bounds hold for these two programs, not for their sources.`,
    ),
  llvm_profdata: command
    .optional()
    .describe(
      "The llvm-profdata of the compiler's version, e.g. llvm-profdata-19: profiles for llvm are written in LLVM's binary format, and one that lies in the repository is read in either. Default: text.",
    ),
  source: sourceSchema
    .optional()
    .describe(
      'Takes the profile from elsewhere instead of capturing it; captures, seconds and workloads are then left out.',
    ),
  workloads: z
    .array(workloadNameSchema)
    .min(1)
    .max(20)
    .optional()
    .describe('Workloads whose captures are added up, all of this binary. Default: this one alone.'),
  captures: z
    .int()
    .min(2)
    .max(mostProfileCaptures)
    .optional()
    .describe('Captures of the build without a profile, each of a launch of its own. Default 6.'),
  seconds: secondsBetween(0.2, 600)
    .optional()
    .describe('Length of one of these captures: 10 or 10s. Default 10s.'),
  floor: z
    .int()
    .min(1)
    .max(100_000_000)
    .optional()
    .describe('Samples in the binary below which nothing is compiled. Default 5000.'),
  min_gain: percent
    .refine((gain) => gain < 1, 'a gain is less than 100 %')
    .optional()
    .describe(
      'CPU time per unit of work that the profile provably has to save, beyond its lower bound. Default 0%.',
    ),
  budget: duration
    .optional()
    .describe('Most time spent measuring each comparison of two builds. Default: gate.budget.'),
  on_no_gain: z
    .enum(['keep', 'fail'])
    .optional()
    .describe(
      'What it means for the exit code that no new profile is published. Default keep (exit code 0); fail is 1.',
    ),
});
export type PgoConfig = z.output<typeof pgoConfigSchema>;
