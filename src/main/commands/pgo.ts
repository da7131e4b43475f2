/** `profbound pgo` */
import { resolve } from 'node:path';
import { UsageError } from '../../errors.js';
import { isUrl, longestFetch } from '../../jobs/mergedProfile.js';
import { exportPgo } from '../../jobs/pgo.js';
import { runPgo } from '../../jobs/pgoRun/run.js';
import { exportPgoSource } from '../../jobs/pgoSource.js';
import { fewestSamples } from '../../pgo/floor.js';
import { pgoFormats } from '../../pgo/formats.js';
import { renderPgoTerminal } from '../../report/pgo/terminal.js';
import { type Arguments, oneOf, whole } from '../arguments.js';
import type { Command, Terminal } from '../command.js';

export const pgo: Command = {
  name: 'pgo',
  summary: 'make a profile for the compiler, and prove that it helps',
  synopsis: [
    '[--head REF] [OPTIONS]',
    '--bundle DIR... --binary FILE --format FORMAT --out FILE [OPTIONS]',
    '--pprof URL|FILE --binary FILE --format FORMAT --out FILE [OPTIONS]',
  ],
  description:
    'Without --bundle: makes the profiles that pgo: in .profbound.yml asks for. Builds without a profile, captures that under load, builds by the new profile, compares the builds as a gate does, and publishes the profile into the output folder only where it is proven to save CPU time; else the old one is kept, and it says why. With --bundle: adds up the captures of one or more bundles that were taken in a binary, and writes the profile its compiler optimises by: for go build -pgo, clang and rustc (-fprofile-sample-use), gcc (-fauto-profile) or llvm-bolt. Samples weigh as much as the time they stand for. Only captures of the binary with this very build id are taken, of either side. With --pprof: the same from a profile that a store, a service in production or profbound capture hands out; one for Go is taken as it is, where it fits the program. Exits 4, and writes nothing, when there are too few samples to compile by.',
  options: {
    bundle: {
      type: 'string',
      multiple: true,
      value: 'DIR',
      description: 'A bundle or the output folder of a gate; may be given several times.',
    },
    pprof: {
      type: 'string',
      value: 'URL|FILE',
      description:
        'A merged CPU profile in pprof format, instead of bundles; from a URL within five minutes.',
    },
    header: {
      type: 'string',
      multiple: true,
      value: "'NAME: VALUE'",
      description: 'With --pprof: sent to the URL, and never printed; may be given several times.',
    },
    head: {
      type: 'string',
      value: 'REF',
      description: 'What is built: a git ref, or dir:PATH for a plain folder. Default: HEAD.',
    },
    config: { type: 'string', value: 'FILE', description: 'Configuration file. Default: .profbound.yml.' },
    backend: { type: 'string', value: 'NAME', description: 'auto, bpf or perf. Default: as configured.' },
    binary: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      description:
        'The program as it was measured, with its debug information. May be given several times, for bundles of several builds; not for bolt.',
    },
    format: { type: 'string', value: 'FORMAT', description: `Whose profile: ${pgoFormats.join(', ')}.` },
    out: {
      type: 'string',
      value: 'PATH',
      description:
        'Folder for profile, provenance, pgo.json, report.html and summary.md (default: .profbound/pgo); with --bundle the file the profile is written to.',
    },
    workload: {
      type: 'string',
      value: 'NAME',
      multiple: true,
      description:
        "Make this workload's profile alone; may be repeated. With --bundle: take this workload's captures alone.",
    },
    'min-samples': {
      type: 'string',
      value: 'N',
      description: `Fewest samples in the binary. Default: ${fewestSamples}.`,
    },
    'llvm-profdata': {
      type: 'string',
      value: 'COMMAND',
      description:
        "Have this llvm-profdata, of the compiler's version, turn the llvm format into LLVM's binary one. Default: text, which every version reads.",
    },
    json: {
      type: 'boolean',
      description: 'Print the decision, or what the profile was made of, as JSON on standard output.',
    },
  },
  positionals: [],
  takesRest: false,
  examples: [
    { line: 'profbound pgo', meaning: 'every profile of .profbound.yml, of HEAD' },
    { line: 'profbound pgo --head dir:. --workload api', meaning: 'the folder as it is, one profile' },
    {
      line: 'profbound pgo --bundle .profbound --binary bin/api --format go --out default.pgo',
      meaning: 'what the last gate captured, for go build',
    },
    {
      line: 'profbound pgo --bundle monday --bundle tuesday --binary routes --format llvm --out routes.prof',
      meaning: 'two nights of the same build, for clang',
    },
    {
      line: 'profbound pgo --pprof http://api:6060/debug/pprof/profile --binary bin/api --format go --out a.pgo',
      meaning: 'what a Go service in production says of itself',
    },
  ],
  async run(given, terminal) {
    const exports = ['bundle', 'pprof'].filter((name) => given.values(name).length > 0);
    if (exports.length > 1) throw new UsageError('--bundle and --pprof exclude each other: name one source');
    if (exports.length === 0) return makeProfiles(given, terminal);
    return exports[0] === 'pprof' ? exportPprof(given, terminal) : exportCaptures(given, terminal);
  },
};

