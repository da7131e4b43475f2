/** What was compared, on which machine, and what else the reader should know. */
import type { Environment, Ref } from '../../bundle/schema.js';
import { bytes, plural } from '../../text/format.js';
import type { Result } from '../../verdict/result.js';
import { type Markup, markup } from '../escape/markup.js';
import { shown } from '../escape/visible.js';

export function context(result: Result): Markup {
  return markup`<section class="card" aria-labelledby="context-title"><h2 id="context-title">What was compared, and where</h2>
${result.notes.length === 0 ? null : markup`<ul class="notes">${result.notes.slice(0, 100).map((note) => markup`<li>${shown(note, 1000)}</li>`)}</ul>`}
<div class="scroll"><table><caption class="visually-hidden">The two sides</caption>
<thead><tr><th scope="col">Side</th><th scope="col">Named</th><th scope="col">Commit</th><th scope="col">Ran in</th></tr></thead>
<tbody>${refRow('Base', result.refs.base)}${refRow('Head', result.refs.head)}</tbody></table></div>
${result.environment === null ? markup`<p>The machine is not known: the captures came without its description.</p>` : machine(result.environment)}
</section>`;
}

function refRow(side: string, { name, commit, root }: Ref): Markup {
  return markup`<tr><th scope="row">${side}</th><td><code>${shown(name, 300)}</code></td><td>${commit === null ? 'none' : markup`<code>${commit}</code>`}</td><td><code>${shown(root, 300)}</code></td></tr>`;
}

function machine(environment: Environment): Markup {
  const state = (value: boolean | null): string => (value === null ? 'unknown' : value ? 'on' : 'off');
  const facts: readonly (readonly [string, string])[] = [
    ['Processor', environment.cpuModel],
    ['CPUs', plural(environment.cpus, 'CPU')],
    ['Memory', bytes(environment.memoryBytes)],
    ['Kernel', environment.kernel],
    [
      'Virtual machine',
      environment.virtualized === null ? 'unknown' : environment.virtualized ? 'yes' : 'no',
    ],
    ['Frequency governor', environment.governor ?? 'unknown'],
    ['Turbo', state(environment.turbo)],
    ['SMT', state(environment.smt)],
    ['Service on CPUs', environment.serviceCpus],
    ['Load on CPUs', environment.loadCpus],
    ['Node', environment.node],
  ];
  return markup`<dl class="facts">${facts.map(([label, value]) => markup`<div><dt>${label}</dt><dd>${shown(value, 200)}</dd></div>`)}</dl>`;
}
