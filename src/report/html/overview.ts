/** What is proven at a glance: the totals of all workloads, and the functions of which a change is proven. */
import { bounded, plural } from '../../text/format.js';
import type { FunctionResult, Result, Verdict, WorkloadResult } from '../../verdict/result.js';
import { type Markup, markup } from '../escape/markup.js';
import { shown } from '../escape/visible.js';
import { type ForestRow, forestPlot } from '../forest.js';
import { hasTotal, verdictSign } from '../phrase.js';
import { classSign, ownChange, ranked } from '../ranking.js';

/** Functions drawn of all workloads together. */
const mostFunctions = 12;

interface Proven {
  readonly workload: WorkloadResult;
  readonly one: FunctionResult;
}

/** A forest plot of the totals, and one of the functions: their changes are of another size. */
export function overview({ workloads }: Result): Markup | null {
  const totals = workloads.filter(hasTotal);
  const proven = provenFunctions(workloads);
  if (totals.length === 0 && proven.length === 0) return null;
  const links = workloads.map(({ name }) => markup`<li><a href="#${`workload-${name}`}">${name}</a></li>`);
  return markup`<section class="card" aria-labelledby="overview-title">
<h2 id="overview-title">What changed, with its bounds</h2>
${workloads.length > 1 ? markup`<nav aria-label="Workloads"><ul class="inline">${links}</ul></nav>` : null}
${totals.length === 0 ? null : totalsFigure(totals)}
${proven.length === 0 ? null : functionsFigure(proven, workloads.length > 1)}
</section>`;
}

function totalsFigure(totals: readonly WorkloadResult[]): Markup {
  const subject = 'Change of CPU time per unit of work';
  const rows = totals.map((workload) => {
    const { name, total } = workload;
    const kind = verdictOfTotal(workload);
    return { label: `${verdictSign[kind]} ${name}`, kind, figure: total, margin: total.margin };
  });
  return markup`<figure><h3>${subject}</h3>
${forestPlot(rows, subject)}
<figcaption>The dot is the estimate, the line spans its bounds. The shaded side begins at the margin: a line wholly inside it fails, a line wholly before it passes, a line across it leaves the total open. A single function can fail the gate whatever the total does.</figcaption>
</figure>`;
}

/** What the total alone says: where the workload fails for a function or for waits, it may be open, or within its margin. */
function verdictOfTotal({ verdict, reasons, total: { upper, margin } }: WorkloadResult): Verdict {
  if (verdict !== 'fail' || reasons.some(({ code }) => code === 'total_slower')) return verdict;
  return upper !== null && upper <= margin ? 'pass' : 'inconclusive';
}

/** What is proven of functions, most pressing first, workload by workload. */
function provenFunctions(workloads: readonly WorkloadResult[]): Proven[] {
  return workloads.flatMap((workload) =>
    ranked(workload.functions)
      .filter((one) => one.class !== 'unproven')
      .map((one) => ({ workload, one })),
  );
}

function functionsFigure(proven: readonly Proven[], isNamed: boolean): Markup {
  const subject = 'Own CPU time of functions, as far as a change is proven';
  const drawn = proven.slice(0, mostFunctions);
  const left = proven.length - drawn.length;
  return markup`<figure class="below"><h3>${subject}</h3>
${forestPlot(
  drawn.map((each) => rowOf(each, isNamed)),
  subject,
)}
<figcaption>Of each function’s own time per unit of work; its shaded side begins at the margin of one function. An arrow leads beyond the scale, a double one lies there wholly. ${left === 0 ? '' : `${plural(left, 'more function')} with a proven change: see the tables.`}</figcaption>
</figure>`;
}

function rowOf({ workload: { name, functionMargin }, one }: Proven, isNamed: boolean): ForestRow {
  const own = ownChange(one);
  const label = `${classSign[one.class]} ${shown(one.name, 60)}${isNamed ? ` in ${name}` : ''}`;
  const said =
    own === null
      ? `${one.class}, adds ${bounded(one.contribution)} to the total`
      : `${one.class} ${bounded(own)}`;
  return {
    label,
    kind: one.class,
    figure: own,
    value: said,
    margin: functionMargin,
  };
}
