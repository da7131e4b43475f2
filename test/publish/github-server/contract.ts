/** Holds requests and answers against the description; what breaks it is collected as sentences. */
import { Ajv, type ValidateFunction } from 'ajv';
import { definitions, type Operation, operations } from './openapi.js';

interface Checked {
  readonly operation: Operation;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly parameters: ValidateFunction;
  readonly body: ValidateFunction | null;
  readonly answers: ReadonlyMap<number, ValidateFunction>;
}

function validator(coerceTypes: boolean): Ajv {
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    coerceTypes,
    formats: {
      'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
      uri: /^https?:\/\//,
      email: true,
      int64: true,
    },
  });
  ajv.addKeyword({
    keyword: 'maxBytes',
    type: 'string',
    validate: (most: number, text: string) => Buffer.byteLength(text) <= most,
  });
  return ajv.addSchema(definitions);
}
const written = validator(false);
// Parameters arrive as text.
const spelled = validator(true);

const checked: readonly Checked[] = operations.map((operation) => ({
  operation,
  names: [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string),
  pattern: new RegExp(`^${operation.path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '([^/]+)')}$`),
  parameters: spelled.compile(operation.parameters),
  body: operation.body === null ? null : written.compile(operation.body),
  answers: new Map(
    Object.entries(operation.answers).map(([status, schema]) => [Number(status), written.compile(schema)]),
  ),
}));

export interface Matched {
  readonly id: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** What is wrong with the request; empty when nothing is. */
  readonly violations: readonly string[];
  /** What is wrong with an answer: a server that lies proves nothing. */
  checkAnswer(status: number, body: unknown): readonly string[];
}

/** The operation a request asks for; null when GitHub has none at this method and path. */
export function match(method: string, url: URL, body: unknown): Matched | null {
  for (const { operation, pattern, names, parameters, body: checkBody, answers } of checked) {
    const found = operation.method === method ? pattern.exec(url.pathname) : null;
    if (!found) continue;
    const fromPath = Object.fromEntries(names.map((name, index) => [name, found[index + 1] as string]));
    const given = { ...Object.fromEntries(url.searchParams), ...fromPath };
    const violations: string[] = [];
    if (!parameters({ ...given }))
      violations.push(`${operation.id}: ${spelled.errorsText(parameters.errors)}`);
    if (checkBody && !checkBody(body))
      violations.push(`${operation.id}: ${written.errorsText(checkBody.errors)}`);
    return {
      id: operation.id,
      parameters: given,
      violations,
      checkAnswer(status, answer) {
        const check = answers.get(status);
        return check && !check(answer ?? null)
          ? [`answer ${status} of ${operation.id}: ${written.errorsText(check.errors)}`]
          : [];
      },
    };
  }
  return null;
}
