/** The check run on the pull request's last commit, with annotations; a commit status where the server has no check runs. */
import type { Annotation } from '../../report/annotations.js';
import type { CheckText } from '../../report/markdown/markdown.js';
import { adds, answerStatus, type Client } from './client.js';

/** GitHub describes characters; bytes are what its database counts. */
export const maxCheckBytes = 65_535;
/** GitHub takes no more in one request. */
const annotationsARequest = 50;
const maxStatusCharacters = 140;

export type Conclusion = 'success' | 'failure' | 'neutral';

export interface CheckPlace {
  readonly owner: string;
  readonly repo: string;
  readonly headSha: string;
  /** What it is called beside the other checks: see `checkName`. */
  readonly name: string;
  /** Where its reader gets from there. */
  readonly link: string;
}

export interface Check extends CheckText {
  readonly conclusion: Conclusion;
  readonly annotations: readonly Annotation[];
}

/** The check run is there, but not all of its annotations. */
export class MissingAnnotationsError extends Error {}

/** Rules on branches go by this name, so it is the same in every run of a job. */
export function checkName(config: string, workloads: readonly string[]): string {
  const told = [...(config === '.profbound.yml' ? [] : [config]), ...[...workloads].sort()];
  return told.length === 0 ? 'profbound' : `profbound (${told.join(', ')})`.slice(0, 200);
}

/**
 * Makes the check run, then appends what annotations do not fit into one request.
 * @throws MissingAnnotationsError when not all of them could be appended
 */
export async function publishCheck(client: Client, place: CheckPlace, check: Check): Promise<string | null> {
  const { owner, repo, headSha, name, link } = place;
  const annotations = check.annotations.map(annotation);
  const output = {
    title: check.title,
    summary: check.summary,
    ...(check.text === null ? {} : { text: check.text }),
  };
  const { data } = await client.rest.checks.create({
    owner,
    repo,
    name,
    head_sha: headSha,
    status: 'completed',
    conclusion: check.conclusion,
    details_url: link,
    output: { ...output, annotations: annotations.slice(0, annotationsARequest) },
  });
  for (let at = annotationsARequest; at < annotations.length; at += annotationsARequest) {
    try {
      await client.rest.checks.update({
        owner,
        repo,
        check_run_id: data.id,
        output: { ...output, annotations: annotations.slice(at, at + annotationsARequest) },
        request: adds,
      });
    } catch (error) {
      const message = `${at} of ${annotations.length} annotations are there: ${(error as Error).message}`;
      throw new MissingAnnotationsError(message, { cause: error });
    }
  }
  return data.html_url;
}

function annotation({ path, line, level, title, message }: Annotation) {
  return { path, start_line: line, end_line: line, annotation_level: level, title, message };
}

/** Whether an error of `publishCheck` says that the server has no check runs. */
export function hasNoChecks(error: unknown): boolean {
  return [404, 405, 501].includes(answerStatus(error) ?? 0);
}

/** Says the check's first line as a commit status, which every server has. */
export async function publishStatus(
  client: Client,
  { owner, repo, headSha, name, link }: CheckPlace,
  { conclusion, title }: Check,
): Promise<void> {
  await client.rest.repos.createCommitStatus({
    owner,
    repo,
    sha: headSha,
    state: conclusion === 'failure' ? 'failure' : 'success',
    context: name,
    description: title.length > maxStatusCharacters ? `${title.slice(0, maxStatusCharacters - 1)}…` : title,
    target_url: link,
  });
}
