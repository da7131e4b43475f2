/** What a test of publishing needs: a server, a run's context that points at it, files to upload, a log to read. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Patience } from '../../src/publish/github/client.js';
import type { GitHubContext } from '../../src/publish/github/context.js';
import type { Publication } from '../../src/publish/github/index.js';
import type { PublishSettings } from '../../src/publish/github/settings.js';
import { aResult, failing } from '../report/results.js';
import {
  type GitHubServer,
  type GitHubServerOptions,
  runtimeToken,
  startGitHubServer,
} from './github-server/server.js';

/** Short enough for a test, long enough for a busy machine to answer in. */
export const shortPatience: Patience = {
  request: 1_000,
  total: 10_000,
  pause: 2_000,
  again: 10,
  upload: 20_000,
};

export interface World {
  readonly server: GitHubServer;
  readonly directory: string;
  readonly context: GitHubContext;
  readonly settings: PublishSettings;
  readonly warnings: string[];
  /** What went to standard output meanwhile: the toolkit's progress, and commands to the runner. */
  readonly printed: string[];
  readonly log: { warn(text: string): void };
  publication: Publication;
  summary(): string;
  /** The outputs that were set, by name. */
  outputs(): Record<string, string>;
  close(): Promise<void>;
}

export async function openWorld(options: GitHubServerOptions = {}): Promise<World> {
  const server = await startGitHubServer(options);
  const directory = mkdtempSync(join(tmpdir(), 'profbound-publish-'));
  const summaryFile = join(directory, 'summary.md');
  const outputFile = join(directory, 'outputs');
  writeFileSync(summaryFile, '');
  writeFileSync(outputFile, '');
  // The artifact client and setOutput read the environment, as they do on a runner.
  const environment: Record<string, string> = {
    ACTIONS_RESULTS_URL: server.url,
    ACTIONS_RUNTIME_TOKEN: runtimeToken(),
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_OUTPUT: outputFile,
  };
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  const printed: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = (text: unknown) => printed.push(String(text)) > 0;

  const bundle = join(directory, 'bundle');
  mkdirSync(join(bundle, 'workloads', 'api', 'pairs', '001'), { recursive: true });
  writeFileSync(join(bundle, 'bundle.json'), '{"schema":"profbound/bundle@1"}\n');
  writeFileSync(join(bundle, 'workloads/api/pairs/001/base.cpu.pb.gz'), Buffer.from([31, 139, 8, 0, 255]));
  writeFileSync(join(directory, 'report.html'), '<!doctype html><title>profbound</title>');
  writeFileSync(join(directory, 'result.json'), '{}\n');
  const pprof = join(directory, 'pprof');
  mkdirSync(pprof);
  for (const side of ['base', 'head']) writeFileSync(join(pprof, `search.${side}.pb.gz`), side);
  writeFileSync(join(directory, 'flamegraph-search.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  const result = aResult([failing()]);

  const warnings: string[] = [];
  return {
    server,
    directory,
    warnings,
    printed,
    log: { warn: (text) => warnings.push(text) },
    settings: {
      token: 't0ken',
      comment: true,
      check: true,
      artifactName: 'profbound',
      config: '.profbound.yml',
      workloads: [],
      patience: shortPatience,
    },
    context: {
      event: 'pull_request',
      sha: 'a'.repeat(40),
      owner: 'acme',
      repo: 'shop',
      runId: '99',
      runAttempt: '1',
      job: 'perf',
      serverUrl: 'https://github.com',
      apiUrl: server.url,
      summaryFile,
      defaultBranch: 'main',
      push: { before: null, after: null },
      mergeGroup: null,
      pullRequest: { number: 7, fromFork: false, headSha: 'b'.repeat(40) },
      workflowRun: null,
    },
    publication: {
      result,
      annotations: { list: [], left: 0 },
      paths: {
        bundle,
        pprof,
        resultJson: join(directory, 'result.json'),
        reportHtml: join(directory, 'report.html'),
      },
    },
    summary: () => readFileSync(summaryFile, 'utf8'),
    outputs: () => readOutputs(outputFile),
    async close() {
      process.stdout.write = write;
      await server.close();
      rmSync(directory, { recursive: true, force: true });
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    },
  };
}

/** A GITHUB_OUTPUT file: `name<<DELIMITER`, the value, the delimiter. */
export function readOutputs(file: string): Record<string, string> {
  const form = /^([\w-]+)<<(\S+)\n([\s\S]*?)\n?\2$/gm;
  return Object.fromEntries(
    [...readFileSync(file, 'utf8').matchAll(form)].map((match) => [match[1] as string, match[3] as string]),
  );
}
