/**
 * How much of a profile speaks of a program as it is: functions are renamed, lines shift, calls go, and a compiler leaves
 * out what it does not find without a word. A profile of plain offsets it even takes for another build's.
 */
import { UsageError } from '../errors.js';
import { percent } from '../text/format.js';
import type { ProfileContent } from './content.js';
import type { PgoFormat } from './formats.js';
import { astrayAddresses, type Program } from './program.js';
import { type Body, lineOf, positionAt } from './sourceProfile.js';

/** Something that a profile knows and the program has not. */
export interface Missing {
  readonly what: 'function' | 'line' | 'call' | 'offset';
  /** As the compiler knows it. */
  readonly function: string;
  /** Of a line or call, counted from the function's first; of an offset, bytes from its begin. */
  readonly at: number | null;
  /** Of a call. */
  readonly callee: string | null;
  /** Of the weight of what is of its kind: lines and offsets of all lines', calls of all calls'. */
  readonly share: number;
}

/** Shares are of weight, 0 to 1. */
export interface ProfileMatch {
  readonly format: PgoFormat;
  /** What finds its place: the least of `lines` and `calls`, as far as the format has them. */
  readonly rate: number;
  /** In functions that exist. */
  readonly functions: number;
  /** At lines, of `bolt` at offsets, that exist, within calls that exist; null: the format has none, as `go`. */
  readonly lines: number | null;
  /** Calls whose line in the caller still calls the same function; null: the profile has none. */
  readonly calls: number | null;
  /** Share of the weight that no function's first line is known for. */
  readonly startless: number;
  /** Heaviest first. */
  readonly missing: readonly Missing[];
}

/** Below this rate a profile does not speak of the program any more. */
export const leastMatch = 0.5;
/** Below this rate it is said that it is stale; what one build of a program says of the next is above. */
export const staleBelow = 0.95;
/** Share of the weight from which on something missing is named. */
const namedShare = 0.01;
const mostMissing = 20;
const longestName = 200;

/**
 * Compares a profile with a program.
 * @param buildId of the program that was measured, where it is known
 * @throws UsageError for a profile by offsets of another build: nothing in it would mean what it says
 */
export function matchProfile(
  content: ProfileContent,
  program: Program,
  buildId: string | null,
): ProfileMatch {
  if (content.format !== 'bolt') return new Matching(content, program).result();
  if (buildId !== null && buildId !== program.buildId) {
    throw new UsageError(
      `the profile is of build ${buildId}, and ${program.file} is build ${program.buildId || 'without an id'}: its offsets would mean other code`,
    );
  }
  return matchOffsets(content, program);
}

/** Why a profile is not built with; null where it can be. */
export function matchError({ rate, missing }: ProfileMatch, least = leastMatch): string | null {
  if (rate >= least) return null;
  const [heaviest] = missing;
  return `the profile is of another program, or of one long ago: ${percent(rate)} of its weight finds its place, and ${percent(least)} is needed${heaviest === undefined ? '' : `; ${sentenceOf(heaviest)}`}`;
}

/** What someone who builds with the profile should know, a sentence each, the gravest first. */
export function matchFindings(match: ProfileMatch): string[] {
  const { rate, startless, missing } = match;
  const findings: string[] = [];
  if (rate < staleBelow) {
    findings.push(`the profile is stale: only ${percent(rate)} of its weight finds its place in the program`);
  }
  if (startless >= namedShare) {
    findings.push(
      `${percent(startless)} of the profile's weight is in functions without their first line, whose calls the compiler would look for elsewhere`,
    );
  }
  return [...findings, ...missing.filter(({ share }) => share >= namedShare).map(sentenceOf)];
}

/** What is missing, in a sentence. */
export function sentenceOf({ what, at, share, ...names }: Missing): string {
  const weight = percent(share);
  const name = short(names.function);
  const callee = short(names.callee ?? '');
  if (what === 'function') return `there is no function ${name}, which has ${weight} of the weight`;
  if (what === 'offset')
    return `no instruction of ${name} begins at offset ${at}, which has ${weight} of the samples: it is another build's`;
  if (what === 'line') return `${name} has no code ${lines(at)}, which has ${weight} of the weight`;
  return `${name} does not call ${callee} ${lines(at)}, which has ${weight} of the calls' weight`;
}

/** Templates have names of thousands of characters. */
function short(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name;
}

function lines(at: number | null): string {
  if (at === 0) return 'in its first line';
  return `${at} ${at === 1 ? 'line' : 'lines'} below its first one`;
}

/** Weight that was found, and weight that was not, of one kind. */
class Tally {
  found = 0;
  all = 0;

  get share(): number | null {
    return this.all === 0 ? null : this.found / this.all;
  }
}

class Matching {
  readonly #lines = new Tally();
  readonly #calls = new Tally();
  readonly #functions = new Tally();
  readonly #missing = new Map<string, { missing: Omit<Missing, 'share'>; weight: number; of: Tally }>();

  constructor(
    private readonly content: ProfileContent,
    private readonly program: Program,
  ) {
    for (const [name, body] of content.profile) this.#addBody(name, body, null);
  }

