/** Report and bundle as artifacts of the workflow run: one opens in a browser, the other recomputes the verdict. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultArtifactClient } from '@actions/artifact';
import type { GitHubContext } from './context.js';

export interface PublishedArtifact {
  readonly name: string;
  readonly id: number;
  readonly url: string;
}

/** Uploads report.html as it is, so that its link opens it. @param milliseconds the longest it may take */
export async function publishReport(
  context: GitHubContext,
  name: string,
  file: string,
  milliseconds: number,
): Promise<PublishedArtifact> {
  // An artifact that is no archive is named by its file.
  const directory = mkdtempSync(join(tmpdir(), 'profbound-report-'));
  try {
    return await uploadUnique(context, name, milliseconds, (unique) => {
      const named = join(directory, `${unique}.html`);
      copyFileSync(file, named);
      return { name: `${unique}.html`, files: [named], root: directory, skipArchive: true };
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Uploads the bundle's folder as a zip. @param milliseconds the longest it may take */
export function publishBundle(
  context: GitHubContext,
  name: string,
  directory: string,
  milliseconds: number,
): Promise<PublishedArtifact> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return uploadUnique(context, name, milliseconds, (unique) => ({
    name: `${unique}-bundle`,
    files,
    root: directory,
    skipArchive: false,
  }));
}

interface Upload {
  readonly name: string;
  readonly files: string[];
  readonly root: string;
  readonly skipArchive: boolean;
}

/**
 * A name is taken for good once a run has used it, so it carries job and attempt. The jobs of a matrix share both:
 * whoever comes second adds something of its own.
 */
async function uploadUnique(
  context: GitHubContext,
  name: string,
  milliseconds: number,
  prepare: (unique: string) => Upload,
): Promise<PublishedArtifact> {
  const unique = `${name}-${context.job}-${context.runAttempt}`;
  try {
    return await upload(context, prepare(unique), milliseconds);
  } catch (error) {
    if (!/\(409\)/.test((error as Error).message)) throw error;
    return upload(context, prepare(`${unique}-${randomBytes(3).toString('hex')}`), milliseconds);
  }
}

async function upload(
  context: GitHubContext,
  what: Upload,
  milliseconds: number,
): Promise<PublishedArtifact> {
  const uploaded = new DefaultArtifactClient().uploadArtifact(what.name, what.files, what.root, {
    skipArchive: what.skipArchive,
  });
  const { id } = await withinTime(uploaded, milliseconds, `uploading ${what.name}`);
  if (id === undefined) throw new Error(`uploading ${what.name}: the server named no artifact`);
  const { serverUrl, owner, repo, runId } = context;
  return { name: what.name, id, url: `${serverUrl}/${owner}/${repo}/actions/runs/${runId}/artifacts/${id}` };
}

/** The uploader has no deadline of its own; what it still does after ours is abandoned. */
async function withinTime<T>(work: Promise<T>, milliseconds: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${what} was not finished within ${milliseconds / 1000} s`));
    }, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
