/** Reads `.profbound.yml` and its like; every error says file:line:column, what is wrong, and what was probably meant. */
import { readFileSync } from 'node:fs';
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type * as z from 'zod';
import { UsageError } from '../errors.js';
import { suggest } from '../text/suggest.js';
import { type Config, configSchema } from './schema.js';

export interface ConfigFile {
  /** As the user would name it in a message. */
  readonly path: string;
  readonly text: string;
  readonly config: Config;
}

/** @throws UsageError listing every error of the file */
export function readConfig(path: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(
      missing
        ? `there is no ${path}: write one, or name another file with --config`
        : `cannot read ${path}: ${(error as Error).message}`,
    );
  }
  return { path, text, config: parseConfig(text, path) };
}

/** @throws UsageError listing every error of the text */
export function parseConfig(text: string, path: string): Config {
  return parseYaml(text, path, configSchema).value;
}

export interface ParsedYaml<Value> {
  readonly value: Value;
  /** `file:line:column` of a key, or of the nearest one around it that is there. */
  at(keys: readonly PropertyKey[]): string;
}

/**
 * Reads a file of any schema.
 * @throws UsageError listing every error of the text
 */
export function parseYaml<Schema extends z.ZodType>(
  text: string,
  path: string,
  schema: Schema,
): ParsedYaml<z.output<Schema>> {
  const { document, at } = parseText(text, path);
  if (document.errors.length > 0) {
    throw new UsageError(document.errors.map((error) => `${at(error.pos[0])}: ${error.message}`).join('\n'));
  }
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (parsed.success) return { value: parsed.data, at: (keys) => at(offsetOf(document, keys, true)) };
  const { issues } = parsed.error;
  // What an unknown key leaves undone is not an error of its own: the key's line says what was meant.
  const misspelt = new Set(issues.flatMap((issue) => meantKeys(issue, schema)));
  const holders = new Set(issues.flatMap((one) => (one.code === 'unrecognized_keys' ? [pathOf(one)] : [])));
  const follows = (issue: z.core.$ZodIssue): boolean =>
    (issue.code === 'custom' && holders.has(pathOf(issue))) ||
    (isMissing(issue, document) && misspelt.has(pathOf(issue)));
  throw new UsageError(
    issues
      .filter((issue) => !follows(issue))
      .flatMap((issue) => describe(issue, document, at, schema))
      .join('\n'),
  );
}

/** `file:line:column` of a key, or of the nearest one around it that is there. */
export function positionOf({ text, path }: ConfigFile, keys: readonly string[]): string {
  const { document, at } = parseText(text, path);
  return at(offsetOf(document, keys, true));
}

function parseText(text: string, path: string): { readonly document: Document; readonly at: At } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  return {
    document,
    at(offset) {
      const { line, col } = lines.linePos(offset);
      return `${path}:${line}:${col}`;
    },
  };
}

type At = (offset: number) => string;

function describe(issue: z.core.$ZodIssue, document: Document, at: At, schema: z.ZodType): string[] {
  const where = issue.path.length > 0 ? issue.path.join('.') : 'the file';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const known = knownKeys(issue.path, schema);
      const meant = suggest(key, known);
      const hint = meant
        ? `; did you mean ${meant}?`
        : known.length > 0
          ? `; known here: ${known.join(', ')}`
          : '';
      return `${at(offsetOf(document, [...issue.path, key], true))}: unknown key ${key} in ${where}${hint}`;
    });
  }
  if (issue.code === 'invalid_union') {
    // One member of the union has the same shape as what was written: its own complaint says more than the union's.
    const nearest = issue.errors.filter((errors) =>
      errors.every((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'),
    );
    const inner = nearest.sort((a, b) => a.length - b.length)[0];
    if (inner && inner.length > 0) {
      return inner.flatMap((error) =>
        describe(
          { ...error, path: [...issue.path, ...error.path] } as z.core.$ZodIssue,
          document,
          at,
          schema,
        ),
      );
    }
  }
  const inKey = issue.code === 'invalid_key';
  // What is wrong with keys together is said at the key that holds them.
  const ofKey = inKey || (issue.code === 'custom' && isMap(document.getIn(issue.path, true)));
  const message = inKey ? (issue.issues[0]?.message ?? issue.message) : messageOf(issue, document);
  return [`${at(offsetOf(document, issue.path, ofKey))}: ${where}: ${message}`];
}

function messageOf(issue: z.core.$ZodIssue, document: Document): string {
  if (isMissing(issue, document)) {
    const only =
      issue.code === 'invalid_value' && issue.values.length === 1 ? `${String(issue.values[0])} ` : '';
    return `${only}is missing`;
  }
  const written = document.getIn(issue.path, true);
  if (issue.code === 'invalid_type' && issue.expected === 'string' && isScalar(written)) {
    return `a text is needed; quote it: ${String(issue.path.at(-1))}: ${JSON.stringify(written.source ?? '')}`;
  }
  return issue.message;
}

function pathOf({ path }: z.core.$ZodIssue): string {
  return path.join('.');
}

/** Whether the issue is of a key that was not written. */
function isMissing({ code, path }: z.core.$ZodIssue, document: Document): boolean {
  const ofMissing = ['invalid_type', 'invalid_value', 'invalid_union'];
  return ofMissing.includes(code ?? '') && path.length > 0 && !document.hasIn(path);
}

/** The paths that an issue's unknown keys were probably meant to be. */
function meantKeys(issue: z.core.$ZodIssue, schema: z.ZodType): string[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const known = knownKeys(issue.path, schema);
  return issue.keys.flatMap((key) => {
    const meant = suggest(key, known);
    return meant === null ? [] : [[...issue.path, meant].join('.')];
  });
}

/** Byte offset of a value, or of its key; of the nearest parent that is there when it is missing. */
function offsetOf(document: Document, path: readonly PropertyKey[], ofKey: boolean): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    if (isSeq(parent)) {
      const item = parent.items[Number(path[length - 1])] as Node | undefined;
      if (item?.range) return item.range[0];
    }
    if (!isMap(parent)) continue;
    const pair = parent.items.find(
      (item) => isScalar(item.key) && String(item.key.value) === String(path[length - 1]),
    );
    if (!pair) continue;
    const key = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? 0;
    if (ofKey || length < path.length) return key;
    const value = pair.value as { range?: readonly number[] } | null;
    return value?.range?.[0] ?? key;
  }
  return 0;
}

/** The keys the schema knows at a path, over all members of a union, for suggestions. */
function knownKeys(path: readonly PropertyKey[], whole: z.ZodType): string[] {
  let schemas = variants(whole);
  for (const part of path) {
    schemas = schemas.flatMap((schema) =>
      variants(schema.shape?.[String(part)] ?? schema.valueType ?? schema.element),
    );
  }
  return schemas.flatMap((schema) => Object.keys(schema.shape ?? {}));
}

/** The parts of a zod schema that say which keys it has. */
interface Introspected {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly valueType?: unknown;
  readonly element?: unknown;
  readonly def?: { readonly innerType?: unknown; readonly options?: readonly unknown[] };
}

/** A schema without its optional and default wrappers; a union as its members. */
function variants(schema: unknown): Introspected[] {
  const { def } = (schema ?? {}) as Introspected;
  if (def?.innerType !== undefined) return variants(def.innerType);
  if (def?.options !== undefined) return def.options.flatMap(variants);
  return [(schema ?? {}) as Introspected];
}
