/** Where the service ran: both sides' samples by memory node and CPU, side by side. */
import { percent } from '../../text/format.js';
import type { Placement, WorkloadResult } from '../../verdict/result.js';
import { type Markup, markup } from '../escape/markup.js';
import { length } from '../scale.js';

type Place = Placement['cpus'][number];

/** null where captures do not say. */
export function placementCard({ name, quality: { placement } }: WorkloadResult): Markup | null {
  const rows = [
    ...placement.nodes.map((place) => ({ label: `Node ${place.id}`, place })),
    ...placement.cpus.map((place) => ({ label: `CPU ${place.id}`, place })),
  ];
  if (rows.length === 0) return null;
  const most = Math.max(...rows.map(({ place }) => Math.max(place.baseShare, place.headShare)));
  const differ = rows.filter(({ place }) => place.differs).length;
  const conclusion =
    differ === 0
      ? 'No difference between the sides is beyond chance.'
      : 'Where the sides differ beyond chance, what CPU time is may differ too: pin the threads, or name fewer CPUs in capture.cpus.service.';
  return markup`<section class="card"><h3>Where it ran</h3>
<p>${conclusion}</p>
<div class="scroll"><table class="placement"><caption class="visually-hidden">Samples of ${name} by memory node and CPU</caption>
<thead><tr><th scope="col">Place</th><td class="drawn"></td><th scope="col" class="number">Base</th><th scope="col" class="number">Head</th><th scope="col">Difference</th></tr></thead>
<tbody>${rows.map(({ label, place }) => row(label, place, most))}</tbody></table></div>
<p class="muted">Share of each side’s samples; the upper bar is base’s, the lower one head’s. CPUs with less than 2.5 % are left out.</p>
</section>`;
}

function row(label: string, { baseShare, headShare, differs }: Place, most: number): Markup {
  const bar = (side: string, share: number, y: number): Markup =>
    markup`<rect class="${side}" y="${y}" width="${length((share / (most || 1)) * 100)}" height="7"/>`;
  return markup`<tr><th scope="row">${label}</th><td class="drawn"><svg width="100%" height="18" aria-hidden="true">${bar('base', baseShare, 1)}${bar('head', headShare, 10)}</svg></td><td class="number">${percent(baseShare)}</td><td class="number">${percent(headShare)}</td><td>${differs ? markup`<strong>⚠ beyond chance</strong>` : 'within chance'}</td></tr>
`;
}
