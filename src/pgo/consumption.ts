/** What a compiler says that it did by a profile: each one's own report, read. */
import { percent } from '../text/format.js';
import type { PgoFormat } from './formats.js';

/** What makes compilers report. */
const words = {
  // As it goes into `go build -gcflags=all=…`. It lists devirtualised calls with `-m=1` only, among megabytes of other calls.
  go: ['-d=pgodebug=1'],
  clang: [
    // pgo-icall-prom and sample-profile-inline, without what a shell would take for its own.
    '-Rpass=-pro[mf]',
    '-mllvm',
    '-sample-profile-check-record-coverage=100',
    '-mllvm',
    '-report-profile-staleness',
  ],
  rustc: ['-Cremark=sample-profile-inline', '-Cremark=pgo-icall-prom'],
  // Into files `*.afdo` beside what it compiles.
  gcc: ['-fdump-ipa-afdo-blocks-details'],
  // llvm-bolt says it anyway.
  bolt: [],
} as const;

/**
 * Words that have a compiler report what it does by a profile.
 * @param compiler as it names itself in what it built; null where it does not
 */
export function reportFlags(format: PgoFormat, compiler: string | null): readonly string[] {
  if (format !== 'llvm') return words[format];
  return words[isRustc(compiler) ? 'rustc' : 'clang'];
}

/** Whether a compiler that is asked, and says nothing, did nothing by a profile; rustc tells of calls alone. */
export function isTellingAll(compiler: string | null): boolean {
  return !isRustc(compiler);
}

const isRustc = (compiler: string | null): boolean => /rustc/.test(compiler ?? '');

/** Some of how many. */
export interface Part {
  readonly some: number;
  readonly all: number;
}

export interface ReportedCall {
  readonly callee: string;
  /** Empty where the report does not say. */
  readonly caller: string;
  /** `file:line:column`, as the compiler wrote it; empty where it did not. */
  readonly place: string;
}

export interface Consumption {
  readonly format: PgoFormat;
  /** Calls that are inlined since the profile says that they are hot. */
  readonly inlined: readonly ReportedCall[];
  /** Calls through an interface or pointer that go straight to what they nearly always call. */
  readonly promoted: readonly ReportedCall[];
  /** Functions the profile has counts for; `gcc` and `bolt` say so. */
  readonly functions: Part | null;
  /** Of the profile's samples those that the compiler dropped, since a call is not where it was; clang says so. */
  readonly dropped: Part | null;
  /** Functions, by where they are, whose records in the profile were not all applied; `llvm` says so. */
  readonly partial: readonly (Part & { readonly place: string })[];
}

/** @param report what the compiler printed; of `gcc` its dumps of the pass, one after the other */
export function readReport(format: PgoFormat, report: string): Consumption {
  const nothing: Consumption = {
    format,
    inlined: [],
    promoted: [],
    functions: null,
    dropped: null,
    partial: [],
  };
  return { ...nothing, ...readers[format](report) };
}

/** Beyond, what was captured is hardly what is compiled. */
const mostDropped = 0.5;

/** What the compiler says that shows that it did not go by the profile, after "the compiler says"; null where it did. */
export function consumptionError({
  format,
  inlined,
  promoted,
  functions,
  dropped,
}: Consumption): string | null {
  if (dropped !== null && dropped.some > mostDropped * dropped.all) {
    return `that it drops ${percent(dropped.some / dropped.all)} of the profile's samples, more than half, since calls are not where they were: is it the source that was captured?`;
  }
  if (inlined.length > 0 || promoted.length > 0 || (functions?.some ?? 0) > 0) return null;
  if (format === 'llvm' && dropped !== null && dropped.some < dropped.all) return null;
  return `nothing that it did by the profile: ${cures[format]}`;
}

const cures: Readonly<Record<PgoFormat, string>> = {
  go: 'is -pgo=FILE given, or default.pgo in the folder of package main?',
  llvm: 'is -fprofile-sample-use=FILE given when compiling, with -O2 and debug information?',
  gcc: 'is -fauto-profile=FILE given when compiling, with -O2 and -g?',
  bolt: 'is it the very binary that was measured, linked with -Wl,-q?',
};

