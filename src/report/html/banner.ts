/** The head of the page: the verdict in one sentence, and what was compared. */
import type { Ref } from '../../bundle/schema.js';
import { plural, seconds } from '../../text/format.js';
import type { Reason, Result, Verdict } from '../../verdict/result.js';
import { type Markup, markup, trusted } from '../escape/markup.js';
import { shown } from '../escape/visible.js';
import { consequence, headline, ownReasons, type Phrase, verdictWord } from '../phrase.js';

const names = 200;

const icons: Readonly<Record<Verdict, Markup>> = {
  pass: trusted('<path d="M13 25l8 8 15-17"/>'),
  fail: trusted('<path d="M16 16l16 16M32 16L16 32"/>'),
  inconclusive: trusted('<path d="M17.5 19a6.5 6.5 0 1 1 9 6c-2 .9-2.5 2-2.5 4.500M24 35v.5"/>'),
};

/** The banner with icon, word and sentence; the word carries the verdict, colour only supports it. */
export function banner(result: Result): Markup {
  const next = consequence(result);
  const [, ...sentence] = headline(result);
  return markup`<header class="banner ${result.verdict}">
<div class="inner">
<p class="brand">profbound <span>CPU time, base against head</span></p>
<div class="verdict">
<svg class="icon" viewBox="0 0 48 48" width="56" height="56" aria-hidden="true"><circle cx="24" cy="24" r="22"/>${icons[result.verdict]}</svg>
<div>
<h1><span class="word">${verdictWord[result.verdict]}</span><span class="colon">:</span> <span class="sentence">${withoutColon(sentence)}</span></h1>
${next === null ? null : markup`<p class="remark">${next}</p>`}
${reasonList(ownReasons(result))}
</div>
</div>
<dl class="facts">
<div><dt>Base</dt><dd>${refText(result.refs.base)}</dd></div>
<div><dt>Head</dt><dd>${refText(result.refs.head)}</dd></div>
${result.startedAt === null ? null : markup`<div><dt>Measured</dt><dd><time datetime="${result.startedAt}">${`${result.startedAt.slice(0, 16).replace('T', ' ')} UTC`}</time></dd></div>`}
<div><dt>Captured</dt><dd>${effort(result)}</dd></div>
</dl>
</div>
</header>`;
}

/** The sentence after the word, which the banner sets apart itself. */
function withoutColon(segments: Phrase): Markup {
  const [first, ...rest] = segments;
  const begun = first === undefined ? [] : [{ ...first, text: first.text.replace(/^: /, '') }];
  return phraseMarkup([...begun, ...rest].filter((segment) => segment.text !== ''));
}

/** A phrase as markup: names as code, emphasis as strong. */
export function phraseMarkup(segments: Phrase): Markup {
  return markup`${segments.map(({ kind, text }) => {
    const bounded = shown(text, kind === 'code' ? names : 2000);
    if (kind === 'text') return bounded;
    return kind === 'code' ? markup`<code>${bounded}</code>` : markup`<strong>${bounded}</strong>`;
  })}`;
}

/** Reasons as a list, or nothing. */
export function reasonList(reasons: readonly Reason[]): Markup | null {
  if (reasons.length === 0) return null;
  return markup`<ul class="reasons">${reasons.slice(0, 50).map(({ message }) => markup`<li>${shown(message, 500)}</li>`)}</ul>`;
}

function refText({ name, commit }: Ref): Markup {
  return markup`<code>${shown(name, names)}</code>${commit === null ? null : markup` <span class="muted">at ${commit.slice(0, 10)}</span>`}`;
}

function effort({ workloads, design }: Result): string {
  const total = seconds(workloads.reduce((sum, workload) => sum + workload.seconds, 0));
  if (design === 'unpaired') return `one capture a side, ${total}`;
  const pairs = workloads.reduce((sum, workload) => sum + workload.pairs, 0);
  return `${plural(pairs, 'pair')} of ${plural(workloads.length, 'workload')}, ${total}`;
}
