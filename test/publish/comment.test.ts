import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openClient } from '../../src/publish/github/client.js';
import { commentMarker, publishComment } from '../../src/publish/github/comment.js';
import { botLogins } from '../../src/publish/github/servers.js';
import { botAccount, faultAnswer, type GitHubServer, startGitHubServer } from './github-server/server.js';
import { shortPatience } from './world.js';

const marker = commentMarker('.profbound.yml', []);
const bots = [botAccount.login];
const place = { owner: 'acme', repo: 'shop', number: 7, marker, bots };
const stranger = { login: 'mallory', type: 'User' } as const;

let server: GitHubServer;
beforeEach(async () => {
  server = await startGitHubServer();
});
afterEach(async () => {
  await server.close();
  expect(server.violations).toEqual([]);
});

const publish = (text: string, patience = shortPatience) =>
  publishComment(openClient('t0ken', server.url, patience), place, () => text);

describe('one comment', () => {
  test('is made once and updated from then on', async () => {
    const first = await publish('**fail**');
    const second = await publish('**pass**');
    expect(first.change).toBe('created');
    expect(second).toEqual({ change: 'updated', url: first.url });
    expect(server.comments.list).toEqual([
      { id: 1001, user: botAccount, body: `${marker}\n**pass**`, versions: 2 },
    ]);
  });

  test('that says the same already is left alone', async () => {
    await publish('**pass**\n');
    const [comment] = server.comments.list;
    // As GitHub stores what is typed into its page.
    if (comment) comment.body = comment.body.trim().replaceAll('\n', '\r\n');
    expect((await publish('**pass**\n')).change).toBe('none');
    expect(comment?.versions).toBe(1);
    expect(server.operations).not.toContain('issues/update-comment');
  });

  test('is found behind 250 others, asking no further than its page', async () => {
    for (let index = 0; index < 250; index++) server.comments.add(stranger, `comment ${index}`);
    const own = server.comments.add(botAccount, `${marker}\nold`);
    for (let index = 0; index < 100; index++) server.comments.add(stranger, `later ${index}`);
    await publish('new');
    expect(own.body).toBe(`${marker}\nnew`);
    expect(server.comments.list).toHaveLength(351);
    expect(server.operations.filter((operation) => operation === 'issues/list-comments')).toHaveLength(3);
  });

  test("is never somebody else's copy of the marker, nor a quote of it", async () => {
    const copy = server.comments.add(stranger, `${marker}\nmine now`);
    const quote = server.comments.add(botAccount, `> ${marker}\n> quoted`);
    await publish('text');
    expect(copy.versions).toBe(1);
    expect(quote.versions).toBe(1);
    expect(server.comments.list).toHaveLength(3);
  });

  test('is another one for another configuration or choice of workloads', async () => {
    const other = server.comments.add(botAccount, `${commentMarker('other.yml', [])}\nother`);
    await publish('text');
    expect(other.versions).toBe(1);
    expect(commentMarker('a', ['x', 'y'])).toBe(commentMarker('a', ['y', 'x']));
    expect(commentMarker('a', ['x'])).not.toBe(commentMarker('a', []));
    expect(commentMarker('a', ['x'])).toMatch(/^<!-- profbound:[0-9a-f]{16} -->$/);
  });

  test('is made anew when it was deleted after it was listed', async () => {
    const own = server.comments.add(botAccount, `${marker}\nold`);
    server.fault = (operation) => {
      if (operation === 'issues/update-comment') server.comments.list.splice(0, 1);
      return null;
    };
    expect((await publish('new')).change).toBe('created');
    expect(server.comments.list.map(({ id, body }) => ({ id, body }))).toEqual([
      { id: own.id + 1, body: `${marker}\nnew` },
    ]);
  });

  test('has at most 65,536 characters with its marker', async () => {
    const client = openClient('t0ken', server.url, shortPatience);
    await publishComment(client, place, (maxCharacters) => 'x'.repeat(maxCharacters));
    expect(server.comments.list[0]?.body).toHaveLength(65_536);
  });
});

