/**
 * GitHub on the loopback interface, as far as the Action talks to it: issue comments, viewer, check runs, statuses, artifacts
 * and their blobs.
 * Every request is held against the API's description; `violations` must be empty at the end of a test.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ArtifactStore } from './artifacts.js';
import { type CheckRequest, CheckStore, type Status } from './checks.js';
import { CommentStore, renderViewer } from './comments.js';
import { type Matched, match } from './contract.js';
import { RunStore } from './runs.js';
import type { Account, Answer } from './types.js';

/** What goes wrong instead of the answer. */
export type Fault = Answer | 'hang';

export interface GitHubServerOptions {
  readonly repository?: string;
  readonly pull?: number;
  /** Whom the token belongs to. */
  readonly viewer?: Account;
  /** Gitea and Forgejo have neither GraphQL nor check runs. */
  readonly isGitea?: boolean;
}

export interface GitHubServer {
  readonly url: string;
  readonly comments: CommentStore;
  readonly checks: CheckStore;
  readonly artifacts: ArtifactStore;
  readonly runs: RunStore;
  /** Operations in the order they were asked for, faulty ones too. */
  readonly operations: string[];
  readonly violations: string[];
  /** Asked before every request: a fault, or null for the true answer. */
  fault: (operation: string) => Fault | null;
  close(): Promise<void>;
}

export const botAccount: Account = { login: 'github-actions[bot]', type: 'Bot' };

export function faultAnswer(status: number, message: string, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers,
    body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
  };
}

export async function startGitHubServer(options: GitHubServerOptions = {}): Promise<GitHubServer> {
  const { repository = 'acme/shop', pull = 7, viewer = botAccount, isGitea = false } = options;
  const comments = new CommentStore(repository, pull);
  const checks = new CheckStore(repository);
  const artifacts = new ArtifactStore();
  const runs = new RunStore(repository);
  const hung: ServerResponse[] = [];

  const http = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', server.url);
    const bytes = await bodyOf(request);
    const body = /json/.test(request.headers['content-type'] ?? '') ? parse(bytes) : undefined;
    const matched = match(request.method ?? '', url, body);
    if (!matched) {
      server.violations.push(`no operation ${request.method} ${url.pathname}`);
      return send(response, faultAnswer(404, 'Not Found'));
    }
    server.operations.push(matched.id);
    server.violations.push(...matched.violations, ...authorised(request, matched));
    const fault = server.fault(matched.id);
    if (fault === 'hang') return void hung.push(response);
    if (fault) return send(response, fault);
    const answer = route(matched, url, body, bytes);
    if (typeof answer === 'string') {
      server.violations.push(answer);
      return send(response, faultAnswer(422, answer));
    }
    server.violations.push(...matched.checkAnswer(answer.status, answer.body));
    send(response, answer);
  });

  function route(matched: Matched, url: URL, body: unknown, bytes: Buffer): Answer | string {
    const given = matched.parameters;
    if (isGitea && /^(graphql|checks\/.*)$/.test(matched.id)) return faultAnswer(404, 'Not Found');
    if (given.owner !== undefined && `${given.owner}/${given.repo}` !== repository)
      return faultAnswer(404, 'Not Found');
    if (given.issue_number !== undefined && Number(given.issue_number) !== pull)
      return faultAnswer(404, 'Not Found');
    switch (matched.id) {
      case 'issues/list-comments':
        return comments.page(url, server.url);
      case 'issues/create-comment':
        return comments.create(viewer, (body as { body: string }).body, server.url);
      case 'issues/update-comment':
        return comments.update(Number(given.comment_id), (body as { body: string }).body, server.url);
      case 'users/get-authenticated':
        return viewer.type === 'Bot'
          ? faultAnswer(403, 'Resource not accessible by integration')
          : { status: 200, body: renderViewer(viewer) };
      case 'graphql':
        return { status: 200, body: { data: { viewer: { login: viewer.login } } } };
      case 'checks/create':
        return checks.create(body as CheckRequest, server.url);
      case 'checks/update':
        return checks.update(Number(given.check_run_id), body as CheckRequest, server.url);
      case 'repos/create-commit-status':
        return checks.addStatus(given.sha as string, body as Omit<Status, 'sha'>, viewer, server.url);
      case 'CreateArtifact':
        return artifacts.create(body as { name: string; mime_type?: string }, server.url);
      case 'FinalizeArtifact':
        return artifacts.finalize(body as { name: string; size: string; hash: string });
      case 'PutBlock':
        return artifacts.put(Number(given.number), url.searchParams, bytes);
      default:
        return runs.answer(matched.id, given, server.url) ?? `the server has no route for ${matched.id}`;
    }
  }

  // After Node's five seconds a client on a busy machine may ask again just when the connection is closed.
  http.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: GitHubServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    comments,
    checks,
    artifacts,
    runs,
    operations: [],
    violations: [],
    fault: () => null,
    async close() {
      // A refusal ends what a broken connection would make clients try again.
      await Promise.all(hung.map((response) => refuse(response)));
      http.close();
      http.closeAllConnections();
    },
  };
  return server;
}

function refuse(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    response.on('close', resolve);
    send(response, { ...faultAnswer(403, 'too late'), headers: { connection: 'close' } });
  });
}

/** An ACTIONS_RUNTIME_TOKEN: unsigned, with the scope that names run and job. */
export function runtimeToken(): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const run = 'ce7f54c7-61c7-4aae-887f-30da475f5f1a';
  const job = 'ca395085-040a-526b-2ce8-bdc85f692774';
  return `${part({ alg: 'none' })}.${part({ scp: `Actions.Results:${run}:${job}` })}.`;
}

/** Every operation needs a token, except the blobs, whose URL is signed. */
function authorised(request: IncomingMessage, { id }: Matched): string[] {
  const blob = id === 'PutBlock' || id === 'GetArchive';
  const hasToken = /^(token|bearer) \S+$/i.test(request.headers.authorization ?? '');
  if (blob && hasToken) return [`${id}: the token was sent to the blob store`];
  return blob || hasToken ? [] : [`${id}: no token`];
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, headers = {}, body }: Answer): void {
  const isFile = Buffer.isBuffer(body);
  const sent = isFile ? body : body === null ? '' : JSON.stringify(body);
  const type = isFile ? 'application/zip' : 'application/json; charset=utf-8';
  response.writeHead(status, {
    ...(body === null ? {} : { 'content-type': type }),
    'content-length': Buffer.byteLength(sent),
    ...headers,
  });
  response.end(sent);
}
