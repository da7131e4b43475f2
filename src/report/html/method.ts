/** How the figures came about, and the command lines that repeat it. */
import { margin, nanoseconds, percent, plural, seconds } from '../../text/format.js';
import type { WorkloadResult } from '../../verdict/result.js';
import { type Markup, markup } from '../escape/markup.js';
import { shown } from '../escape/visible.js';
import type { Evidence, Method, ReportModel } from '../model.js';
import { recipes } from '../reproduce.js';
import { runtimeTexts } from '../runtimes.js';

export function methodCard({ result, evidence }: ReportModel): Markup {
  const lists = result.workloads.map((workload) =>
    howMeasured(workload, evidence.get(workload.name) ?? null),
  );
  return markup`<section class="card" aria-labelledby="method-title"><h2 id="method-title">How it was measured, and how to repeat it</h2>
${lists}
${recipes(result, evidence).map(
  ({ what, lines }) =>
    markup`<p class="recipe">${what}</p><pre tabindex="0" role="group" aria-label="${what}"><code>${lines.map(
      (line) => markup`${shown(line, 2000)}
`,
    )}</code></pre>
`,
)}<p class="muted">Where documents write <code>profbound</code>, <code>node dist/cli.js</code> of a checkout is meant. Another machine, or the same on another day, gives other figures; the verdict should be the same wherever it is not inconclusive.</p>
</section>`;
}

function howMeasured(workload: WorkloadResult, evidence: Evidence | null): Markup | null {
  const method = evidence?.method ?? null;
  if (method === null) return null;
  const facts = [
    launchText(method, workload.pairs),
    ...runtimeTexts(workload),
    lookText(method),
    riskText(method),
    method.stop?.message ?? 'the run did not come to its end',
  ];
  return markup`<h3><code>${workload.name}</code></h3><ul>${facts.map((fact) => markup`<li>${shown(sentence(fact), 600)}</li>`)}</ul>`;
}

function launchText({ captureSeconds, turnSeconds, launches }: Method, pairs: number): string {
  const fresh =
    launches === null
      ? 'the program was started anew for each capture'
      : `pairs share a launch of each side’s program, ${plural(launches, 'launch')} in all`;
  if (turnSeconds !== null) {
    return `${plural(pairs, 'pair')}: base and head run at once and are loaded in turns of ${nanoseconds(turnSeconds * 1e9)}, in random order, for ${seconds(captureSeconds)} each; ${fresh}`;
  }
  return `${plural(pairs, 'pair')}: one capture of base and one of head back to back, in random order, ${seconds(captureSeconds)} asked for; ${fresh}`;
}

/** When the verdict was looked for. */
function lookText({ policy: { looks } }: Method): string {
  const list = looks.length > 8 ? `${looks.slice(0, 7).join(', ')}, … ${looks.at(-1)}` : looks.join(', ');
  return `the verdict is looked for at times fixed before the first pair: after ${list} pairs, or earlier where the budget ends; looking more than once is paid for in the bounds`;
}

function riskText({ policy: { alpha, minShare } }: Method): string {
  return `at most ${percent(alpha.fail)} of gates fail whose total is exactly at the margin, and ${percent(alpha.functions)} because of functions that are; at most ${percent(alpha.pass)} pass that are; functions below ${margin(minShare)} of the samples are not judged`;
}

/** A clause as a sentence. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
