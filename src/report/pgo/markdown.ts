/** What became of profiles for compilers, as GitHub Markdown: the job summary, and the text of a pull request. */
import type { PgoResult, ProfileResult } from '../../pgo/result.js';
import { plural, savings, seconds } from '../../text/format.js';
import { code, inline, prose } from '../escape/markdown.js';
import { linkTarget } from '../markdown/text.js';
import { buildRows, comparedWith, decisionSentence, furtherReasons, profileFacts } from './words.js';

const mostReasons = 20;

/** @param link where the report page is; null where there is none */
export function renderPgoMarkdown(result: PgoResult, link: string | null = null): string {
  const { ref, tool, notes } = result;
  const commit = ref.commit === null ? '' : ` at ${code(ref.commit.slice(0, 12))}`;
  const page = link === null ? '' : ` [Open the full report](${linkTarget(link)}).`;
  return `${[
    ...result.profiles.flatMap(profileParts),
    ...notes.slice(0, 20).map((note) => prose(note, 500)),
    `Built from ${code(ref.name)}${commit}, by profbound ${inline(tool.version)}.${page}`,
  ].join('\n\n')}\n`;
}

function profileParts(profile: ProfileResult): string[] {
  const word = profile.decision === 'published' ? 'Published' : 'Kept';
  const reasons = furtherReasons(profile).slice(0, mostReasons);
  return [
    `**${word}**: ${inline(decisionSentence(profile))}`,
    ...(reasons.length === 0 ? [] : [reasons.map(({ message }) => `- ${prose(message, 500)}`).join('\n')]),
    ...(profile.comparisons.length === 0 ? [] : [comparisons(profile)]),
    `<details><summary>What the profile is made of, and the builds</summary>\n\n${facts(profile)}\n\n${builds(profile)}\n\n</details>`,
  ];
}

function comparisons({ comparisons: all }: ProfileResult): string {
  const rows = all.map(
    (comparison) =>
      `| ${comparedWith(comparison)} | ${savings(comparison.saving)} | ${comparison.isProven ? 'yes' : 'no'} | ${plural(comparison.gate.pairs, 'pair')}, ${seconds(comparison.gate.seconds)} |`,
  );
  return `| Beside the build | Saves CPU time per unit of work | Proven | Measured |\n| --- | ---: | --- | --- |\n${rows.join('\n')}`;
}

function facts(profile: ProfileResult): string {
  const rows = profileFacts(profile).map(({ label, value }) => `| ${label} | ${inline(value, 500)} |`);
  return `| | |\n| --- | --- |\n${rows.join('\n')}`;
}

function builds(profile: ProfileResult): string {
  const rows = buildRows(profile).map(
    ({ name, seconds: took, bytes, codeBytes, compiler }) =>
      `| ${name} | ${took} | ${bytes} | ${codeBytes} | ${inline(compiler, 100)} |`,
  );
  return `| Build | Time | File | Code | Compiler |\n| --- | ---: | ---: | ---: | --- |\n${rows.join('\n')}`;
}
