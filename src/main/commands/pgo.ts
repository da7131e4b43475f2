/** `profbound pgo` */
import { resolve } from 'node:path';
import { UsageError } from '../../errors.js';
import { exportPgo } from '../../jobs/pgo.js';
import { fewestSamples } from '../../pgo/floor.js';
import { pgoFormats } from '../../pgo/formats.js';
import { oneOf, whole } from '../arguments.js';
import type { Command } from '../command.js';

export const pgo: Command = {
  name: 'pgo',
  summary: 'turn captures into a profile for the compiler',
  synopsis: ['--bundle DIR... --binary FILE --format FORMAT --out FILE [OPTIONS]'],
  description:
    'Adds up the captures of one or more bundles that were taken in a binary, and writes the profile its compiler optimises by: for go build -pgo, clang and rustc (-fprofile-sample-use), gcc (-fauto-profile) or llvm-bolt. Samples weigh as much as the time they stand for. Only captures of the binary with this very build id are taken, of either side. Exits 4, and writes nothing, when there are too few samples to compile by.',
  options: {
    bundle: {
      type: 'string',
      multiple: true,
      value: 'DIR',
      description: 'A bundle or the output folder of a gate; may be given several times.',
    },
    binary: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      description:
        'The program as it was measured, with its debug information. May be given several times, for bundles of several builds; not for bolt.',
    },
    format: { type: 'string', value: 'FORMAT', description: `Whose profile: ${pgoFormats.join(', ')}.` },
    out: { type: 'string', value: 'FILE', description: 'The profile.' },
    workload: { type: 'string', value: 'NAME', description: "Take this workload's captures alone." },
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
    json: { type: 'boolean', description: 'Print what the profile was made of as JSON on standard output.' },
  },
  positionals: [],
  takesRest: false,
  examples: [
    {
      line: 'profbound pgo --bundle .profbound --binary bin/api --format go --out default.pgo',
      meaning: 'what the last gate captured, for go build',
    },
    {
      line: 'profbound pgo --bundle monday --bundle tuesday --binary routes --format llvm --out routes.prof',
      meaning: 'two nights of the same build, for clang',
    },
  ],
  async run(given, terminal) {
    const at = (path: string): string => resolve(terminal.cwd, path);
    const needed = (name: string, what: string): readonly string[] => {
      const values = given.values(name);
      if (values.length === 0) throw new UsageError(`profbound pgo needs --${name} ${what}`);
      return values;
    };
    const bundles = needed('bundle', 'DIR: where the captures are').map(at);
    const binaries = needed('binary', 'FILE: the program as it was measured').map(at);
    const format = oneOf('--format', needed('format', pgoFormats.join('|'))[0] as string, pgoFormats);
    const out = at(needed('out', 'FILE: where the profile is written')[0] as string);
    const llvmProfdata = given.value('llvm-profdata');
    if (llvmProfdata !== null && format !== 'llvm') {
      throw new UsageError('--llvm-profdata belongs to --format llvm');
    }
    const summary = exportPgo({
      bundles,
      binaries,
      workload: given.value('workload'),
      format,
      out,
      fewestSamples: whole(
        '--min-samples',
        given.value('min-samples') ?? String(fewestSamples),
        1,
        999_999_999,
      ),
      llvmProfdata,
      log: terminal,
    });
    if (given.flag('json')) terminal.print(`${JSON.stringify(summary, null, 2)}\n`);
    return 0;
  },
};
