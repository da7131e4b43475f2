/** `profbound diff` */
import { resolve } from 'node:path';
import { diff as compare } from '../../jobs/diff.js';
import { writeReports } from '../../jobs/output.js';
import { oneOf } from '../arguments.js';
import { type Command, jsonOption } from '../command.js';

export const diff: Command = {
  name: 'diff',
  summary: 'compare two captures, profiles or bundles',
  synopsis: ['BASE HEAD [OPTIONS]'],
  description:
    'Compares two profiles that were not measured in pairs. Its bounds hold within the two runs only: what differs between any two runs of the same program is not in them, so this shows where time went and proves nothing. Exits 0 whatever it finds. BASE and HEAD are folders of profbound capture, bundles, or files: pprof, collapsed stacks, the text of perf script, or perf.data, which takes perf.',
  options: {
    side: {
      type: 'string',
      value: 'SIDE',
      description: 'Which side of a bundle is compared: base or head. Default: head.',
    },
    workload: { type: 'string', value: 'NAME', description: 'Which workload of a bundle is compared.' },
    root: {
      type: 'string',
      value: 'DIR',
      description: 'Files below this folder are named relative to it. Default: the current folder.',
    },
    out: {
      type: 'string',
      value: 'DIR',
      description: 'Write result.json, report.html, the flame graph (SVG) and summary.md there.',
    },
    ...jsonOption,
  },
  positionals: ['BASE', 'HEAD'],
  takesRest: false,
  examples: [
    { line: 'profbound diff capture-1 capture-2', meaning: 'two folders of profbound capture' },
    {
      line: 'profbound diff old.pb.gz new.pb.gz --out report',
      meaning: 'two pprof files, as an HTML report',
    },
    { line: 'profbound diff old.collapsed new.collapsed', meaning: 'collapsed stacks of any profiler' },
    { line: 'profbound diff monday/bundle tuesday/bundle', meaning: 'what two gates measured as their head' },
  ],
  async run(given, terminal) {
    const at = (path: string): string => resolve(terminal.cwd, path);
    const [base, head] = given.positionals as [string, string];
    const model = await compare({
      base: at(base),
      head: at(head),
      root: at(given.value('root') ?? '.'),
      side: oneOf('--side', given.value('side') ?? 'head', ['base', 'head'] as const),
      workload: given.value('workload'),
    });
    terminal.printResult(model.result, given.flag('json'));
    const out = given.value('out');
    if (out !== null) {
      terminal.line(`report: ${terminal.shown(writeReports(model, at(out)).reportHtml)}`);
    }
    return 0;
  },
};
