/** How to read the page, for whoever meets it for the first time. */
import type { Result } from '../../verdict/result.js';
import { type Markup, markup } from '../escape/markup.js';

export function guide({ design }: Result): Markup {
  return markup`<section class="card guide" aria-labelledby="guide-title"><h2 id="guide-title">How to read this</h2>
<dl>
<dt>Pass, fail, inconclusive</dt>
<dd>Pass: the growth of CPU time is proven to stay within the margin. Fail: it is proven to exceed it, in total or in one function. Inconclusive: neither is proven, or the measurement cannot be trusted; the reasons say which.</dd>
<dt>Estimate and bounds</dt>
<dd><strong>+3.1 % (+2.0 % … +4.4 %)</strong> reads: most likely 3.1 % more, hardly less than 2.0 %, hardly more than 4.4 %. ${
    design === 'paired'
      ? 'The bounds come from the differences between many interleaved pairs of runs, so they cover the noise between runs.'
      : 'Here they come from one run of each side and cover only the chance of sampling within it, not the noise between runs.'
  } Verdicts rest on the bounds, never on the estimate.</dd>
<dt>CPU time per unit of work</dt>
<dd>Exact CPU time of the program and its children by the kernel’s accounting, divided by the requests, runs or units done meanwhile. Waiting does not count.</dd>
<dt>Time spent waiting</dt>
<dd>Blocked time of all threads per unit of work. Waiting within the work (for a lock, the disk, another service, in sleep) is what a change can make longer. Waiting for work is time the load leaves, waiting for a CPU is the machine’s: neither is held against anybody.</dd>
<dt>Own time of a function</dt>
<dd>CPU time spent in the function itself, without what it calls. “Adds to the total” is how much that change is of all CPU time of base.</dd>
<dt>Slower, faster, new, gone, moved, unproven</dt>
<dd>Slower and faster: proven beyond the margin of one function. New and gone: proven to cost something on one side only. Moved: took over CPU time that other functions below the same callers lost, as renaming, inlining or splitting does; not held against the change. Unproven: whatever was measured may be chance, or nothing may be claimed, as of code without a name, of what hardly adds anything, and where the reasons say that names are missing or captures are not sound. With a question mark: likely, since of all that is so marked 5 % at most is expected to be wrong; it decides nothing.</dd>
<dt>Smallest provable change</dt>
<dd>The smallest true change that this much measuring would most likely have proven.</dd>
</dl></section>`;
}