describe('whom the token writes as', () => {
  const personal = { login: 'ada', type: 'User' } as const;

  test.each([
    ['a personal token', true],
    ['a personal token of a server without GraphQL', false],
  ])('%s', async (_, isGitHub) => {
    await server.close();
    server = await startGitHubServer({ viewer: personal, isGitea: !isGitHub });
    const bots = server.comments.add(botAccount, `${marker}\nby the bot`);
    const own = server.comments.add(personal, `${marker}\nby ada`);
    await publish('new');
    expect(own.body).toBe(`${marker}\nnew`);
    expect(bots.versions).toBe(1);
  });

  test.each(['gitea-actions', 'forgejo-actions'])(
    "a server that is not GitHub and tells nobody may have %s as its job's bot",
    async (login) => {
      await server.close();
      server = await startGitHubServer({ isGitea: true });
      const own = server.comments.add({ login, type: 'Bot' }, `${marker}\nold`);
      const publishTo = (serverUrl: string) =>
        publishComment(
          openClient('t0ken', server.url, shortPatience),
          { ...place, bots: botLogins(serverUrl) },
          () => 'new',
        );
      await publishTo('https://git.example.org');
      expect(own.versions).toBe(2);
      await publishTo('https://github.com');
      expect(own.versions).toBe(2);
    },
  );

  test.each([500, 429, 422])('a server that answers %d instead: nobody is guessed', async (status) => {
    server.comments.add(stranger, `${marker}\ncopy`);
    server.fault = (operation) => (operation === 'graphql' ? faultAnswer(status, 'in trouble') : null);
    await expect(publish('new')).rejects.toThrow('in trouble');
    expect(server.comments.list).toHaveLength(1);
  });

  test("a server that tells nobody: the job's own bot is assumed", async () => {
    await server.close();
    server = await startGitHubServer({ isGitea: true });
    const copy = server.comments.add(stranger, `${marker}\ncopy`);
    const own = server.comments.add(botAccount, `${marker}\nold`);
    await publish('new');
    expect(own.versions).toBe(2);
    expect(copy.versions).toBe(1);
  });
});

describe('a server in trouble', () => {
  test('that asks to come back later is obeyed', async () => {
    let until = 0;
    server.fault = (operation) => {
      if (operation !== 'issues/create-comment') return null;
      if (until === 0) until = Date.now() + 950;
      return Date.now() < until ? faultAnswer(429, 'slow down', { 'retry-after': '1' }) : null;
    };
    expect((await publish('text')).change).toBe('created');
    expect(server.operations.filter((operation) => operation === 'issues/create-comment')).toHaveLength(2);
  });

  test('that asks for too long a pause is given up at once', async () => {
    server.fault = () => faultAnswer(429, 'slow down', { 'retry-after': '3600' });
    await expect(publish('text')).rejects.toThrow('slow down');
    expect(server.operations).toHaveLength(1);
  });

  test('that keeps asking is given up after three attempts', async () => {
    server.fault = () => faultAnswer(403, 'secondary rate limit', { 'retry-after': '0' });
    await expect(publish('text')).rejects.toThrow('secondary rate limit');
    expect(server.operations).toHaveLength(3);
  });

  test('with a 500 in between is asked again, but never twice to make a comment', async () => {
    let asked = 0;
    server.fault = (operation) =>
      operation === 'issues/list-comments' && ++asked === 1 ? faultAnswer(502, 'Bad Gateway') : null;
    await publish('text');
    expect(asked).toBe(2);
    server.comments.list.length = 0;
    server.operations.length = 0;
    server.fault = (operation) => (operation === 'issues/create-comment' ? faultAnswer(500, 'oops') : null);
    await expect(publish('text')).rejects.toThrow('oops');
    expect(server.operations).toEqual(['issues/list-comments', 'issues/create-comment']);
  });

  test('that never answers is left', async () => {
    server.fault = () => 'hang';
    await expect(publish('text', { ...shortPatience, request: 200 })).rejects.toThrow(
      /no answer from 127\.0\.0\.1:\d+ in time/,
    );
  });
});
