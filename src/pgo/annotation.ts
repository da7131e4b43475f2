/** What a binary says of its addresses: functions, inlined calls, lines. The native collector reads it. */
import { spawnSync } from 'node:child_process';
import * as z from 'zod';
import { shippedBinary, verifyBinary } from '../capture/binary.js';
import { MeasureError, UsageError } from '../errors.js';

/** Of the collector's answer: the hot functions of the largest programs have some hundred thousand lines. */
const maxBytes = 256 * 1024 * 1024;

/** A function as the compiler knows it, inlined or not. */
export interface SourceFunction {
  /** As the linker would know it. */
  readonly name: string;
  readonly file: string;
  /** Of the definition; 0 when unknown. */
  readonly startLine: number;
}

export interface SourceFrame {
  readonly function: SourceFunction;
  /** What is executed there; in a caller, the call. 0: the compiler's own code. */
  readonly line: number;
  /** As DWARF has it. */
  readonly discriminator: number;
}

export interface CodeSymbol {
  readonly name: string;
  readonly address: number;
  readonly size: number;
  /** A label is no function. */
  readonly binding: 'global' | 'weak' | 'local' | 'label';
  /** A local's number among the locals of its name, from 1, in the order of addresses; 0 for others. */
  readonly ordinal: number;
  /** Code that runs from its first instruction to its last, or not at all; ascending, as far as the code can be read. */
  readonly blocks: readonly CodeBlock[];
  /** At every address that was asked for, and at those where a row of the line table begins; ascending. */
  readonly locations: readonly CodeLocation[];
}

export interface CodeBlock {
  readonly address: number;
  readonly bytes: number;
  readonly instructions: number;
  /** Where else it may lead than to the successors: nowhere, out of the function, or to where a pointer says. */
  readonly exit: 'none' | 'out' | 'pointer';
  /** A table of jumps leads here. */
  readonly isCase: boolean;
  /** Addresses of blocks of the function that may run next. */
  readonly successors: readonly number[];
}

export interface CodeLocation {
  readonly address: number;
  readonly symbol: CodeSymbol;
  /** Innermost first; the last is the symbol's own function. Empty where the binary has no lines. */
  readonly frames: readonly SourceFrame[];
}

export interface Annotation {
  /** Empty when the binary has none. */
  readonly buildId: string;
  readonly symbols: readonly CodeSymbol[];
  /** By address, those that lie in a symbol. */
  readonly locations: ReadonlyMap<number, CodeLocation>;
  /** Addresses that were asked for and lie in the middle of an instruction: they are of other code. */
  readonly astray: ReadonlySet<number>;
}

const whole = z.number().int().nonnegative();
const text = z.string().max(20_000);
const symbolShape = {
  name: text,
  address: whole,
  size: whole,
  binding: z.enum(['global', 'weak', 'local', 'label']),
  ordinal: whole,
  locations: z.array(z.array(whole).min(1)),
};
const functionsSchema = z.array(z.object({ name: text, file: text, start_line: whole }));
/** By the collector's numbers. */
const exits = ['none', 'out', 'pointer'] as const;
const answerSchema = z.object({
  build_id: text,
  symbols: z.array(
    z.object({
      ...symbolShape,
      blocks: z.array(z.tuple([whole, whole, whole, whole.max(exits.length - 1), whole.max(1)], whole)),
      astray: z.array(whole),
    }),
  ),
  functions: functionsSchema,
});
const listingSchema = z.object({
  build_id: text,
  symbols: z.array(z.object({ ...symbolShape, calls: z.array(z.tuple([whole, whole, whole])) })),
  functions: functionsSchema,
});

/** Every function of a binary, with its lines and calls. */
export type Listing = z.infer<typeof listingSchema>;

/**
 * Reads what a binary, with its debug file where one is installed, says of addresses.
 * @param addresses as linked
 * @throws UsageError when the file cannot be read
 */
export function annotate(binary: string, addresses: Iterable<number>): Annotation {
  const input = [...addresses].map((address) => `${address.toString(16)}\n`).join('');
  return toAnnotation(ask(binary, [], input, answerSchema));
}

/**
 * Reads every function of a binary, with the lines it has and what it calls.
 * @throws UsageError when the file cannot be read
 */
export function listFunctions(binary: string): Listing {
  return ask(binary, ['--all'], '', listingSchema);
}

function ask<Answer>(
  binary: string,
  options: readonly string[],
  input: string,
  schema: z.ZodType<Answer>,
): Answer {
  const collector = shippedBinary();
  verifyBinary(collector);
  const { status, stdout, stderr, error } = spawnSync(collector, ['annotate', binary, ...options], {
    input,
    maxBuffer: maxBytes,
    encoding: 'utf8',
  });
  if (status === 3) throw new UsageError(stderr.trim().replace(/^profbound-collect: annotate /, ''));
  if (status !== 0) throw new MeasureError(`${binary} could not be read: ${error?.message ?? stderr.trim()}`);
  const answer = schema.safeParse(JSON.parse(stdout));
  if (answer.success) return answer.data;
  throw new MeasureError(`the collector's answer on ${binary} cannot be read`, answer.error.message);
}

function toAnnotation({ build_id: buildId, symbols, functions }: z.infer<typeof answerSchema>): Annotation {
  const known = functions.map(({ name, file, start_line: startLine }) => ({ name, file, startLine }));
  const locations = new Map<number, CodeLocation>();
  return {
    buildId,
    astray: new Set(symbols.flatMap(({ astray }) => astray)),
    symbols: symbols.map(({ locations: rows, blocks: code, astray: _, ...rest }) => {
      const own: CodeLocation[] = [];
      const blocks = code.map(([address, bytes, instructions, exit, isCase, ...successors]) => ({
        address,
        bytes,
        instructions,
        exit: exits[exit] as CodeBlock['exit'],
        isCase: isCase === 1,
        successors,
      }));
      const symbol: CodeSymbol = { ...rest, blocks, locations: own };
      for (const [address, ...triples] of rows as [number, ...number[]][]) {
        const location = { address, symbol, frames: framesOf(triples, known) };
        own.push(location);
        locations.set(address, location);
      }
      return symbol;
    }),
    locations,
  };
}

function framesOf(triples: readonly number[], functions: readonly SourceFunction[]): SourceFrame[] {
  const frames: SourceFrame[] = [];
  for (let at = 0; at + 2 < triples.length; at += 3) {
    const [number, line, discriminator] = triples.slice(at, at + 3) as [number, number, number];
    frames.push({ function: functions[number] as SourceFunction, line, discriminator });
  }
  return frames;
}