  result(): ProfileMatch {
    const { format, startless } = this.content;
    const [lines, calls] = [this.#lines.share, this.#calls.share];
    return {
      format,
      rate: Math.min(lines ?? 1, calls ?? 1) * (1 - startless),
      functions: this.#functions.share ?? 1,
      lines,
      calls,
      startless,
      missing: heaviest(
        [...this.#missing.values()].map(({ missing, weight, of }) => ({
          ...missing,
          share: weight / of.all,
        })),
      ),
    };
  }

  /** @param lost what an inlined copy is within and the program has not, so that all of the copy is lost */
  #addBody(name: string, body: Body, lost: Omit<Missing, 'share'> | null): void {
    const known = this.program.functions.get(name);
    const gone = known === undefined ? missingFunction(name) : null;
    for (const [position, { count, targets }] of body.positions) {
      const at = lineOf(position);
      const exists = known?.lines.has(positionAt(at, 0)) ?? false;
      const line = exists ? null : { what: 'line' as const, function: name, at, callee: null };
      this.#functions.all += count;
      if (gone === null) this.#functions.found += count;
      this.#add(this.#lines, count, gone ?? lost ?? line);
      for (const [callee, weight] of targets) this.#addCall(name, position, callee, weight, lost);
    }
    for (const [position, bodies] of body.calls) {
      for (const [callee, nested] of bodies) {
        const call = this.#addCall(name, position, callee, weightOf(nested), lost);
        this.#addBody(callee, nested, lost ?? call);
      }
    }
  }

  /** @returns what is missing of the call */
  #addCall(
    caller: string,
    position: number,
    callee: string,
    weight: number,
    lost: Omit<Missing, 'share'> | null,
  ): Omit<Missing, 'share'> | null {
    const at = lineOf(position);
    const { functions } = this.program;
    const site = functions.get(caller)?.calls.get(positionAt(at, 0));
    const absent = [caller, callee].find((name) => !functions.has(name));
    const exists = site !== undefined && (site.isOpen || site.callees.has(callee));
    const call = exists ? null : { what: 'call' as const, function: caller, at, callee };
    const missing = absent === undefined ? (lost ?? call) : missingFunction(absent);
    if (this.content.format === 'go') {
      this.#functions.all += weight;
      if (absent === undefined) this.#functions.found += weight;
    }
    this.#add(this.#calls, weight, missing);
    return missing;
  }

  #add(tally: Tally, weight: number, missing: Omit<Missing, 'share'> | null): void {
    tally.all += weight;
    if (missing === null) {
      tally.found += weight;
      return;
    }
    // Lines of inlined copies are lost with a call: each kind is a share of its own.
    const key = `${tally === this.#lines}\0${missing.what}\0${missing.function}\0${missing.at}\0${missing.callee}`;
    const known = this.#missing.get(key) ?? { missing, weight: 0, of: tally };
    known.weight += weight;
    this.#missing.set(key, known);
  }
}

function missingFunction(name: string): Omit<Missing, 'share'> {
  return { what: 'function', function: name, at: null, callee: null };
}

/** All lines of a body and of what is inlined there. */
function weightOf({ positions, calls }: Body): number {
  let weight = 0;
  for (const { count } of positions.values()) weight += count;
  for (const bodies of calls.values()) for (const nested of bodies.values()) weight += weightOf(nested);
  return weight;
}

/** The heaviest, each thing once: a function may be missing as one that runs and as one that is called. */
function heaviest(all: readonly Missing[]): Missing[] {
  const first = new Map<string, Missing>();
  for (const each of [...all].filter(({ share }) => share > 0).sort((a, b) => b.share - a.share)) {
    const key = `${each.what}\0${each.function}\0${each.at}\0${each.callee}`;
    if (!first.has(key)) first.set(key, each);
  }
  return [...first.values()].slice(0, mostMissing);
}

/** Offsets are addresses of instructions, or not of this build. */
function matchOffsets({ format, profile, startless }: ProfileContent, program: Program): ProfileMatch {
  const addresses = new Set<number>();
  for (const [name, { positions }] of profile) {
    const symbol = program.symbols.get(name);
    for (const offset of symbol === undefined ? [] : positions.keys())
      addresses.add((symbol?.address ?? 0) + offset);
  }
  const astray = astrayAddresses(program, addresses);
  const [all, inFunctions, found] = [new Tally(), new Tally(), new Tally()];
  const missing: Omit<Missing & { weight: number }, 'share'>[] = [];
  for (const [name, { positions, total }] of profile) {
    const symbol = program.symbols.get(name);
    all.all += total;
    if (symbol === undefined) {
      missing.push({ ...missingFunction(name), weight: total });
      continue;
    }
    inFunctions.found += total;
    for (const [offset, { count }] of positions) {
      if (offset < symbol.size && !astray.has(symbol.address + offset)) found.found += count;
      else missing.push({ what: 'offset', function: name, at: offset, callee: null, weight: count });
    }
  }
  const lines = found.found / all.all;
  return {
    format,
    rate: lines,
    functions: inFunctions.found / all.all,
    lines,
    calls: null,
    startless,
    missing: heaviest(missing.map(({ weight, ...rest }) => ({ ...rest, share: weight / all.all }))),
  };
}
