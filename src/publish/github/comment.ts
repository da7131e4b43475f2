/** The pull request's one comment: made once, updated from then on, never anybody else's. */
import { createHash } from 'node:crypto';
import { answerStatus, type Client } from './client.js';

/** GitHub refuses a longer body. */
export const maxCommentCharacters = 65_536;

export interface CommentPlace {
  readonly owner: string;
  readonly repo: string;
  readonly number: number;
  /** The comment's first line: see `commentMarker`. */
  readonly marker: string;
}

export interface PublishedComment {
  readonly url: string;
  readonly created: boolean;
}

/**
 * The hidden line that tells this comment from every other; one for each configuration and choice of workloads,
 * so that two jobs on the same pull request do not overwrite each other.
 */
export function commentMarker(config: string, workloads: readonly string[]): string {
  const identity = JSON.stringify([config, [...workloads].sort()]);
  return `<!-- profbound:${createHash('sha256').update(identity).digest('hex').slice(0, 16)} -->`;
}

/**
 * Updates this pull request's comment, or makes it.
 * @param write the text in at most so many characters
 */
export async function publishComment(
  client: Client,
  place: CommentPlace,
  write: (maxCharacters: number) => string,
): Promise<PublishedComment> {
  const { owner, repo } = place;
  const body = `${place.marker}\n${write(maxCommentCharacters - place.marker.length - 1)}`;
  const own = await findOwn(client, place);
  if (own !== null) {
    try {
      const { data } = await client.rest.issues.updateComment({ owner, repo, comment_id: own, body });
      return { url: data.html_url, created: false };
    } catch (error) {
      // Someone deleted it since it was listed.
      if (answerStatus(error) !== 404) throw error;
    }
  }
  const { data } = await client.rest.issues.createComment({ owner, repo, issue_number: place.number, body });
  return { url: data.html_url, created: true };
}

/** What to do about an error of `publishComment`, in one sentence. */
export function explainCommentError(error: unknown, fromFork: boolean): string {
  const message = (error as Error).message;
  if (answerStatus(error) !== 403) return message;
  return fromFork
    ? `${message}: the pull request comes from a fork, whose runs get a read-only token; the job summary has it all`
    : `${message}: the token may not write; give the job \`permissions: { pull-requests: write }\``;
}

/** The id of the comment that carries the marker and was written with this token's identity. */
async function findOwn(client: Client, place: CommentPlace): Promise<number | null> {
  let viewer: string | null = null;
  const pages = client.paginate.iterator(client.rest.issues.listComments, {
    owner: place.owner,
    repo: place.repo,
    issue_number: place.number,
    per_page: 100,
  });
  for await (const { data } of pages) {
    for (const comment of data) {
      // Only as the first line: a reply that quotes the comment has it further down.
      if (!comment.body?.startsWith(`${place.marker}\n`)) continue;
      // Anyone can copy the marker, and the token may edit anyone's comment.
      viewer ??= await viewerLogin(client);
      if (comment.user?.login === viewer) return comment.id;
    }
  }
  return null;
}

/**
 * Whom the token writes as. REST refuses `GET /user` to a job's own token while GraphQL's viewer answers every kind;
 * servers without GraphQL (Gitea, Forgejo) answer `GET /user`.
 */
async function viewerLogin(client: Client): Promise<string> {
  try {
    const { viewer } = await client.graphql<{ viewer: { login: string } }>('query { viewer { login } }');
    return viewer.login;
  } catch {
    try {
      const { data } = await client.rest.users.getAuthenticated();
      return data.login;
    } catch {
      return 'github-actions[bot]';
    }
  }
}
