/** `profbound calibrate` */
import { resolve } from 'node:path';
import { duration, percent } from '../../config/quantity.js';
import { calibrate as run } from '../../jobs/calibrate.js';
import { calibrationText } from '../../report/calibration.js';
import { oneOf, quantity, whole } from '../arguments.js';
import { type Command, jsonOption } from '../command.js';

export const calibrate: Command = {
  name: 'calibrate',
  summary: 'learn what this runner can prove, and the settings for it',
  synopsis: ['[--base REF] [OPTIONS]', '--from DIR [OPTIONS]'],
  description:
    'Measures each workload of .profbound.yml against itself, and then with CPU time burnt on head for real. From these captures it draws many gates whose truth is known and judges them as a gate would: how often the same code fails, the smallest slowdowns that are found, how long a verdict takes. It ends with settings to paste. Run it where the gates will run. Captures are kept: what was finished before an interruption can be analysed with --from.',
  options: {
    base: {
      type: 'string',
      value: 'REF',
      description: 'What is measured: a git ref, or dir:PATH. Default: HEAD.',
    },
    config: { type: 'string', value: 'FILE', description: 'Configuration file. Default: .profbound.yml.' },
    workload: {
      type: 'string',
      value: 'NAME',
      multiple: true,
      description: 'Calibrate this workload only; may be repeated.',
    },
    backend: { type: 'string', value: 'NAME', description: 'auto, bpf or perf. Default: as configured.' },
    budget: {
      type: 'string',
      value: 'TIME',
      description: 'Most time spent on measuring a workload, e.g. 30m. Default: 20m.',
    },
    pairs: { type: 'string', value: 'N', description: 'Most pairs recorded of the same code. Default: 60.' },
    plant: { type: 'string', value: 'P', description: 'CPU time burnt on head besides. Default: 5%.' },
    'planted-gates': { type: 'string', value: 'N', description: 'Gates with it, 0 to 20. Default: 2.' },
    gates: {
      type: 'string',
      value: 'N',
      description: 'Gates drawn from the recording in each of two ways. Default: 1000.',
    },
    seed: { type: 'string', value: 'N', description: 'Of what is drawn. Default: 1.' },
    from: {
      type: 'string',
      value: 'DIR',
      description: 'Measure nothing: analyse the captures that an earlier calibration left there.',
    },
    out: {
      type: 'string',
      value: 'DIR',
      description:
        'Folder for the captures and calibration.json. Default: .profbound/calibration, or what --from names.',
    },
    json: { ...jsonOption.json, description: 'Print the calibration as JSON on standard output.' },
  },
  positionals: [],
  takesRest: false,
  examples: [
    { line: 'profbound calibrate', meaning: 'every workload, about 20 minutes each' },
    { line: 'profbound calibrate --workload api --budget 45m', meaning: 'one workload, thoroughly' },
    {
      line: 'profbound calibrate --from .profbound/calibration --gates 5000',
      meaning: 'the same captures, more gates drawn from them',
    },
  ],
  async run(given, terminal) {
    const at = (path: string): string => resolve(terminal.cwd, path);
    const backend = given.value('backend');
    const from = given.value('from');
    const number = (name: string, least: number, most: number, usual: number): number =>
      whole(`--${name}`, given.value(name) ?? `${usual}`, least, most);
    const { calibration, file } = await run({
      cwd: terminal.cwd,
      config: given.value('config'),
      ref: given.value('base'),
      workloads: given.values('workload'),
      backend: backend === null ? null : oneOf('--backend', backend, ['auto', 'bpf', 'perf'] as const),
      budgetSeconds: quantity('--budget', given.value('budget') ?? '20m', duration),
      pairs: number('pairs', 4, 1000, 60),
      plant: quantity('--plant', given.value('plant') ?? '5%', percent),
      plantedGates: number('planted-gates', 0, 20, 2),
      gates: number('gates', 20, 100_000, 1000),
      seed: number('seed', 0, 999_999_999, 1),
      from: from === null ? null : at(from),
      out: at(given.value('out') ?? from ?? '.profbound/calibration'),
      log: terminal,
      signal: terminal.signal,
    });
    terminal.print(
      given.flag('json') ? `${JSON.stringify(calibration, null, 2)}\n` : calibrationText(calibration),
    );
    terminal.line(`calibration: ${terminal.shown(file)}`);
    return 0;
  },
};
