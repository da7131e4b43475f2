/** One bundle judged by programs that live in different languages, time zones, folders and engines' modes. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Capture } from '../../src/bundle/schema.js';
import { BundleWriter } from '../../src/bundle/writer.js';
import { encodeProfile } from '../../src/profile/codec.js';
import type { FunctionTable } from '../../src/profile/functions.js';
import { manifestOf, program, simulate } from '../verdict/simulate.js';
import { type Run, runCli } from './project.js';

const folder = mkdtempSync(join(tmpdir(), 'profbound-test-'));
const bundle = join(folder, 'bundle');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A gate whose figures are as crooked as real ones, of functions with names from everywhere. */
async function writeBundle(): Promise<void> {
  const costs: Record<string, number> = {
    ...program(20),
    çay: 31,
    Zebra: 17,
    äpfel: 23,
    i̇ndex: 5,
    '[unknown]': 12,
  };
  const head = { ...costs, f01: (costs.f01 as number) * 1.4, I: 21 };
  const { workload, tableOf } = simulate({ seed: 11, pairs: 16, noise: 0.7, base: costs, head });
  const writer = new BundleWriter(bundle, manifestOf({ ...workload, captures: [], stop: null }));
  for (const capture of workload.captures) {
    const file = join(folder, 'profile');
    writeFileSync(file, encodeProfile(profileOf(tableOf(workload, capture), capture)));
    await writer.add(workload.name, capture, file);
  }
  writer.finish(workload.name, { reason: 'looks_exhausted', message: 'all pairs measured' });
}

function profileOf({ functions }: FunctionTable, { summary }: Capture) {
  const costs = [...functions.values()];
  return {
    frames: costs.map(({ name, file, line, resolved }) => ({
      name,
      systemName: name,
      file: file ?? '',
      line: line ?? 0,
      mapping: resolved ? '/usr/bin/program' : '',
    })),
    samples: costs.map(({ count, nanoseconds }, frame) => ({
      stack: [frame],
      count,
      nanoseconds: Math.round(nanoseconds),
      labels: {},
    })),
    startedAtNanoseconds: 0n,
    durationNanoseconds: summary.wallNanoseconds,
    periodNanoseconds: 0,
  };
}

interface Surroundings {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

let count = 0;

/** Hashes of what is written and printed. */
async function reported({ environment = {}, cwd = folder }: Surroundings): Promise<Record<string, string>> {
  count += 1;
  const out = join(folder, `out${count}`);
  const run: Run = await runCli(['report', bundle, '--out', out, '--json'], { cwd, environment });
  expect(run).toMatchObject({ code: 0 });
  expect(JSON.parse(run.stdout)).toMatchObject({ schema: 'profbound/result@1', verdict: 'fail' });
  const files = readdirSync(out).sort();
  expect(files).toHaveLength(4);
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  return Object.fromEntries([
    ['standard output', hash(run.stdout)],
    ...files.map((file) => [file, hash(readFileSync(join(out, file), 'utf8'))]),
  ]);
}

describe('the same bundle gives the same bytes', () => {
  let usual: Record<string, string>;
  beforeAll(async () => {
    await writeBundle();
    usual = await reported({});
    mkdirSync(join(folder, 'elsewhere'));
  });

  test.each<[string, Surroundings]>([
    ['in Turkish', { environment: { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', LANGUAGE: 'tr' } }],
    ['without a language', { environment: { LANG: 'C', LC_ALL: 'C' } }],
    ['far east', { environment: { TZ: 'Pacific/Kiritimati' } }],
    ['with odd quarters of an hour', { environment: { TZ: 'Asia/Kathmandu', LANG: 'ar_EG.UTF-8' } }],
    ['from another folder', { cwd: join(folder, 'elsewhere') }],
    ['without data of languages', { environment: { NODE_ICU_DATA: '/nowhere' } }],
    ['interpreted only', { environment: { NODE_OPTIONS: '--jitless --no-warnings' } }],
  ])('%s', async (_, surroundings) => {
    expect(await reported(surroundings)).toEqual(usual);
  });
});