async function makeProfiles(given: Arguments, terminal: Terminal): Promise<number> {
  const stray = ['binary', 'format', 'min-samples', 'llvm-profdata', 'header'].find(
    (name) => given.value(name) !== null,
  );
  if (stray !== undefined) {
    throw new UsageError(
      `--${stray} belongs to --bundle DIR or --pprof URL, which export profiles; without them .profbound.yml says what is made (pgo:)`,
    );
  }
  const backend = given.value('backend');
  const { result, exitCode, paths } = await runPgo({
    cwd: terminal.cwd,
    config: given.value('config'),
    ref: given.value('head'),
    out: resolve(terminal.cwd, given.value('out') ?? '.profbound/pgo'),
    workloads: given.values('workload'),
    backend: backend === null ? null : oneOf('--backend', backend, ['auto', 'bpf', 'perf'] as const),
    log: terminal,
    signal: terminal.signal,
  });
  terminal.print(
    given.flag('json') ? `${JSON.stringify(result, null, 2)}\n` : renderPgoTerminal(result, terminal.style),
  );
  terminal.line(`report: ${terminal.shown(paths.reportHtml)}`);
  return exitCode;
}

function exportCaptures(given: Arguments, terminal: Terminal): number {
  if (given.values('header').length > 0) throw new UsageError('--header belongs to --pprof URL');
  const { out, binaries, ...options } = exportOptions(given, terminal, '--bundle');
  const [workload = null, ...others] = given.values('workload');
  if (others.length > 0) throw new UsageError('profbound pgo --bundle takes one --workload');
  const bundles = given.values('bundle').map((path) => resolve(terminal.cwd, path));
  const summary = exportPgo({ bundles, binaries, workload, out, ...options });
  if (given.flag('json')) terminal.print(`${JSON.stringify(summary, null, 2)}\n`);
  return 0;
}

async function exportPprof(given: Arguments, terminal: Terminal): Promise<number> {
  const { binaries, ...options } = exportOptions(given, terminal, '--pprof');
  const [binary, ...others] = binaries as [string, ...string[]];
  if (others.length > 0) throw new UsageError('profbound pgo --pprof takes one --binary');
  if (given.values('workload').length > 0) throw new UsageError('--workload belongs to --bundle');
  const named = given.value('pprof') as string;
  const headers = headersOf(given.values('header'));
  if (!isUrl(named) && given.values('header').length > 0) throw new UsageError('--header belongs to a URL');
  const source = isUrl(named) ? named : resolve(terminal.cwd, named);
  const { signal } = terminal;
  const summary = await exportPgoSource({
    source,
    headers,
    binary,
    seconds: longestFetch,
    signal,
    ...options,
  });
  if (given.flag('json')) terminal.print(`${JSON.stringify(summary, null, 2)}\n`);
  return 0;
}

/** @throws UsageError that does not repeat what was given, which may be a secret */
function headersOf(given: readonly string[]): Record<string, string> {
  const pairs = given.map((text) => {
    const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*(.+)$/.exec(text) ?? [];
    if (name !== undefined && value !== undefined) return [name, value];
    throw new UsageError("--header needs 'NAME: VALUE'");
  });
  return Object.fromEntries(pairs);
}

/** What both kinds of export are told. */
function exportOptions(given: Arguments, terminal: Terminal, source: string) {
  const at = (path: string): string => resolve(terminal.cwd, path);
  const needed = (name: string, what: string): readonly string[] => {
    const values = given.values(name);
    if (values.length === 0) throw new UsageError(`profbound pgo ${source} needs --${name} ${what}`);
    return values;
  };
  const stray = ['head', 'config', 'backend'].find((name) => given.value(name) !== null);
  if (stray !== undefined) {
    throw new UsageError(
      `--${stray} and ${source} exclude each other: captures are exported, nothing is built`,
    );
  }
  const format = oneOf('--format', needed('format', pgoFormats.join('|'))[0] as string, pgoFormats);
  const llvmProfdata = given.value('llvm-profdata');
  if (llvmProfdata !== null && format !== 'llvm') {
    throw new UsageError('--llvm-profdata belongs to --format llvm');
  }
  const fewest = given.value('min-samples') ?? String(fewestSamples);
  return {
    binaries: needed('binary', 'FILE: the program as it was measured').map(at),
    format,
    out: at(needed('out', 'FILE: where the profile is written')[0] as string),
    fewestSamples: whole('--min-samples', fewest, 1, 999_999_999),
    llvmProfdata,
    log: terminal,
  };
}
