/** The command lines by which a reader repeats a comparison, or looks into it. */
import type { Ref } from '../bundle/schema.js';
import type { Result, WorkloadResult } from '../verdict/result.js';
import type { Evidence } from './model.js';

export interface Recipe {
  readonly what: string;
  readonly lines: readonly string[];
}

/** How each workload is repeated, rendered again and opened in pprof. */
export function recipes(result: Result, evidence: ReadonlyMap<string, Evidence>): Recipe[] {
  const { refs, design } = result;
  if (design === 'unpaired') {
    return [
      {
        what: 'Compare the two again:',
        lines: [command('profbound', 'diff', refs.base.name, refs.head.name)],
      },
    ];
  }
  const measured = result.workloads.flatMap((workload) => evidence.get(workload.name)?.method ?? []);
  const { configPath: config = '.profbound.yml', folder = '' } = measured[0] ?? {};
  const gate = [
    'profbound',
    'gate',
    ...sideWords(refs),
    ...(config === '.profbound.yml' ? [] : ['--config', config]),
  ];
  const commits = [refs.base, refs.head].flatMap(({ commit }) => (commit === null ? [] : [commit]));
  return [
    {
      what: 'Measure again, in a clone of the repository, on the machine it is to hold for:',
      lines: [
        ...(commits.length === 0 ? [] : [command('git', 'fetch', 'origin', ...new Set(commits))]),
        ...(folder === '' ? [] : [command('cd', folder)]),
        command(...gate),
      ],
    },
    ...(result.workloads.length > 1
      ? [
          {
            what: 'One workload only:',
            lines: [command(...gate, '--workload', result.workloads[0]?.name ?? '')],
          },
        ]
      : []),
    {
      what: 'Judge what was measured here once more, offline; the bundle is among the artifacts of the run:',
      lines: [command('profbound', 'report', 'bundle', '--out', 'report')],
    },
    ...result.workloads.slice(0, 20).flatMap((workload) => pprof(workload, evidence.get(workload.name))),
  ];
}

/** Opens one pair. */
function pprof({ name }: WorkloadResult, evidence: Evidence | undefined): Recipe[] {
  const first = evidence?.method?.firstPair;
  if (!first) return [];
  const open = ({ base, head }: { readonly base: string; readonly head: string }): string =>
    command('go', 'tool', 'pprof', '-http=:', `-diff_base=bundle/${base}`, `bundle/${head}`);
  return [
    {
      what: `Look into pair ${first.number} of ${name}, CPU time${first.waits === null ? '' : ' and waits'}:`,
      lines: [open(first.cpu), ...(first.waits === null ? [] : [open(first.waits)])],
    },
  ];
}

/** The sides as options of the gate: what was named, or the commit a name meant. */
function sideWords({ base, head }: Result['refs']): string[] {
  const patched = `${base.name} + `;
  const named = ({ name, commit }: Ref): string => commit ?? name;
  return head.name.startsWith(patched)
    ? ['--base', named(base), '--patch', head.name.slice(patched.length)]
    : ['--base', named(base), '--head', named(head)];
}

/** A line for a shell: words with anything else than plain characters are quoted. */
function command(...words: readonly string[]): string {
  return words
    .map((word) => (/^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
