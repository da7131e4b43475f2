/**
 * The operations of GitHub's REST API and artifact service that are used, as JSON Schema.
 *
 * Written by hand after the types that `@octokit/openapi-types` (installed with `@actions/github`) generates from GitHub's
 * OpenAPI description: "issues/list-comments", "issues/create-comment", "issues/update-comment",
 * "users/get-authenticated", schemas "issue-comment" and "simple-user"; the artifact service after the messages that
 * `@actions/artifact` declares. Members GitHub documents and nobody here reads are left out of the answers; requests
 * are closed, so that a parameter GitHub does not know is an error.
 */
import type { AnySchema } from 'ajv';

export interface Operation {
  readonly id: string;
  readonly method: string;
  /** `{name}` stands for one segment. */
  readonly path: string;
  /** Path and query parameters together. */
  readonly parameters: AnySchema;
  readonly body: AnySchema | null;
  /** By status. */
  readonly answers: Readonly<Record<number, AnySchema>>;
}

const closed = (properties: Record<string, AnySchema>, required = Object.keys(properties)): AnySchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const open = (properties: Record<string, AnySchema>): AnySchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

const text = { type: 'string' };
const name = { type: 'string', pattern: '^[A-Za-z0-9_.-]+$' };
const id = { type: 'integer', minimum: 1 };
const uri = { type: 'string', pattern: '^https?://' };
const time = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}' };

const user = open({
  login: text,
  id,
  node_id: text,
  url: uri,
  html_url: uri,
  type: text,
  site_admin: { type: 'boolean' },
});
const comment = open({
  id,
  node_id: text,
  url: uri,
  html_url: uri,
  issue_url: uri,
  user,
  body: text,
  created_at: time,
  updated_at: time,
});
// The description does not bound the body; the service does.
const commentBody = closed({ body: { type: 'string', minLength: 1, maxLength: 65_536 } });

const uuid = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' };
const artifactName = { type: 'string', pattern: '^[^":<>|*?\\r\\n\\\\/]+$' };
const twirp = '/twirp/github.actions.results.api.v1.ArtifactService';

export const operations: readonly Operation[] = [
  {
    id: 'issues/list-comments',
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues/{issue_number}/comments',
    parameters: closed(
      {
        owner: name,
        repo: name,
        issue_number: id,
        since: time,
        per_page: { type: 'integer', minimum: 1, maximum: 100 },
        page: id,
      },
      ['owner', 'repo', 'issue_number'],
    ),
    body: null,
    answers: { 200: { type: 'array', items: comment } },
  },
  {
    id: 'issues/create-comment',
    method: 'POST',
    path: '/repos/{owner}/{repo}/issues/{issue_number}/comments',
    parameters: closed({ owner: name, repo: name, issue_number: id }),
    body: commentBody,
    answers: { 201: comment },
  },
  {
    id: 'issues/update-comment',
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/issues/comments/{comment_id}',
    parameters: closed({ owner: name, repo: name, comment_id: id }),
    body: commentBody,
    answers: { 200: comment },
  },
  {
    id: 'users/get-authenticated',
    method: 'GET',
    path: '/user',
    parameters: closed({}),
    body: null,
    answers: { 200: user },
  },
  {
    id: 'graphql',
    method: 'POST',
    path: '/graphql',
    parameters: closed({}),
    body: closed({ query: { const: 'query { viewer { login } }' }, variables: { type: 'object' } }, [
      'query',
    ]),
    answers: { 200: open({ data: closed({ viewer: closed({ login: text }) }) }) },
  },
  {
    id: 'CreateArtifact',
    method: 'POST',
    path: `${twirp}/CreateArtifact`,
    parameters: closed({}),
    body: closed(
      {
        workflow_run_backend_id: uuid,
        workflow_job_run_backend_id: uuid,
        name: artifactName,
        version: { const: 7 },
        mime_type: text,
        expires_at: time,
      },
      ['workflow_run_backend_id', 'workflow_job_run_backend_id', 'name', 'version'],
    ),
    answers: { 200: closed({ ok: { const: true }, signed_upload_url: uri }) },
  },
  {
    id: 'FinalizeArtifact',
    method: 'POST',
    path: `${twirp}/FinalizeArtifact`,
    parameters: closed({}),
    body: closed({
      workflow_run_backend_id: uuid,
      workflow_job_run_backend_id: uuid,
      name: artifactName,
      size: { type: 'string', pattern: '^\\d+$' },
      hash: { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' },
    }),
    answers: { 200: closed({ ok: { const: true }, artifact_id: { type: 'string', pattern: '^\\d+$' } }) },
  },
  {
    id: 'PutBlock',
    method: 'PUT',
    path: '/blob/{number}',
    parameters: closed({ number: id, comp: { enum: ['block', 'blocklist'] }, blockid: text, sig: text }, [
      'number',
      'comp',
      'sig',
    ]),
    body: null,
    answers: { 201: { type: 'null' } },
  },
];
