/** The report page: one HTML file that needs nothing else and says the same with scripts switched off. */
import { createHash } from 'node:crypto';
import { type Markup, markup, trusted } from '../escape/markup.js';
import { forestPlot } from '../forest.js';
import type { ReportModel } from '../model.js';
import { hasTotal, headline, plain } from '../phrase.js';
import { banner } from './banner.js';
import { context } from './context.js';
import { guide } from './guide.js';
import { script } from './script.js';
import { style } from './style.js';
import { workloadSection } from './workload.js';

/** Cells of all flame graphs together, so that a page stays well below 2 MB. */
const pageCells = 1800;
const fewestCells = 60;
/** Rows of all function tables together, for the same reason. */
const pageRows = 400;
const fewestRows = 12;

/** The whole page. Only the style sheet and script it carries itself may run: their hashes are all its policy allows. */
export function renderHtml({ result, trees }: ReportModel): string {
  const share = Math.max(1, result.workloads.length);
  const limits = {
    cells: Math.max(fewestCells, Math.floor(pageCells / share)),
    rows: Math.max(fewestRows, Math.floor(pageRows / share)),
  };
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${plain(headline(result)).slice(0, 300)}</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the verdict</a>
${banner(result)}
<main id="main">
${overview(result.workloads)}
${result.workloads.map((workload) => workloadSection(workload, trees.get(workload.name) ?? null, result.design, limits))}
${context(result)}
${guide(result)}
</main>
<footer><p>profbound ${result.tool.version}. Everything on this page is computed from the bundle of the run; the same figures for machines are in <code>result.json</code>.</p></footer>
<script>${trusted(script)}</script>
</body>
</html>
`;
  return page.text;
}

function policy(): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`;
}

function overview(workloads: ReportModel['result']['workloads']): Markup {
  if (!workloads.some(hasTotal)) return markup``;
  const rows = workloads.filter(hasTotal).map(({ name, verdict, total }) => ({
    name,
    verdict,
    figure: total,
    margin: total.margin,
  }));
  const links = workloads.map(({ name }) => markup`<li><a href="#${`workload-${name}`}">${name}</a></li>`);
  return markup`<section class="card" aria-labelledby="overview-title">
<h2 id="overview-title">Change of CPU time per unit of work</h2>
${workloads.length > 1 ? markup`<nav aria-label="Workloads"><ul class="inline">${links}</ul></nav>` : null}
<figure>
${forestPlot(rows)}
<figcaption>The dot is the estimate, the line spans its bounds. The shaded side begins at the margin: a line wholly inside it fails, a line wholly before it passes, a line across it leaves the total open. A single function can fail the gate whatever the total does.</figcaption>
</figure>
</section>`;
}
