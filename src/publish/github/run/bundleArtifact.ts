/** The bundle that another run left as an artifact: found by its name, downloaded within bounds. What is in it is not looked at. */
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MeasureError, UsageError } from '../../../errors.js';
import type { Client, Patience } from '../client.js';
import type { GitHubContext, WorkflowRun } from '../context.js';

export interface BundleArtifact {
  readonly id: number;
  readonly name: string;
}

/** Profiles are compressed already: what is longer does not unpack to something that is read. */
const maxDownload = 512 * 1024 * 1024;
/** Artifacts of a run that are looked through. */
const mostArtifacts = 1000;

type Repository = Pick<GitHubContext, 'owner' | 'repo'>;

/**
 * The bundle of a run's last attempt; null when it left none.
 * @param prefix the input artifact-name of the measuring job
 * @throws UsageError when there are several, or it is too large or expired
 */
export async function findBundle(
  client: Client,
  repository: Repository,
  run: Pick<WorkflowRun, 'id'>,
  prefix: string,
): Promise<BundleArtifact | null> {
  const found: (BundleArtifact & { attempt: number; size: number; expired: boolean })[] = [];
  const pages = client.paginate.iterator(client.rest.actions.listWorkflowRunArtifacts, {
    ...repository,
    run_id: run.id,
    per_page: 100,
  });
  let seen = 0;
  for await (const { data } of pages) {
    for (const { id, name, size_in_bytes: size, expired } of data) {
      const attempt = attemptOf(name, prefix);
      if (attempt !== null) found.push({ id, name, attempt, size, expired });
    }
    seen += data.length;
    if (seen >= mostArtifacts) break;
  }
  // A run that is started again keeps the artifacts of its earlier attempts.
  const last = Math.max(...found.map(({ attempt }) => attempt));
  const [only, ...others] = found.filter(({ attempt }) => attempt === last);
  if (only === undefined) return null;
  if (others.length > 0) {
    throw new UsageError(
      `the run left ${1 + others.length} bundles whose names begin with ${prefix}-: give each measuring job its own artifact-name, and report each in a step of its own`,
    );
  }
  const { id, name, size, expired } = only;
  if (expired) throw new UsageError(`artifact ${name} is expired: measure again`);
  if (size > maxDownload) throw tooLarge(name);
  return { id, name };
}

/** As the uploader names it: PREFIX-JOB-ATTEMPT-bundle, perhaps with something random before its end. */
function attemptOf(name: string, prefix: string): number | null {
  if (!name.startsWith(`${prefix}-`)) return null;
  const match = /^.+-(\d{1,6})(-[0-9a-f]{6})?-bundle$/.exec(name.slice(prefix.length + 1));
  return match ? Number(match[1]) : null;
}

/**
 * Downloads an artifact's archive to a file.
 * @throws UsageError when it is too large; MeasureError when it does not arrive
 */
export async function downloadArtifact(
  client: Client,
  { owner, repo }: Repository,
  { id, name }: BundleArtifact,
  file: string,
  patience: Patience,
): Promise<void> {
  try {
    const { headers } = await client.rest.actions.downloadArtifact({
      owner,
      repo,
      artifact_id: id,
      archive_format: 'zip',
      // The address it leads to is signed, and must not get the token.
      request: { redirect: 'manual' },
    });
    if (headers.location === undefined) throw new Error('the server named no address');
    const response = await fetch(headers.location, { signal: AbortSignal.timeout(patience.upload) });
    if (!response.ok || response.body === null) throw new Error(`the store answered ${response.status}`);
    await pipeline(
      Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
      atMost(maxDownload, name),
      createWriteStream(file, { flags: 'wx' }),
    );
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new MeasureError(`could not download artifact ${name}: ${(error as Error).message}`);
  }
}

/** Passes bytes on; what comes beyond the limit is an error, whatever was announced. */
function atMost(limit: number, name: string): Transform {
  let left = limit;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      left -= chunk.length;
      if (left < 0) done(tooLarge(name));
      else done(null, chunk);
    },
  });
}

function tooLarge(name: string): UsageError {
  return new UsageError(`artifact ${name} has more than ${maxDownload / 1024 / 1024} MB`);
}
