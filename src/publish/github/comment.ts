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
  /** Accounts a job's own token may write as. */
  readonly bots: readonly string[];
}

export interface PublishedComment {
  readonly url: string;
  readonly change: 'created' | 'updated' | 'none';
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
 * Updates this pull request's comment, or makes it; where it says the same already, nothing is sent.
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
    // Servers trim what they store.
    if (own.body.trim() === body.trim()) return { url: own.url, change: 'none' };
    try {
      const { data } = await client.rest.issues.updateComment({ owner, repo, comment_id: own.id, body });
      return { url: data.html_url, change: 'updated' };
    } catch (error) {
      // Someone deleted it since it was listed.
      if (answerStatus(error) !== 404) throw error;
    }
  }
  const { data } = await client.rest.issues.createComment({ owner, repo, issue_number: place.number, body });
  return { url: data.html_url, change: 'created' };
}

interface OwnComment {
  readonly id: number;
  readonly url: string;
  readonly body: string;
}

/** The comment that carries the marker and was written with this token's identity. */
async function findOwn(client: Client, place: CommentPlace): Promise<OwnComment | null> {
  let logins: readonly string[] | null = null;
  const pages = client.paginate.iterator(client.rest.issues.listComments, {
    owner: place.owner,
    repo: place.repo,
    issue_number: place.number,
    per_page: 100,
  });
  for await (const { data } of pages) {
    for (const comment of data) {
      // Whoever edits a comment in a browser leaves other line ends.
      const body = comment.body?.replaceAll('\r\n', '\n') ?? '';
      // Only as the first line: a reply that quotes the comment has it further down.
      if (!body.startsWith(`${place.marker}\n`)) continue;
      // Anyone can copy the marker, and the token may edit anyone's comment.
      logins ??= await viewerLogins(client, place.bots);
      if (!logins.includes(comment.user?.login ?? '')) continue;
      return { id: comment.id, url: comment.html_url, body };
    }
  }
  return null;
}

/**
 * Whom the token writes as. REST refuses `GET /user` to a job's own token while GraphQL's viewer answers every kind;
 * servers without GraphQL (Gitea, Forgejo) answer `GET /user`, where they do not refuse it, too.
 */
async function viewerLogins(client: Client, bots: readonly string[]): Promise<readonly string[]> {
  try {
    const { viewer } = await client.graphql<{ viewer: { login: string } }>('query { viewer { login } }');
    return [viewer.login];
  } catch (error) {
    throwUnlessRefused(error);
  }
  try {
    const { data } = await client.rest.users.getAuthenticated();
    return [data.login];
  } catch (error) {
    throwUnlessRefused(error);
  }
  return bots;
}

/** A server in trouble may tell the next time: to guess would leave two comments. */
function throwUnlessRefused(error: unknown): void {
  if (![401, 403, 404, 405].includes(answerStatus(error) ?? 0)) throw error;
}
