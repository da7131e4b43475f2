/**
 * Writes openapi.json: the operations of GitHub's REST API that are used here, taken out of the OpenAPI description GitHub
 * publishes (`@octokit/openapi`, MIT), as JSON Schema without prose and examples.
 *
 *     npm run generate:openapi        downloads the package into a temporary folder (29 MB)
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const version = '23.0.2';
const used = [
  'checks/create',
  'checks/update',
  'issues/create-comment',
  'issues/list-comments',
  'issues/update-comment',
  'repos/create-commit-status',
  'users/get-authenticated',
];
/** Of these what is asked for is described; they answer with much, of which a test's server gives what is read. */
const read = [
  'actions/download-artifact',
  'actions/list-workflow-run-artifacts',
  'git/get-commit',
  'git/get-ref',
  'pulls/list',
  'repos/get-content',
  'repos/list-pull-requests-associated-with-commit',
];

const prose = new Set([
  'default',
  'deprecated',
  'description',
  'discriminator',
  'example',
  'examples',
  'externalDocs',
  'readOnly',
  'title',
]);
const keywords = new Set([
  'enum',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'format',
  'maxItems',
  'maxLength',
  'maximum',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'multipleOf',
  'pattern',
  'required',
  'type',
  'uniqueItems',
]);

const description = download();
const schemas = {};
const operations = {};
for (const [path, methods] of Object.entries(description.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const { operationId: id } = operation;
    if (used.includes(id)) operations[id] = extract(method, path, operation);
    if (read.includes(id)) operations[id] = extract(method, path, { ...operation, responses: {} });
  }
}
const missing = [...used, ...read].filter((id) => operations[id] === undefined);
if (missing.length > 0) throw new Error(`the description has no ${missing.join(', ')}`);
const source = `GitHub's OpenAPI description (MIT), as published in @octokit/openapi ${version}`;
writeFileSync(
  join(import.meta.dirname, 'openapi.json'),
  `${JSON.stringify({ source, operations: sorted(operations), schemas: sorted(schemas) })}\n`,
);

function download() {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
  try {
    execFileSync('npm', ['pack', '--silent', `@octokit/openapi@${version}`], { cwd: folder });
    const file = 'package/generated/api.github.com.json';
    execFileSync('tar', ['xzf', `octokit-openapi-${version}.tgz`, file], { cwd: folder });
    return JSON.parse(readFileSync(join(folder, file), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function extract(method, path, { parameters, requestBody, responses }) {
  const all = parameters.map((parameter) => resolve(parameter));
  return {
    method: method.toUpperCase(),
    path,
    parameters: {
      type: 'object',
      properties: Object.fromEntries(all.map(({ name, schema }) => [name, toJsonSchema(schema)])),
      required: all.filter(({ required }) => required).map(({ name }) => name),
    },
    body: requestBody ? toJsonSchema(requestBody.content['application/json'].schema) : null,
    answers: Object.fromEntries(
      Object.entries(responses)
        .filter(([status, { content }]) => status.startsWith('2') && content !== undefined)
        .map(([status, { content }]) => [status, toJsonSchema(content['application/json'].schema)]),
    ),
  };
}

function resolve({ $ref, ...rest }) {
  return $ref
    ? $ref
        .slice(2)
        .split('/')
        .reduce((at, key) => at[key], description)
    : rest;
}

/** OpenAPI 3.0 says `nullable` where JSON Schema has a type; references go to `schemas`, which are collected on the way. */
function toJsonSchema(schema) {
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1);
    if (!(name in schemas)) {
      schemas[name] = null;
      schemas[name] = toJsonSchema(resolve(schema));
    }
    return { $ref: `github#/schemas/${name}` };
  }
  const { nullable, ...rest } = schema;
  const kept = {};
  for (const [key, value] of Object.entries(rest)) {
    if (keywords.has(key)) kept[key] = value;
    else if (['allOf', 'anyOf', 'oneOf'].includes(key)) kept[key] = value.map(toJsonSchema);
    else if (key === 'items') kept[key] = toJsonSchema(value);
    else if (key === 'additionalProperties')
      kept[key] = typeof value === 'boolean' ? value : toJsonSchema(value);
    else if (key === 'properties') {
      kept[key] = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toJsonSchema(one)]));
    } else if (!prose.has(key) && !key.startsWith('x-')) throw new Error(`unknown keyword ${key}`);
  }
  return nullable ? { anyOf: [kept, { type: 'null' }] } : kept;
}

function sorted(object) {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
