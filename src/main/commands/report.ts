/** `profbound report` */
import { resolve } from 'node:path';
import { UsageError } from '../../errors.js';
import { writeReports, writeText } from '../../jobs/output.js';
import { reevaluate } from '../../jobs/report.js';
import { renderHtml } from '../../report/html/page.js';
import { renderMarkdown } from '../../report/markdown/markdown.js';
import { type Command, jsonOption } from '../command.js';

export const report: Command = {
  name: 'report',
  summary: 'judge and render a bundle again',
  synopsis: ['BUNDLE [--out DIR] [--json | --markdown] [--html FILE]'],
  description:
    'Computes the verdict of a bundle again, offline: the same bundle gives the same bytes. BUNDLE is a bundle or the output folder of a gate. Exits 0 whatever the verdict.',
  options: {
    out: {
      type: 'string',
      value: 'DIR',
      description: 'Write result.json, report.html, flame graphs (SVG) and summary.md there.',
    },
    ...jsonOption,
    markdown: { type: 'boolean', description: 'Print Markdown on standard output.' },
    html: { type: 'string', value: 'FILE', description: 'Write the HTML report to this file.' },
  },
  positionals: ['BUNDLE'],
  takesRest: false,
  examples: [
    { line: 'profbound report .profbound', meaning: 'the last gate, on the terminal' },
    { line: 'profbound report bundle --out report', meaning: 'a bundle that was downloaded' },
    {
      line: 'profbound report .profbound --json',
      meaning: 'result.json as the gate wrote it, byte for byte',
    },
  ],
  async run(given, terminal) {
    if (given.flag('json') && given.flag('markdown')) {
      throw new UsageError('--json and --markdown exclude each other: standard output takes one of them');
    }
    const model = reevaluate(resolve(terminal.cwd, given.positionals[0] as string));
    const html = given.value('html');
    if (html !== null) writeText(resolve(terminal.cwd, html), renderHtml(model));
    const out = given.value('out');
    if (out !== null) {
      const paths = writeReports(model, resolve(terminal.cwd, out));
      terminal.line(`report: ${terminal.shown(paths.reportHtml)}`);
    }
    if (given.flag('markdown'))
      terminal.print(renderMarkdown(model.result, { maxCharacters: Number.POSITIVE_INFINITY }));
    else terminal.printResult(model.result, given.flag('json'));
    return 0;
  },
};
