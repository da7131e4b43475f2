/** One workload: its figures, its functions, its flame graph, its pairs and their quality. */
import type { DifferentialTree } from '../../profile/tree.js';
import type { Result, WorkloadResult } from '../../verdict/result.js';
import { type Markup, markup } from '../escape/markup.js';
import { shown } from '../escape/visible.js';
import {
  bounds,
  change,
  count,
  margin,
  nanoseconds,
  nanosecondsChange,
  plural,
  seconds,
  unitName,
} from '../format.js';
import { pairsPlot } from '../pairs.js';
import { neededSentence, verdictSign, verdictWord } from '../phrase.js';
import { loadText, qualityLine, qualityRows } from '../quality.js';
import { reasonList } from './banner.js';
import { flameFigure } from './flame.js';
import { functionsTable } from './functions.js';

/** How much of a workload a page has room for. */
export interface Limits {
  readonly cells: number;
  readonly rows: number;
}

export function workloadSection(
  workload: WorkloadResult,
  tree: DifferentialTree | null,
  design: Result['design'],
  limits: Limits,
): Markup {
  const { name, verdict } = workload;
  const id = `workload-${name}`;
  const more = neededSentence(workload);
  return markup`<section class="workload" id="${id}" aria-labelledby="${`${id}-title`}">
<h2 id="${`${id}-title`}"><code>${name}</code> <span class="chip ${verdict}">${verdictSign[verdict]} ${verdictWord[verdict].toLowerCase()}</span></h2>
${reasonList(workload.reasons)}
${more === null ? null : markup`<p>${more}</p>`}
${figures(workload)}
${functionsTable(workload, limits.rows)}
${flameFigure(workload, tree, limits.cells)}
${pairsFigure(workload, design)}
${quality(workload)}
</section>`;
}

function figures(workload: WorkloadResult): Markup {
  const { total, cpuPerUnit, load } = workload;
  const unit = unitName(load);
  const tile = (label: string, value: string, ...below: readonly string[]): Markup =>
    markup`<div><dt>${label}</dt><dd><strong>${value}</strong>${below.map((line) => markup`<span>${line}</span>`)}</dd></div>`;
  return markup`<dl class="tiles">
${tile('Change', change(total.estimate), bounds(total), `margin ${margin(total.margin)}`)}
${tile(`CPU time per ${unit}`, `${nanoseconds(cpuPerUnit.base)} → ${nanoseconds(cpuPerUnit.head)}`, nanosecondsChange(cpuPerUnit.head - cpuPerUnit.base), 'means over the pairs')}
${tile('Smallest provable change', total.mde === null ? 'none' : change(total.mde), 'with as much measuring')}
${tile('Measured', seconds(workload.seconds), `${plural(workload.pairs, 'pair')}, ${count(workload.units.base + workload.units.head)} ${unit}s`)}
${tile('Load', { http: 'HTTP', command: 'command', batch: 'batch' }[load.kind], loadText(workload))}
</dl>`;
}

function pairsFigure(workload: WorkloadResult, design: Result['design']): Markup | null {
  if (workload.pairChanges.length === 0 || design === 'unpaired') return null;
  return markup`<section class="card"><h3>Pair by pair</h3>
<figure>
${pairsPlot(workload)}
<figcaption>Change of CPU time per ${unitName(workload.load)} in each pair, in the order measured; the band spans the bounds of the total. Points should scatter evenly: a slope would be drift, a lone triangle an outlier beyond the drawing.</figcaption>
</figure></section>`;
}

function quality(workload: WorkloadResult): Markup {
  const { capture } = workload;
  const rows = qualityRows(workload).map(
    ({ label, meaning, base, head }) =>
      markup`<tr><th scope="row">${label}<span class="meaning">${meaning}</span></th><td class="number">${base}</td><td class="number">${head}</td></tr>`,
  );
  const limits = capture.limits.slice(0, 50).map((limit) => markup`<li>${shown(limit, 500)}</li>`);
  return markup`<section class="card"><h3>What the captures are worth</h3>
<p>${shown(qualityLine(workload), 500)}</p>
${limits.length === 0 ? null : markup`<p>What this machine did not let the profiler see:</p><ul>${limits}</ul>`}
<details><summary>All figures of both sides</summary><div class="scroll"><table class="quality"><caption class="visually-hidden">Quality of the captures of ${workload.name}, base beside head</caption>
<thead><tr><th scope="col">Figure</th><th scope="col" class="number">Base</th><th scope="col" class="number">Head</th></tr></thead>
<tbody>${rows}</tbody></table></div></details></section>`;
}
