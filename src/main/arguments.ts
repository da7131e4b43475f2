/** What a command of the command line takes, and reading it from the words the user typed. */
import { parseArgs } from 'node:util';
import type * as z from 'zod';
import { UsageError } from '../errors.js';
import { suggest } from '../text/suggest.js';

export interface OptionDefinition {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  /** How help names the value, e.g. `DIR`. */
  readonly value?: string;
  readonly description: string;
}

/** What was typed after the command's name. */
export interface Arguments {
  flag(name: string): boolean;
  /** The last value given; null when there is none. */
  value(name: string): string | null;
  values(name: string): readonly string[];
  readonly positionals: readonly string[];
  /** What follows `--`, verbatim; null without `--`. */
  readonly rest: readonly string[] | null;
}

export interface ArgumentsDefinition {
  readonly name: string;
  readonly options: Readonly<Record<string, OptionDefinition>>;
  /** Names of the positional arguments; all are needed. One that ends in `...`, the last, takes one or more words. */
  readonly positionals: readonly string[];
  /** Whether words after `--` mean something to this command. */
  readonly takesRest: boolean;
}

/** @throws UsageError for anything the command does not know, saying what was probably meant */
export function parseArguments(words: readonly string[], definition: ArgumentsDefinition): Arguments {
  const { options, name } = definition;
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      Object.entries(options).map(([key, { type }]) => [key, { type, multiple: true }] as const),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  let rest: string[] | null = null;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') {
      rest = [];
    } else if (token.kind === 'positional') {
      (rest ?? positionals).push(token.value);
    } else {
      const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
      if (!option) throw new UsageError(unknownOption(token.rawName, definition));
      const values = given.get(token.name) ?? [];
      if (option.type === 'boolean' && token.value !== undefined) {
        throw new UsageError(`${token.rawName} takes no value`);
      }
      if (option.type === 'string') checkValue(token.rawName, token.value, token.inlineValue, option);
      given.set(token.name, [...values, token.value ?? '']);
    }
  }
  checkPositionals(positionals, rest, definition);
  for (const [key, values] of given) {
    if (values.length > 1 && options[key]?.multiple !== true && options[key]?.type === 'string') {
      throw new UsageError(`--${key} is given ${values.length} times; ${name} takes one`);
    }
  }
  return {
    flag: (key) => given.has(key),
    value: (key) => given.get(key)?.at(-1) ?? null,
    values: (key) => given.get(key) ?? [],
    positionals,
    rest,
  };
}

function unknownOption(typed: string, { options, name }: ArgumentsDefinition): string {
  const meant = suggest(typed.replace(/^-+/, ''), Object.keys(options));
  return `unknown option ${typed}${meant ? `; did you mean --${meant}?` : `; profbound ${name} --help lists them`}`;
}

function checkValue(
  typed: string,
  value: string | undefined,
  inline: boolean | undefined,
  { value: placeholder }: OptionDefinition,
): void {
  // A word that looks like an option is one, unless it was written --name=-word.
  if (value === undefined || value === '' || (!inline && /^-./.test(value))) {
    throw new UsageError(`${typed} needs a value: ${typed} ${placeholder ?? 'VALUE'}`);
  }
}

function checkPositionals(
  positionals: readonly string[],
  rest: readonly string[] | null,
  { name, positionals: expected, takesRest }: ArgumentsDefinition,
): void {
  if (rest !== null && !takesRest && rest.length > 0) {
    throw new UsageError(`profbound ${name} takes nothing after --: ${rest.join(' ')}`);
  }
  const surplus = positionals[expected.length];
  if (surplus !== undefined && !expected.at(-1)?.endsWith('...')) {
    throw new UsageError(
      `profbound ${name}: ${surplus} is one argument too many; see profbound ${name} --help`,
    );
  }
  const missing = expected[positionals.length];
  if (missing !== undefined) {
    throw new UsageError(`profbound ${name} needs ${missing}; see profbound ${name} --help`);
  }
}

/** One of a few words. @throws UsageError naming them all */
export function oneOf<Word extends string>(option: string, written: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === written);
  if (found === undefined) throw new UsageError(`${option} ${written}: it is one of ${words.join(', ')}`);
  return found;
}

/** A quantity as the configuration has it, e.g. `15m` or `5%`. @throws UsageError saying what was meant */
export function quantity(option: string, written: string, form: z.ZodType<number>): number {
  const read = form.safeParse(written);
  if (read.success) return read.data;
  throw new UsageError(`${option} ${written}: ${read.error.issues[0]?.message}`);
}

/** A whole number within limits. @throws UsageError */
export function whole(option: string, written: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(written) ? Number(written) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${option} ${written}: a whole number from ${least} to ${most} is needed`);
}

/** A positive number, e.g. of seconds. @throws UsageError */
export function positive(option: string, written: string): number {
  const number = /^\d+(\.\d+)?$/.test(written) ? Number(written) : Number.NaN;
  if (!(number > 0)) throw new UsageError(`${option} ${written}: a number above 0 is needed`);
  return number;
}
