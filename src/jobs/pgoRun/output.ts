/** What a run of `profbound pgo` leaves behind. */
import { basename, dirname, join } from 'node:path';
import { provenanceFile, provenanceOf } from '../../pgo/provenance.js';
import { type PgoResult, type ProfileResult, pgoResultSchema } from '../../pgo/result.js';
import { renderPgoMarkdown } from '../../report/pgo/markdown.js';
import { renderPgoHtml } from '../../report/pgo/page.js';
import { makeFolder, writeBytes, writeText } from '../output.js';

export interface PgoPaths {
  readonly out: string;
  readonly resultJson: string;
  readonly reportHtml: string;
  readonly summaryMarkdown: string;
  /**
   * Published profiles, each with its provenance, at their paths in the repository; of what is kept nothing lies there.
   */
  readonly published: string;
}

export function pgoPaths(out: string): PgoPaths {
  return {
    out,
    resultJson: join(out, 'pgo.json'),
    reportHtml: join(out, 'report.html'),
    summaryMarkdown: join(out, 'summary.md'),
    published: join(out, 'published'),
  };
}

/** Where everything about one profile stands in an output folder. */
export interface ProfilePaths {
  readonly folder: string;
  /** The new profile, published or not. */
  readonly candidate: string;
  /** Bundle of the captures it is made of, or the merged profile as it came; and the program they are of. */
  readonly captures: string;
  readonly merged: string;
  readonly measured: string;
  /** Bundles of the comparisons. */
  readonly comparisons: Readonly<Record<'none' | 'last', string>>;
  /** What the builds printed. */
  readonly logs: string;
}

export function profilePaths(
  out: string,
  { workload, path }: Pick<ProfileResult, 'workload' | 'path'>,
  binary: string,
): ProfilePaths {
  const folder = join(out, 'workloads', workload);
  return {
    folder,
    candidate: join(folder, 'candidate', basename(path)),
    captures: join(folder, 'captures', 'bundle'),
    merged: join(folder, 'merged.pprof'),
    measured: join(folder, 'measured', basename(binary)),
    comparisons: {
      none: join(folder, 'without-profile', 'bundle'),
      last: join(folder, 'last-profile', 'bundle'),
    },
    logs: join(folder, 'builds'),
  };
}

/** Writes a profile that is published, and where it comes from. */
export function publishProfile(
  { published }: PgoPaths,
  bytes: Uint8Array,
  profile: ProfileResult,
  run: Omit<PgoResult, 'profiles'>,
): void {
  const file = join(published, profile.path);
  makeFolder(dirname(file));
  writeBytes(file, bytes);
  writeText(provenanceFile(file), `${JSON.stringify(provenanceOf(profile, run), null, 2)}\n`);
}

/** Writes result, report page and summary. */
export function writePgoReports(result: PgoResult, out: string): PgoPaths {
  const paths = pgoPaths(out);
  makeFolder(out);
  writeText(paths.resultJson, `${JSON.stringify(pgoResultSchema.parse(result), null, 2)}\n`);
  writeText(paths.reportHtml, renderPgoHtml(result));
  writeText(paths.summaryMarkdown, renderPgoMarkdown(result));
  return paths;
}
