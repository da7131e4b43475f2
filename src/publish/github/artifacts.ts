/** What a run leaves as artifacts of the workflow run: the report opens in a browser, the bundle recomputes the verdict. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { DefaultArtifactClient } from '@actions/artifact';
import type { GitHubContext } from './context.js';

export interface PublishedArtifact {
  readonly name: string;
  readonly id: number;
  readonly url: string;
}

/** Files that become one artifact: one file as it is, so that its link opens it; several as a zip. */
export interface ArtifactFiles {
  /** What stands behind the common part of the artifact's name; empty for the report. */
  readonly suffix: string;
  /** All below `root`. */
  readonly files: readonly string[];
  readonly root: string;
  /** What of it is named where it cannot be uploaded. */
  readonly path: string;
  readonly zipped: boolean;
}

/** A folder with all that is in it, as a zip. */
export function folderFiles(suffix: string, folder: string): ArtifactFiles {
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return { suffix, files, root: folder, path: folder, zipped: true };
}

/** Those of the files that exist: a single one unpacked. */
export function looseFiles(suffix: string, files: readonly string[]): ArtifactFiles {
  const existing = files.filter((file) => existsSync(file));
  const path = existing[0] ?? '';
  return { suffix, files: existing, root: dirname(path), path, zipped: existing.length > 1 };
}

/**
 * Uploads an artifact. A name is taken for good once a run has used it, so it carries job and attempt. The jobs of a matrix
 * share both: whoever comes second adds something of its own.
 * @param milliseconds the longest it may take
 */
export async function publishArtifact(
  context: GitHubContext,
  name: string,
  what: ArtifactFiles,
  milliseconds: number,
): Promise<PublishedArtifact> {
  const unique = `${name}-${context.job}-${context.runAttempt}`;
  const uploaded = (prefix: string) => upload(context, prefix + what.suffix, what, milliseconds);
  try {
    return await uploaded(unique);
  } catch (error) {
    if (!/\(409\)/.test((error as Error).message)) throw error;
    return uploaded(`${unique}-${randomBytes(3).toString('hex')}`);
  }
}

async function upload(
  context: GitHubContext,
  name: string,
  { files, root, zipped }: ArtifactFiles,
  milliseconds: number,
): Promise<PublishedArtifact> {
  if (zipped) return send(context, name, [...files], root, milliseconds);
  // An artifact that is no archive is named by its file.
  const file = files[0] as string;
  const directory = mkdtempSync(join(tmpdir(), 'profbound-artifact-'));
  try {
    const named = join(directory, `${name}${extname(file)}`);
    copyFileSync(file, named);
    return await send(context, basename(named), [named], directory, milliseconds, true);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function send(
  context: GitHubContext,
  name: string,
  files: string[],
  root: string,
  milliseconds: number,
  skipArchive = false,
): Promise<PublishedArtifact> {
  const uploaded = new DefaultArtifactClient().uploadArtifact(name, files, root, { skipArchive });
  const { id } = await withinTime(uploaded, milliseconds);
  if (id === undefined) throw new Error('the server named no artifact');
  const { serverUrl, owner, repo, runId } = context;
  return { name, id, url: `${serverUrl}/${owner}/${repo}/actions/runs/${runId}/artifacts/${id}` };
}

/** The uploader has no deadline of its own; what it still does after ours is abandoned. */
async function withinTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished within ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
