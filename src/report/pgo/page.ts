/** The report page of profiles for compilers: one HTML file that needs nothing else, without scripts. */
import type { Comparison, PgoResult, ProfileResult } from '../../pgo/result.js';
import { plural, savings, unitName } from '../../text/format.js';
import { type Markup, markup, trusted } from '../escape/markup.js';
import { shown } from '../escape/visible.js';
import { forestPlot } from '../forest.js';
import { reasonList } from '../html/banner.js';
import { pageHead } from '../html/head.js';
import { style } from '../html/style.js';
import { pairsPlot, pairsText } from '../pairs.js';
import { qualityLine } from '../quality.js';
import { buildRows, comparedWith, decisionSentence, furtherReasons, overall, profileFacts } from './words.js';

/** Beyond the margin lies what is wanted here, not what fails. */
const ownStyle = `${style}
.gains .beyond{fill:var(--pass)}.gains .margin,.gains line.margin{stroke:var(--pass)}
.figures th[scope=row]{color:var(--soft);white-space:nowrap;width:1%}
`;

const kinds = { published: 'pass', kept: 'inconclusive' } as const;
const icons = {
  published: trusted('<path d="M13 25l8 8 15-17"/>'),
  kept: trusted('<path d="M14 24h20"/>'),
} as const;

/** The whole page. Only the style sheet it carries itself may be used: its hash is all its policy allows. */
export function renderPgoHtml(result: PgoResult): string {
  const word = overall(result);
  const title = result.profiles.map(decisionSentence).join(' ');
  const page = markup`${pageHead({ title: shown(title, 300), style: ownStyle, script: null, skip: 'Skip to the figures' })}
<header class="banner ${kinds[word]}">
<div class="inner">
<p class="brand">profbound <span>profiles for the compiler</span></p>
<div class="verdict">
<svg class="icon" viewBox="0 0 48 48" width="56" height="56" aria-hidden="true"><circle cx="24" cy="24" r="22"/>${icons[word]}</svg>
<div>
<h1><span class="word">${word === 'published' ? 'Published' : 'Kept'}</span><span class="colon">:</span> ${result.profiles.map((profile) => markup`<span class="sentence">${shown(decisionSentence(profile), 1000)}</span> `)}</h1>
</div>
</div>
<dl class="facts">
<div><dt>Source</dt><dd><code>${shown(result.ref.name, 200)}</code>${result.ref.commit === null ? null : markup` <span class="muted">at ${result.ref.commit.slice(0, 10)}</span>`}</dd></div>
<div><dt>Measured</dt><dd><time datetime="${result.startedAt}">${`${result.startedAt.slice(0, 16).replace('T', ' ')} UTC`}</time></dd></div>
<div><dt>Machine</dt><dd>${shown(`${result.environment.cpuModel}, ${plural(result.environment.cpus, 'CPU')}, Linux ${result.environment.kernel}`, 300)}</dd></div>
</dl>
</div>
</header>
<main id="main">
${result.profiles.map(profileSection)}
${notes(result)}
</main>
<footer><p>profbound ${result.tool.version}. Everything on this page is computed from <code>pgo.json</code>; the bundles of captures and comparisons lie beside it, and <code>profbound report</code> shows each as a gate.</p></footer>
</body>
</html>
`;
  return page.text;
}

function profileSection(profile: ProfileResult): Markup {
  const { workload, decision, path } = profile;
  const id = `workload-${workload}`;
  return markup`<section class="workload" id="${id}" aria-labelledby="${`${id}-title`}">
<h2 id="${`${id}-title`}"><code>${shown(path, 200)}</code> for <code>${workload}</code> <span class="chip ${kinds[decision]}">${decision}</span></h2>
${reasonList(furtherReasons(profile))}
${gains(profile)}
${profile.comparisons.map(pairs)}
${madeOf(profile)}
${builds(profile)}
</section>`;
}

function gains({ comparisons, minGain, workload }: ProfileResult): Markup | null {
  if (comparisons.length === 0) return null;
  const subject = 'CPU time per unit of work that the new profile saves';
  const rows = comparisons.map((comparison) => ({
    label: `${comparison.isProven ? '✓' : '?'} beside the build ${comparedWith(comparison)}`,
    kind: comparison.isProven ? 'pass' : 'inconclusive',
    figure: comparison.saving,
    value: savings(comparison.saving),
    margin: minGain,
  }));
  return markup`<section class="card gains"><h3>What it gains</h3>
<figure>
${forestPlot(rows, `${subject}, ${workload}`)}
<figcaption>${subject}, of what the other build takes. The dot is the estimate, the line spans its bounds; the shaded side is where a gain is proven: a line wholly inside it publishes the profile.</figcaption>
</figure></section>`;
}

function pairs(comparison: Comparison): Markup | null {
  const { gate } = comparison;
  if (gate.pairChanges.length === 0) return null;
  return markup`<section class="card gains"><h3>Pair by pair, beside the build ${comparedWith(comparison)}</h3>
<figure>
${pairsPlot(gate)}
<figcaption>How much more CPU time per ${unitName(gate.load)} the other build took in each pair, in the order measured; the band spans the bounds. Here: ${pairsText(gate.pairChanges)}.</figcaption>
</figure>
<p class="muted">${shown(qualityLine(gate), 500)}</p></section>`;
}

function madeOf(profile: ProfileResult): Markup {
  const rows = profileFacts(profile).map(
    ({ label, value }) => markup`<tr><th scope="row">${label}</th><td>${shown(value, 1000)}</td></tr>`,
  );
  const digest =
    profile.next === null
      ? null
      : markup`<tr><th scope="row">SHA-256</th><td><code>${profile.next.sha256}</code></td></tr>`;
  return markup`<section class="card"><h3>What the profile is made of</h3>
<div class="scroll" role="region" aria-label="${`Figures of ${profile.path}`}" tabindex="0"><table class="figures"><caption class="visually-hidden">Samples, match, stability and consumption of the profile</caption><tbody>${rows}${digest}</tbody></table></div></section>`;
}

function builds(profile: ProfileResult): Markup {
  const rows = buildRows(profile).map(
    ({ name, seconds: took, bytes, codeBytes, compiler }) =>
      markup`<tr><th scope="row">${name}</th><td class="number">${took}</td><td class="number">${bytes}</td><td class="number">${codeBytes}</td><td>${shown(compiler, 100)}</td></tr>`,
  );
  return markup`<section class="card"><h3>What it costs: build time and size</h3>
<div class="scroll" role="region" aria-label="${`Builds of ${profile.path}`}" tabindex="0"><table><caption class="visually-hidden">Build time and size of each build; in brackets beside the build without a profile</caption>
<thead><tr><th scope="col">Build</th><th scope="col" class="number">Time</th><th scope="col" class="number">File</th><th scope="col" class="number">Code</th><th scope="col">Compiler</th></tr></thead>
<tbody>${rows}</tbody></table></div></section>`;
}

function notes({ notes: all }: PgoResult): Markup | null {
  if (all.length === 0) return null;
  return markup`<section class="card"><h3>What else to know</h3><ul class="notes">${all.slice(0, 100).map((note) => markup`<li>${shown(note, 1000)}</li>`)}</ul></section>`;
}
