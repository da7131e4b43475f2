/** All artifacts of a run. */
import { type ArtifactFiles, type PublishedArtifact, publishArtifact } from './artifacts.js';
import type { GitHubContext } from './context.js';
import type { ArtifactKind, Artifacts } from './outputs.js';
import { takesArtifacts } from './servers.js';
import type { PublishSettings, Warner } from './settings.js';

const words: Readonly<Record<ArtifactKind, string>> = {
  report: 'the report',
  bundle: 'the bundle',
  pprof: 'the profiles',
  flamegraph: 'the flame graph',
  profiles: 'the profiles for the compiler',
};

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
    profiles: null,
  };
  const uploads = Object.entries(wanted).filter(([, { files }]) => files.length > 0) as [
    ArtifactKind,
    ArtifactFiles,
  ][];
  if (uploads.length > 0 && !takesArtifacts(context.serverUrl)) {
    const places = uploads.map(([kind, { path }]) => `${words[kind]} (${path})`).join(', ');
    log.warn(
      `could not upload ${places}: ${context.serverUrl} takes no artifacts of this kind; they stay on the runner`,
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
    const said = [...failed].map(
      ([message, kinds]) =>
        `${kinds
          .sort()
          .map((kind) => words[kind])
          .join(', ')}: ${message}`,
    );
    log.warn(`could not upload ${said.join('; ')}`);
  }
  return found;
}
