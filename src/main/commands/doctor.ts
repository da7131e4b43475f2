/** `profbound doctor` */
import { examine } from '../../jobs/doctor.js';
import type { Command } from '../command.js';

const titles = { capture: 'can capture', sight: 'sees everything', quiet: 'measures quietly' } as const;
const sign = { ok: '✓', warning: '!', missing: '✗' } as const;

export const doctor: Command = {
  name: 'doctor',
  summary: 'say what this machine allows, and what would allow more',
  synopsis: ['[--json]'],
  description:
    'Checks kernel, privileges and settings. Exits 0 when something can be measured, 4 when nothing can.',
  options: { json: { type: 'boolean', description: 'Print the findings as JSON on standard output.' } },
  positionals: [],
  takesRest: false,
  examples: [
    { line: 'profbound doctor', meaning: 'for people' },
    { line: 'profbound doctor --json', meaning: 'for machines, schema profbound/doctor@1' },
  ],
  async run(given, terminal) {
    const report = await examine();
    if (given.flag('json')) {
      terminal.print(`${JSON.stringify(report, null, 2)}\n`);
    } else {
      const lines = report.checks.flatMap(({ group, name, status, detail, cure }, index) => [
        ...(report.checks[index - 1]?.group === group ? [] : [`\n${titles[group]}`]),
        `${sign[status]} ${name}: ${detail}`,
        ...(cure === null ? [] : [`    ${cure}`]),
      ]);
      const works =
        report.backends.length === 0
          ? 'nothing can be measured here'
          : `backends: ${report.backends.join(', ')}`;
      terminal.print(`kernel ${report.kernel}\n${lines.join('\n')}\n\n${works}\n`);
    }
    return report.backends.length === 0 ? 4 : 0;
  },
};
