/** One workload: its figures, its functions, its flame graph, its pairs and their quality. */
import {
  bounds,
  change,
  margin,
  nanoseconds,
  nanosecondsChange,
  percent,
  plural,
  seconds,
  unitName,
} from '../../text/format.js';
import type { Result, WorkloadResult } from '../../verdict/result.js';
import { type Markup, markup } from '../escape/markup.js';
import { shown } from '../escape/visible.js';
import { layoutPartText, layoutText } from '../layouts.js';
import { missingTexts } from '../missing.js';
import type { Evidence } from '../model.js';
import { pairsPlot, pairsText } from '../pairs.js';
import { hasTotal, neededSentence, verdictSign, verdictWord } from '../phrase.js';
import { loadText, qualityLine, qualityRows } from '../quality.js';
import { waiverText } from '../ranking.js';
import { reasonList } from './banner.js';
import { cpuFlame, waitFlame } from './flame.js';
import { functionsTable } from './functions.js';
import type { Limits } from './limits.js';
import { placementCard } from './placement.js';
import { waitsCard } from './waits.js';

export function workloadSection(
  workload: WorkloadResult,
  { cpu, waits, changed }: Evidence,
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
${functionsTable(workload, changed, limits.rows)}
${cpuFlame(workload, cpu, limits)}
${waitsCard(workload, limits.rows)}
${waitFlame(workload, waits, limits)}
${pairsFigure(workload, design)}
${placementCard(workload)}
${quality(workload)}
</section>`;
}

function figures(workload: WorkloadResult): Markup {
  const { load, units, pairs } = workload;
  const offered = loadText(workload);
  const done = units.base + units.head;
  const counted = done > 0 ? plural(done, unitName(load)) : 'work not counted';
  return markup`<dl class="tiles">
${hasTotal(workload) ? totalTiles(workload) : tile('Change', 'unknown', 'no work known on both sides')}
${tile('Measured', seconds(workload.seconds), pairs > 0 ? plural(pairs, 'pair') : 'single captures', counted)}
${layoutTile(workload)}
${offered === null ? null : tile('Load', { http: 'HTTP', command: 'command', batch: 'batch' }[load.kind], offered)}
</dl>`;
}

function totalTiles({ total, totalWaiver, cpuPerUnit, load }: WorkloadResult): readonly Markup[] {
  const waived = waiverText(totalWaiver);
  const { base, head } = cpuPerUnit;
  const provable = total.mde === null ? 'none' : change(total.mde);
  return [
    tile(
      'Change',
      change(total.estimate),
      bounds(total),
      `margin ${margin(total.margin)}`,
      ...(waived === null ? [] : [waived]),
    ),
    tile(
      `CPU time per ${unitName(load)}`,
      `${nanoseconds(base)} → ${nanoseconds(head)}`,
      nanosecondsChange(head - base),
    ),
    tile('Smallest provable change', provable, 'with as much measuring'),
  ];
}

function layoutTile(workload: WorkloadResult): Markup | null {
  const text = layoutText(workload);
  if (workload.layouts === null || text === null) return null;
  const { deviation } = workload.layouts;
  const value = deviation === null ? 'unknown' : `±${percent(deviation.estimate)}`;
  const part = layoutPartText(workload);
  return tile('Code layout', value, text, ...(part === null ? [] : [part]));
}

function tile(label: string, value: string, ...below: readonly string[]): Markup {
  return markup`<div><dt>${label}</dt><dd><strong>${value}</strong>${below.map((line) => markup`<span>${line}</span>`)}</dd></div>`;
}

function pairsFigure(workload: WorkloadResult, design: Result['design']): Markup | null {
  if (workload.pairChanges.length === 0 || design === 'unpaired') return null;
  return markup`<section class="card"><h3>Pair by pair</h3>
<figure>
${pairsPlot(workload)}
<figcaption>Change of CPU time per ${unitName(workload.load)} in each pair, in the order measured; the band spans the bounds of the total, the thin line is a running median. Here: ${pairsText(workload.pairChanges)}. Points should scatter evenly: a slope of the line would be drift; a hollow point is an outlier, a triangle one beyond the drawing.</figcaption>
</figure></section>`;
}

function quality(workload: WorkloadResult): Markup {
  const { capture } = workload;
  const rows = qualityRows(workload).map(
    ({ label, meaning, base, head }) =>
      markup`<tr><th scope="row">${label}<span class="meaning">${meaning}</span></th><td class="number">${base}</td><td class="number">${head}</td></tr>`,
  );
  const limits = capture.limits.slice(0, 50).map((limit) => markup`<li>${shown(limit, 500)}</li>`);
  const missing = missingTexts(workload).map((text) => markup`<li>${shown(text, 500)}</li>`);
  return markup`<section class="card"><h3>What the captures are worth</h3>
<p>${shown(qualityLine(workload), 500)}</p>
${limits.length === 0 ? null : markup`<p>What this machine did not let the profiler see:</p><ul>${limits}</ul>`}
${missing.length === 0 ? null : markup`<p>What is missing in the profiles, and what mends it:</p><ul>${missing}</ul>`}
<details><summary>All figures of both sides</summary><div class="scroll"><table class="quality"><caption class="visually-hidden">Quality of the captures of ${workload.name}, base beside head</caption>
<thead><tr><th scope="col">Figure</th><th scope="col" class="number">Base</th><th scope="col" class="number">Head</th></tr></thead>
<tbody>${rows}</tbody></table></div></details></section>`;
}
