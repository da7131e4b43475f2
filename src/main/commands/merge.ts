/** `profbound merge` */
import { resolve } from 'node:path';
import { UsageError } from '../../errors.js';
import { exitCodeOf } from '../../jobs/gate.js';
import { merge as mergeBundles } from '../../jobs/merge.js';
import { type Command, jsonOption } from '../command.js';

export const merge: Command = {
  name: 'merge',
  summary: 'judge bundles of several runners as one',
  synopsis: ['BUNDLE... --out DIR [OPTIONS]'],
  description:
    'Merges bundles of the same commits, measured by the same configuration on several runners, into one bundle and judges it once, at its number of pairs. Pairs stay within their runner, and each runner is a stratum: its own speed and its own noise neither hide nor fake a change. Measure with profbound gate --all-pairs on each runner: a run that ended because it was decided is not a fair sample, and is refused. BUNDLE is a bundle or the output folder of a gate. Exit codes are those of profbound gate.',
  options: {
    out: {
      type: 'string',
      value: 'DIR',
      description: 'Folder for bundle, result.json, report.html and summary.md.',
    },
    'first-look': {
      type: 'boolean',
      description:
        "Take each runner's pairs up to its first look only: these were measured whatever they showed, so that runs which ended early can be merged.",
    },
    ...jsonOption,
  },
  positionals: ['BUNDLE...'],
  takesRest: false,
  examples: [
    { line: 'profbound merge runner-a runner-b --out merged', meaning: 'output folders of two gates' },
    {
      line: 'profbound merge a/bundle b/bundle c/bundle --out merged --first-look',
      meaning: 'runs that may have ended early',
    },
  ],
  async run(given, terminal) {
    const out = given.value('out');
    if (out === null)
      throw new UsageError('profbound merge needs --out DIR: where the merged bundle is written');
    const result = mergeBundles({
      paths: given.positionals.map((path) => resolve(terminal.cwd, path)),
      out: resolve(terminal.cwd, out),
      firstLook: given.flag('first-look'),
      log: terminal,
    });
    terminal.printResult(result, given.flag('json'));
    return exitCodeOf(result);
  },
};
