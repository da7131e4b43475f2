/** Reads `.profbound.yml`; every error says file:line:column, what is wrong, and what was probably meant. */
import { readFileSync } from 'node:fs';
import { closestMatch } from 'leven';
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { UsageError } from '../errors.js';
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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw new UsageError(document.errors.map((error) => `${at(error.pos[0])}: ${error.message}`).join('\n'));
  }
  const parsed = configSchema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (parsed.success) return parsed.data;
  throw new UsageError(parsed.error.issues.flatMap((issue) => describe(issue, document, at)).join('\n'));
}

type At = (offset: number) => string;

function describe(issue: z.core.$ZodIssue, document: Document, at: At): string[] {
  const where = issue.path.length > 0 ? issue.path.join('.') : 'the file';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const known = knownKeys(issue.path);
      const meant = closestMatch(key, known, { maxDistance: 3 });
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
        describe({ ...error, path: [...issue.path, ...error.path] } as z.core.$ZodIssue, document, at),
      );
    }
  }
  const inKey = issue.code === 'invalid_key';
  const message = inKey ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [`${at(offsetOf(document, issue.path, inKey))}: ${where}: ${message}`];
}

/** Byte offset of a value, or of its key; of the nearest parent that is there when it is missing. */
function offsetOf(document: Document, path: readonly PropertyKey[], ofKey: boolean): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
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
function knownKeys(path: readonly PropertyKey[]): string[] {
  let schemas = variants(configSchema);
  for (const part of path) {
    schemas = schemas.flatMap((schema) => variants(schema.shape?.[String(part)] ?? schema.valueType));
  }
  return schemas.flatMap((schema) => Object.keys(schema.shape ?? {}));
}

/** The parts of a zod schema that say which keys it has. */
interface Introspected {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly valueType?: unknown;
  readonly def?: { readonly innerType?: unknown; readonly options?: readonly unknown[] };
}

/** A schema without its optional and default wrappers; a union as its members. */
function variants(schema: unknown): Introspected[] {
  const { def } = (schema ?? {}) as Introspected;
  if (def?.innerType !== undefined) return variants(def.innerType);
  if (def?.options !== undefined) return def.options.flatMap(variants);
  return [(schema ?? {}) as Introspected];
}
