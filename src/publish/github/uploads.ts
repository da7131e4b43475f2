/** All artifacts of a run. */
import { dirname } from 'node:path';
import { type ArtifactFiles, type PublishedArtifact, publishArtifact } from './artifacts.js';
import type { GitHubContext } from './context.js';
import type { ArtifactKind, Artifacts } from './outputs.js';
import { takesArtifacts } from './servers.js';
import type { PublishSettings, Warner } from './settings.js';

/** Uploads what there is at the same time; whatever is missing at the end is named in one warning. */
export async function publishArtifacts(
  context: GitHubContext,
  { artifactName, patience }: PublishSettings,
  log: Warner,
  wanted: Partial<Record<ArtifactKind, ArtifactFiles>>,
): Promise<Artifacts> {
  const found: Record<ArtifactKind, PublishedArtifact | null> = {
    report: null,
    bundle: null,
    pprof: null,
    flamegraph: null,
  };
  const uploads = Object.entries(wanted).filter(([, { files }]) => files.length > 0) as [
    ArtifactKind,
    ArtifactFiles,
  ][];
  const names = (kinds: readonly string[]) => kinds.map((kind) => `the ${kind}`).join(', ');
  if (uploads.length > 0 && !takesArtifacts(context.serverUrl)) {
    const folder = dirname(uploads[0]?.[1].root ?? '.');
    const kinds = names(uploads.map(([kind]) => kind));
    log.warn(
      `could not upload ${kinds}: ${context.serverUrl} takes no artifacts of this kind; they are in ${folder} on the runner`,
    );
    return found;
  }
  const failed = new Map<string, ArtifactKind[]>();
  await Promise.all(
    uploads.map(async ([kind, files]) => {
      try {
        found[kind] = await publishArtifact(context, artifactName, files, patience.upload);
      } catch (error) {
        const { message } = error as Error;
        failed.set(message, [...(failed.get(message) ?? []), kind]);
      }
    }),
  );
  if (failed.size > 0) {
    const said = [...failed].map(([message, kinds]) => `${names(kinds.sort())}: ${message}`);
    log.warn(`could not upload ${said.join('; ')}`);
  }
  return found;
}
