/** `.profbound-waivers.yml`: every key and what it means. The JSON Schema for editors is generated from this. */
import * as z from 'zod';
import { workloadNameSchema } from '../bundle/schema.js';
import { mostWaivers } from '../bundle/waivers.js';
import { percent } from './quantity.js';

const entrySchema = z
  .strictObject({
    function: z
      .string()
      .trim()
      .min(1)
      .max(3000)
      .optional()
      .describe('Exact name of the function, as the report shows it.'),
    file: z
      .string()
      .trim()
      .min(1)
      .max(3000)
      .optional()
      .describe('Its file as the report shows it, where several functions have the name.'),
    waiting: z
      .union([z.literal(true), z.string().trim().min(1).max(3000)])
      .optional()
      .describe(
        'Waives time spent waiting, where gate.off_cpu.mode is enforce: in the function of this exact name, as the report shows it, or true for all of it together.',
      ),
    total: z.literal(true).optional().describe('Waives the total instead of a function.'),
    workload: workloadNameSchema.optional().describe('The only workload it is about. Default: all.'),
    max: percent.describe(
      "Growth that is accepted, at most 1000%: of the function's own CPU time, of the total, of the time waited, or, of a function or wait that is new, what it adds to the total.",
    ),
    reason: z
      .string()
      .trim()
      .min(1, 'say why')
      .max(1000)
      .describe('Why it is accepted; stands in every report.'),
    expires: z.iso
      .date({ error: 'the last day it holds is needed, for instance 2030-12-31' })
      .describe('Last day it holds (UTC).'),
  })
  .superRefine(({ function: name, file, total, waiting }, context) => {
    const subjects = [name, total, waiting].filter((subject) => subject !== undefined).length;
    const message =
      subjects === 0
        ? 'a waiver needs function: NAME, total: true, or waiting: NAME or true'
        : subjects > 1
          ? 'function, total and waiting exclude each other: write a waiver of each'
          : file !== undefined && (total !== undefined || waiting === true)
            ? 'file is for a function; the total has none'
            : null;
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

export const waiversSchema = z.strictObject({
  version: z.literal(1, { error: 'this version reads version: 1' }).describe('Version of this file.'),
  waivers: z.array(entrySchema).max(mostWaivers).describe('One entry for each slowdown that is accepted.'),
});
