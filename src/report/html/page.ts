/** The report page: one HTML file that needs nothing else and says the same with scripts switched off. */
import { markup, trusted } from '../escape/markup.js';
import type { Evidence, ReportModel } from '../model.js';
import { headline, plain } from '../phrase.js';
import { banner } from './banner.js';
import { context } from './context.js';
import { guide } from './guide.js';
import { pageHead } from './head.js';
import { type Limits, limitsFor } from './limits.js';
import { methodCard } from './method.js';
import { overview } from './overview.js';
import { script } from './script/index.js';
import { style } from './style.js';
import { workloadSection } from './workload.js';

/** What a page should not exceed; where it would, it shows less and says so. */
const mostBytes = 2_000_000;

/** The whole page. Only the style sheet and script it carries itself may run: their hashes are all its policy allows. */
export function renderHtml(model: ReportModel): string {
  const limits = limitsFor(model.result.workloads.length);
  for (const each of limits) {
    const page = pageWithin(model, each);
    if (Buffer.byteLength(page) <= mostBytes || each === limits.at(-1)) return page;
  }
  throw new Error('unreachable: the last limits are taken whatever they give');
}

function pageWithin({ result, evidence }: ReportModel, limits: Limits): string {
  const page = markup`${pageHead({ title: plain(headline(result)).slice(0, 300), style, script, skip: 'Skip to the verdict' })}
${banner(result)}
<main id="main">
${overview(result)}
${result.workloads.map((workload) => workloadSection(workload, evidence.get(workload.name) ?? nothing, result.design, limits))}
${context(result)}
${methodCard({ result, evidence })}
${guide(result)}
</main>
<footer><p>profbound ${result.tool.version}. Everything on this page is computed from the bundle of the run; the same figures for machines are in <code>result.json</code>.</p></footer>
<script>${trusted(script)}</script>
</body>
</html>
`;
  return page.text;
}

const nothing: Evidence = { cpu: null, waits: null, changed: null, method: null };
