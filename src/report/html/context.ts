/** What was compared, on which machine, base beside head, and what else the reader should know. */
import type { Environment, Ref } from '../../bundle/schema.js';
import { bytes, percent, plural } from '../../text/format.js';
import type { Result, SideConditions } from '../../verdict/result.js';
import { type Markup, markup } from '../escape/markup.js';
import { shown } from '../escape/visible.js';

/** A fact about both sides; one that cannot differ between them is said once. */
interface Row {
  readonly label: string;
  readonly base: string;
  readonly head: string | null;
}

export function context(result: Result): Markup {
  return markup`<section class="card" aria-labelledby="context-title"><h2 id="context-title">What was compared, and where</h2>
${result.notes.length === 0 ? null : markup`<ul class="notes">${result.notes.slice(0, 100).map((note) => markup`<li>${shown(note, 1000)}</li>`)}</ul>`}
${result.environment === null ? markup`<p>The machine is not known: the captures came without its description.</p>` : null}
<div class="scroll"><table class="sides"><caption class="visually-hidden">Base and head, and the surroundings they ran in</caption>
<thead><tr><td></td><th scope="col">Base</th><th scope="col">Head</th></tr></thead>
${group('What was built', sources(result.refs))}${group('The machine, one for both sides', machine(result.environment))}${group('What else it did during the captures', conditions(result))}</table></div>
</section>`;
}

function group(title: string, rows: readonly Row[]): Markup | null {
  if (rows.length === 0) return null;
  return markup`<tbody><tr><th scope="rowgroup" colspan="3" class="group">${title}</th></tr>
${rows.map(rowMarkup)}</tbody>
`;
}

function rowMarkup({ label, base, head }: Row): Markup {
  const cells =
    head === null
      ? markup`<td colspan="2">${shown(base, 400)}</td>`
      : markup`<td>${shown(base, 400)}</td><td>${shown(head, 400)}</td>`;
  return markup`<tr><th scope="row">${label}</th>${cells}</tr>
`;
}

function sources({ base, head }: Result['refs']): Row[] {
  const row = (label: string, of: (ref: Ref) => string): Row => ({ label, base: of(base), head: of(head) });
  return [
    row('Named', ({ name }) => name),
    row('Commit', ({ commit }) => commit ?? 'none'),
    row('Ran in', ({ root }) => root),
  ];
}

/** Both sides ran on it, in turn. */
function machine(environment: Environment | null): Row[] {
  if (environment === null) return [];
  const state = (value: boolean | null, yes = 'on', no = 'off'): string =>
    value === null ? 'unknown' : value ? yes : no;
  const { cpuModel, cpus, memoryBytes, kernel, virtualized, governor, turbo, smt } = environment;
  const facts: readonly (readonly [string, string])[] = [
    ['Processor', `${cpuModel}, ${plural(cpus, 'CPU')}`],
    ['Memory', bytes(memoryBytes)],
    ['Kernel', kernel],
    ['Virtual machine', state(virtualized, 'yes', 'no')],
    ['Frequency governor', governor ?? 'unknown'],
    ['Turbo', state(turbo)],
    ['SMT', state(smt)],
    ['Service on CPUs', environment.serviceCpus],
    ['Load on CPUs', environment.loadCpus],
    ['Node', environment.node],
  ];
  return facts.map(([label, base]) => ({ label, base, head: null }));
}

/** What the machine did besides, workload by workload. */
function conditions({ workloads }: Result): Row[] {
  return workloads.slice(0, 20).flatMap(({ name, quality }) => {
    const row = (label: string, of: (conditions: SideConditions) => string): Row => ({
      label: workloads.length > 1 ? `${label}, ${name}` : label,
      base: of(quality.base.conditions),
      head: of(quality.head.conditions),
    });
    return [
      row('CPU frequency', ({ frequencyHz }) =>
        frequencyHz === null ? 'not measured' : `${(frequencyHz / 1e9).toFixed(2)} GHz`,
      ),
      row('Taken by other programs', ({ otherLoad }) => share(otherLoad)),
      row('Taken by other guests', ({ steal }) => share(steal)),
      row('Captures slowed by heat', ({ throttled }) => share(throttled)),
    ];
  });
}

function share(value: number | null): string {
  return value === null ? 'not measured' : percent(value);
}
