/**
 * The operations of GitHub that are used, as JSON Schema: those of the REST API as GitHub describes them (openapi.json, see
 * description.mjs), and by hand what it publishes no description of: the viewer's GraphQL query, and the artifact service
 * after the messages that `@actions/artifact` declares.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnySchema, SchemaObject } from 'ajv';

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

interface Description {
  readonly operations: Readonly<Record<string, Omit<Operation, 'id'>>>;
  readonly schemas: Readonly<Record<string, AnySchema>>;
}

const description = JSON.parse(
  readFileSync(join(process.cwd(), 'test/publish/github-server/openapi.json'), 'utf8'),
) as Description;

/** What `$ref` in the operations refers to. */
export const definitions = { $id: 'github', schemas: description.schemas };

/** Limits that GitHub documents in prose or by refusing, and does not describe. */
const limits: Readonly<Record<string, SchemaObject>> = {
  'issues/create-comment': { properties: { body: { minLength: 1, maxLength: 65_536 } } },
  'issues/update-comment': { properties: { body: { minLength: 1, maxLength: 65_536 } } },
  'repos/create-commit-status': {
    properties: { description: { maxLength: 140 }, context: { minLength: 1 } },
  },
  'checks/create': checkLimits(),
  'checks/update': checkLimits(),
};

function checkLimits(): SchemaObject {
  const annotation = {
    properties: {
      path: { pattern: '^[^/]', maxLength: 4096 },
      start_line: { minimum: 1 },
      end_line: { minimum: 1 },
      message: { minLength: 1, maxBytes: 65_536 },
      title: { maxLength: 255 },
      raw_details: { maxBytes: 65_536 },
    },
  };
  // Described as characters; the service has been seen to count bytes.
  const text = { minLength: 1, maxBytes: 65_535 };
  return {
    properties: {
      name: { minLength: 1, maxLength: 255 },
      output: {
        properties: { title: { maxLength: 255 }, summary: text, text, annotations: { items: annotation } },
      },
    },
  };
}

/** The same schema, refusing members it does not list: a parameter GitHub does not know is an error. */
function closed(schema: SchemaObject): SchemaObject {
  const { properties, items, ...rest } = schema;
  return {
    ...rest,
    ...(items === undefined ? {} : { items: closed(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, one]) => [name, closed(one as SchemaObject)]),
          ),
          additionalProperties: schema.additionalProperties ?? false,
        }),
  };
}

const described = Object.entries(description.operations).map(
  ([id, operation]): Operation => ({
    ...operation,
    id,
    parameters: closed(operation.parameters as SchemaObject),
    body: operation.body && { allOf: [closed(operation.body as SchemaObject), limits[id] ?? {}] },
  }),
);

const text = { type: 'string' };
const time = { type: 'string', format: 'date-time' };
const uuid = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' };
const artifactName = { type: 'string', pattern: '^[^":<>|*?\\r\\n\\\\/]+$' };
const twirp = '/twirp/github.actions.results.api.v1.ArtifactService';

const object = (properties: Record<string, AnySchema>, required = Object.keys(properties)): SchemaObject =>
  closed({ type: 'object', properties, required });

export const operations: readonly Operation[] = [
  ...described,
  {
    id: 'graphql',
    method: 'POST',
    path: '/graphql',
    parameters: object({}),
    body: object({ query: { const: 'query { viewer { login } }' }, variables: { type: 'object' } }, [
      'query',
    ]),
    answers: { 200: object({ data: object({ viewer: object({ login: text }) }) }) },
  },
  {
    id: 'CreateArtifact',
    method: 'POST',
    path: `${twirp}/CreateArtifact`,
    parameters: object({}),
    body: object(
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
    answers: { 200: object({ ok: { const: true }, signed_upload_url: text }) },
  },
  {
    id: 'FinalizeArtifact',
    method: 'POST',
    path: `${twirp}/FinalizeArtifact`,
    parameters: object({}),
    body: object({
      workflow_run_backend_id: uuid,
      workflow_job_run_backend_id: uuid,
      name: artifactName,
      size: { type: 'string', pattern: '^\\d+$' },
      hash: { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' },
    }),
    answers: { 200: object({ ok: { const: true }, artifact_id: { type: 'string', pattern: '^\\d+$' } }) },
  },
  {
    id: 'PutBlock',
    method: 'PUT',
    path: '/blob/{number}',
    parameters: object(
      {
        number: { type: 'integer', minimum: 1 },
        comp: { enum: ['block', 'blocklist'] },
        blockid: text,
        sig: text,
      },
      ['number', 'comp', 'sig'],
    ),
    body: null,
    answers: { 201: { type: 'null' } },
  },
  {
    id: 'GetArchive',
    method: 'GET',
    path: '/archive/{number}',
    parameters: object({ number: { type: 'integer', minimum: 1 }, sig: text }),
    body: null,
    answers: {},
  },
];
