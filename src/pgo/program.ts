/** What a program has that a profile may speak of: functions, their lines, their calls, by the names a compiler goes by. */
import { UsageError } from '../errors.js';
import { annotate, type Listing, listFunctions } from './annotation.js';
import { nameOf } from './bolt.js';
import type { PgoFormat } from './formats.js';
import { gccDialect } from './gcc.js';
import { llvmDialect } from './llvm.js';
import { positionAt } from './sourceProfile.js';

/** What is called at one line. */
export interface CallSite {
  readonly callees: Set<string>;
  /** Any function may be called there: through a pointer, or what is called goes on to another one. */
  isOpen: boolean;
}

export interface ProgramFunction {
  /** By position, discriminators left out. */
  readonly lines: Set<number>;
  readonly calls: Map<number, CallSite>;
}

/** A function's code, for profiles by offset. */
export interface ProgramSymbol {
  readonly address: number;
  readonly size: number;
}

export interface Program {
  readonly file: string;
  readonly buildId: string;
  /** Inlined ones too. */
  readonly functions: ReadonlyMap<string, ProgramFunction>;
  /** By the names BOLT has for them. */
  readonly symbols: ReadonlyMap<string, ProgramSymbol>;
}

const names: Readonly<Record<PgoFormat, (linkageName: string) => string>> = {
  go: (name) => name,
  llvm: llvmDialect.name,
  gcc: gccDialect.name,
  bolt: (name) => name,
};

/**
 * Reads a program as the compiler of that format sees it.
 * @throws UsageError when the file is none, or has not the lines that the format goes by
 */
export function readProgram(file: string, format: PgoFormat): Program {
  const listing = listFunctions(file);
  const functions = new Outline(listing, names[format]).functions;
  if (format !== 'bolt' && ![...functions.values()].some(({ lines }) => lines.size > 0)) {
    throw new UsageError(
      `${file} has no lines to compare a profile with: build it with debug information, and do not strip it`,
    );
  }
  const symbols = new Map(listing.symbols.map((symbol) => [nameOf(symbol), symbol]));
  return { file, buildId: listing.build_id, functions, symbols };
}

/** Of these offsets in functions of the program those that are none of an instruction. @returns addresses */
export function astrayAddresses(program: Program, addresses: Iterable<number>): ReadonlySet<number> {
  return annotate(program.file, addresses).astray;
}

class Outline {
  readonly functions = new Map<string, ProgramFunction>();
  readonly #nameAt = new Map<number, string>();
  /** Functions that may end in another one. */
  readonly #leadingOn = new Set<string>();

  constructor(
    private readonly listing: Listing,
    private readonly nameOf: (linkageName: string) => string,
  ) {
    for (const { address, name } of listing.symbols) this.#nameAt.set(address, nameOf(name));
    for (const symbol of listing.symbols) this.#noteTails(symbol);
    for (const symbol of listing.symbols) this.#addSymbol(symbol);
  }

  #noteTails({ name, calls }: Listing['symbols'][number]): void {
    const own = this.nameOf(name);
    // A function's own cold part is no other function.
    const leaves = calls.some(([, target, isTail]) => isTail === 1 && this.#nameAt.get(target) !== own);
    if (leaves) this.#leadingOn.add(own);
  }

  #addSymbol({ name, locations, calls }: Listing['symbols'][number]): void {
    const own = this.nameOf(name);
    this.#function(own);
    const targets = new Map(calls.map(([address, target]) => [address, target]));
    for (const [address, ...triples] of locations as [number, ...number[]][]) {
      let callee: string | null = null;
      for (let at = 0; at + 2 < triples.length; at += 3) {
        const [number, line] = triples.slice(at, at + 2) as [number, number];
        const { name: written, start_line: startLine } = this.listing.functions[
          number
        ] as Listing['functions'][number];
        // The outermost is the symbol, whatever else debug information calls it.
        const inner: string = at + 3 < triples.length ? this.nameOf(written) : own;
        const known = this.#function(inner);
        if (line > 0 && startLine > 0) {
          const position = positionAt(line - startLine, 0);
          known.lines.add(position);
          if (callee !== null) siteOf(known, position).callees.add(callee);
          else if (targets.has(address))
            this.#addCall(siteOf(known, position), targets.get(address) as number);
        }
        callee = inner;
      }
    }
  }

  #addCall(site: CallSite, target: number): void {
    const callee = this.#nameAt.get(target);
    if (callee === undefined || this.#leadingOn.has(callee)) site.isOpen = true;
    if (callee !== undefined) site.callees.add(callee);
  }

  #function(name: string): ProgramFunction {
    const known = this.functions.get(name) ?? { lines: new Set(), calls: new Map() };
    this.functions.set(name, known);
    return known;
  }
}

function siteOf({ calls }: ProgramFunction, position: number): CallSite {
  const known = calls.get(position) ?? { callees: new Set(), isOpen: false };
  calls.set(position, known);
  return known;
}