const readers: Readonly<Record<PgoFormat, (report: string) => Partial<Consumption>>> = {
  go: readGo,
  llvm: readLlvm,
  gcc: readGcc,
  bolt: readBolt,
};

/** A package is compiled in passes that look at a call more than once. */
function distinct(calls: readonly ReportedCall[]): ReportedCall[] {
  const byKey = new Map(calls.map((call) => [`${call.place}\0${call.caller}\0${call.callee}`, call]));
  return [...byKey.values()];
}

function matches(report: string, pattern: RegExp): Record<string, string>[] {
  return [...report.matchAll(pattern)].map(({ groups }) => groups as Record<string, string>);
}

function callsIn(report: string, pattern: RegExp): ReportedCall[] {
  return distinct(
    matches(report, pattern).map(({ callee = '', caller = '', place = '' }) => ({ callee, caller, place })),
  );
}

function partIn(report: string, pattern: RegExp): Part | null {
  const found = matches(report, pattern);
  if (found.length === 0) return null;
  const sum = (of: string): number => found.reduce((all, each) => all + Number(each[of]), 0);
  return { some: sum('some'), all: sum('all') };
}

/** cmd/compile/internal/inline and …/devirtualize. */
function readGo(report: string): Partial<Consumption> {
  return {
    inlined: callsIn(
      report,
      /^hot-budget check allows inlining for call (?<callee>\S+) \(cost \d+\) at (?<place>\S+) in function (?<caller>\S+)$/gm,
    ),
    promoted: callsIn(
      report,
      /^(?<place>\S+): PGO devirtualizing (?:interface|function) call \S+ to (?<callee>\S+)$/gm,
    ),
  };
}

/** Remarks of SampleProfileLoader and of IndirectCallPromotion, in the forms of clang and of rustc. */
function readLlvm(report: string): Partial<Consumption> {
  return {
    inlined: callsIn(
      report,
      /^(?:note: )?(?<place>\S+?):? (?:remark|sample-profile-inline \(success\)): '(?<callee>[^']+)' inlined into '(?<caller>[^']+)' to match profiling context/gm,
    ),
    promoted: callsIn(
      report,
      /^(?:note: )?(?<place>\S+?):? (?:remark|pgo-icall-prom \(success\)): Promote indirect call to (?<callee>\S+) with count \d+ out of \d+/gm,
    ),
    dropped: isOfRustc(report) ? null : droppedIn(report),
    partial: matches(
      report,
      /^warning: (?<place>\S+): (?<some>\d+) of (?<all>\d+) available profile records/gm,
    ).map(({ place = '', some, all }) => ({ place, some: Number(some), all: Number(all) })),
  };
}

/**
 * rustc inlines short functions before LLVM sees them. Their samples are used, but LLVM looks for a call at each, finds none,
 * and counts them as dropped: SampleProfileMatcher::findIRAnchors.
 */
const isOfRustc = (report: string): boolean => /^note: \S+ sample-profile-inline \(/m.test(report);

const droppedIn = (report: string): Part | null =>
  partIn(report, /\((?<some>\d+)\/(?<all>\d+)\) of samples are discarded due to callsite location mismatch/g);

/** gcc/auto-profile.cc, and how blocks are dumped: the first of each function is number 2. */
function readGcc(report: string): Partial<Consumption> {
  let all = 0;
  let some = 0;
  let isCounted = true;
  for (const { number, count } of matches(
    report,
    /^;; {3}basic block (?<number>\d+), loop depth \d+(?:, count (?<count>\d+) \(auto FDO\))?/gm,
  )) {
    if (number === '2') {
      all++;
      isCounted = false;
    }
    if (isCounted || !(Number(count ?? 0) > 0)) continue;
    isCounted = true;
    some++;
  }
  return {
    promoted: callsIn(
      report,
      /^(?<place>\S+): optimized: Indirect call -> direct call \S+ => (?<callee>\S+)/gm,
    ),
    functions: { some, all },
  };
}

/** bolt/Rewrite and bolt/Passes/BinaryPasses. */
function readBolt(report: string): Partial<Consumption> {
  return {
    functions: partIn(
      report,
      /BOLT-INFO: (?<some>\d+) out of (?<all>\d+) functions in the binary \([\d.]+%\) have non-empty execution profile/g,
    ),
  };
}
