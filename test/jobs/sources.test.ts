import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BundleManifest, BundleWorkload, Capture } from '../../src/bundle/schema.js';
import { UsageError } from '../../src/errors.js';
import { captureSources } from '../../src/jobs/sources.js';
import { writeBundle } from '../bundle/written.js';

let folder: string;
let manifest: BundleManifest;
let number = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'profbound-sources-'));
  // No function is met twice: every capture brings twelve.
  manifest = writeBundle(folder, { nameOf: (name) => `${name}_${Math.floor(number++ / 36)}` });
});
afterAll(() => rmSync(folder, { recursive: true }));

test('functions of all captures together are bounded, however few each of them has', () => {
  const workload = manifest.workloads[0] as BundleWorkload;
  const asked = (most: number, what: 'tables' | 'calls') => (): void => {
    const { tableOf, callsOf } = captureSources(folder, manifest, most);
    for (const capture of workload.captures) {
      if (what === 'tables') tableOf(workload, capture);
      else callsOf(workload)?.costsOf(capture as Capture);
    }
  };
  for (const what of ['tables', 'calls'] as const) {
    expect(asked(1000, what)).not.toThrow();
    expect(asked(50, what)).toThrow(UsageError);
    expect(asked(50, what)).toThrow(/have more than 50 different functions/);
  }
});
