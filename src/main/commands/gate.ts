/** `profbound gate` */
import { resolve } from 'node:path';
import { runGate } from '../../jobs/gate.js';
import { oneOf } from '../arguments.js';
import { type Command, jsonOption } from '../command.js';

export const gate: Command = {
  name: 'gate',
  summary: 'measure base against head and judge',
  synopsis: ['[--base REF] [--head REF] [OPTIONS]', '[--base REF] --patch FILE [OPTIONS]'],
  description:
    'Builds base and head, runs both under the load that .profbound.yml describes in interleaved pairs of captures, and fails only when the profiles prove head to be slower than tolerated. REF is a git ref, or dir:PATH for a plain folder. The current folder decides what is measured: in a subfolder of a repository, both sides are built and run in that subfolder, by its .profbound.yml.',
  options: {
    base: {
      type: 'string',
      value: 'REF',
      description: 'What to compare with. Default: the merge-base of HEAD and the default branch.',
    },
    head: { type: 'string', value: 'REF', description: 'What is judged. Default: HEAD.' },
    patch: { type: 'string', value: 'FILE', description: 'A unified diff; head is base with it applied.' },
    config: {
      type: 'string',
      value: 'FILE',
      description: "Configuration file, each side's own. Default: .profbound.yml.",
    },
    workload: {
      type: 'string',
      value: 'NAME',
      multiple: true,
      description: 'Measure this workload only; may be repeated.',
    },
    backend: { type: 'string', value: 'NAME', description: 'auto, bpf or perf. Default: as configured.' },
    'all-pairs': {
      type: 'boolean',
      description:
        'Go on to gate.max_pairs, or to the end of gate.budget, also when it is decided before: what profbound merge takes of each runner. Set capture.seconds, rate, event and backend, which runners choose for themselves otherwise.',
    },
    out: {
      type: 'string',
      value: 'DIR',
      description:
        'Folder for bundle, result.json, report.html, flame graphs (SVG) and summary.md. Default: .profbound',
    },
    ...jsonOption,
  },
  positionals: [],
  takesRest: false,
  examples: [
    { line: 'profbound gate', meaning: 'HEAD against where it left the default branch' },
    { line: 'profbound gate --base v1.4.0 --head HEAD', meaning: 'two git refs' },
    { line: 'profbound gate --base dir:../before --head dir:.', meaning: 'two folders, no git needed' },
    { line: 'profbound gate --base HEAD --patch slow.patch', meaning: 'what would this patch cost?' },
  ],
  async run(given, terminal) {
    const backend = given.value('backend');
    const outcome = await runGate({
      cwd: terminal.cwd,
      config: given.value('config'),
      base: given.value('base'),
      head: given.value('head'),
      patch: given.value('patch'),
      out: resolve(terminal.cwd, given.value('out') ?? '.profbound'),
      workloads: given.values('workload'),
      backend: backend === null ? null : oneOf('--backend', backend, ['auto', 'bpf', 'perf'] as const),
      allPairs: given.flag('all-pairs'),
      log: terminal,
      signal: terminal.signal,
    });
    terminal.printResult(outcome.result, given.flag('json'));
    terminal.line(`report: ${terminal.shown(outcome.paths.reportHtml)}`);
    if (outcome.result.verdict === 'inconclusive' && outcome.result.onInconclusive === 'warn') {
      terminal.warn('inconclusive: nothing was proven; gate.on_inconclusive says that is a warning');
    }
    return outcome.exitCode;
  },
};
