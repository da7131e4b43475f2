/** Artifacts of a run as the loopback GitHub got them. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from '@jest/globals';
import { type BundleManifest, bundleSchema } from '../../src/bundle/schema.js';
import { resultSchema } from '../../src/verdict/result.js';
import type { GitHubServer } from '../publish/github-server/server.js';
import { readZip } from '../publish/zip.js';
import type { ActionRun } from './runner.js';

/**
 * All four arrived as they lie in the workspace, and the outputs name them.
 * @param prefix what their names begin with @returns the uploaded bundle's manifest
 */
export function expectArtifacts(
  server: GitHubServer,
  { outputs }: ActionRun,
  prefix: string,
): BundleManifest {
  const { finished } = server.artifacts;
  const report = finished.get(`${prefix}.html`);
  expect(report?.bytes.equals(readFileSync(outputs.report ?? ''))).toBe(true);
  expect(outputs['report-artifact-url']).toBe(
    `https://github.com/acme/shop/actions/runs/99/artifacts/${report?.id}`,
  );
  const drawing = finished.get(`${prefix}-flamegraph.svg`);
  expect(drawing?.bytes.equals(readFileSync(join(dirname(outputs.report ?? ''), 'flamegraph-api.svg')))).toBe(
    true,
  );
  expect(outputs['flamegraph-artifact-id']).toBe(String(drawing?.id));
  const unpacked = (kind: 'bundle' | 'pprof') => {
    const artifact = finished.get(`${prefix}-${kind}`);
    expect(outputs[`${kind}-artifact-id`]).toBe(String(artifact?.id));
    const files = readZip(artifact?.bytes ?? Buffer.alloc(0));
    for (const [name, bytes] of files) {
      expect(bytes.equals(readFileSync(join(outputs[kind] ?? '', name)))).toBe(true);
    }
    return files;
  };
  expect([...unpacked('pprof').keys()].sort()).toEqual(['api.base.pb.gz', 'api.head.pb.gz']);
  const files = unpacked('bundle');
  const manifest = bundleSchema.parse(JSON.parse(String(files.get('bundle.json'))));
  const captures = manifest.workloads.flatMap((workload) => workload.captures);
  expect([...files.keys()].sort()).toEqual(
    ['bundle.json', ...captures.flatMap((each) => [each.cpuProfile, each.offCpuProfile ?? []].flat())].sort(),
  );
  const result = resultSchema.parse(JSON.parse(readFileSync(outputs.result ?? '', 'utf8')));
  expect(result.verdict).toBe(outputs.verdict);
  return manifest;
}
