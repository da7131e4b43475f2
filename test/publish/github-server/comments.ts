/** Comments of one pull request, as GitHub keeps and pages them. */
import type { Account, Answer } from './types.js';

export interface Comment {
  readonly id: number;
  readonly user: Account;
  body: string;
  /** How often it was written. */
  versions: number;
}

export class CommentStore {
  readonly list: Comment[] = [];
  #nextId = 1001;

  constructor(
    private readonly repository: string,
    private readonly pull: number,
  ) {}

  /** A comment that is there before the test begins, or was made by a request. */
  add(user: Account, body: string): Comment {
    const comment = { id: this.#nextId++, user, body, versions: 1 };
    this.list.push(comment);
    return comment;
  }

  page(url: URL, origin: string): Answer {
    const size = Number(url.searchParams.get('per_page') ?? 30);
    const page = Number(url.searchParams.get('page') ?? 1);
    const last = Math.max(1, Math.ceil(this.list.length / size));
    const link = (to: number, rel: string): string => {
      const there = new URL(url.pathname + url.search, origin);
      there.searchParams.set('page', String(to));
      return `<${there.href}>; rel="${rel}"`;
    };
    const links = page < last ? [link(page + 1, 'next'), link(last, 'last')] : [];
    return {
      status: 200,
      headers: links.length > 0 ? { link: links.join(', ') } : {},
      body: this.list.slice((page - 1) * size, page * size).map((comment) => this.#render(comment, origin)),
    };
  }

  create(user: Account, body: string, origin: string): Answer {
    return { status: 201, body: this.#render(this.add(user, body), origin) };
  }

  update(id: number, body: string, origin: string): Answer {
    const comment = this.list.find((candidate) => candidate.id === id);
    if (!comment) return { status: 404, body: { message: 'Not Found', status: '404' } };
    comment.body = body;
    comment.versions++;
    return { status: 200, body: this.#render(comment, origin) };
  }

  #render({ id, user, body }: Comment, origin: string): Record<string, unknown> {
    return {
      id,
      node_id: `IC_${id}`,
      url: `${origin}/repos/${this.repository}/issues/comments/${id}`,
      html_url: `https://github.com/${this.repository}/pull/${this.pull}#issuecomment-${id}`,
      issue_url: `${origin}/repos/${this.repository}/issues/${this.pull}`,
      user: renderAccount(user),
      body,
      created_at: '2026-01-02T03:04:05Z',
      updated_at: '2026-01-02T03:04:05Z',
    };
  }
}

/** Every member of a "simple-user", and where it is the viewer's own account of a "public-user". */
export function renderAccount({ login, type }: Account): Record<string, unknown> {
  const api = `https://api.github.com/users/${encodeURIComponent(login)}`;
  return {
    login,
    id: 1 + [...login].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0),
    node_id: `U_${login}`,
    avatar_url: 'https://avatars.githubusercontent.com/u/1?v=4',
    gravatar_id: '',
    url: api,
    html_url: `https://github.com/${encodeURIComponent(login)}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type,
    site_admin: false,
  };
}

/** The account as `GET /user` tells it. */
export function renderViewer(account: Account): Record<string, unknown> {
  const unknown = ['name', 'company', 'blog', 'location', 'email', 'hireable', 'bio'];
  const counts = ['public_repos', 'public_gists', 'followers', 'following'];
  return {
    ...renderAccount(account),
    ...Object.fromEntries(unknown.map((name) => [name, null])),
    ...Object.fromEntries(counts.map((name) => [name, 0])),
    created_at: '2020-01-02T03:04:05Z',
    updated_at: '2026-01-02T03:04:05Z',
  };
}
