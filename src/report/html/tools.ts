/** What scripts search, filter and unfold a table with; hidden where there are none. */
import { type Markup, markup } from '../escape/markup.js';

/** A table of many rows, in a card of class `table-card`. */
export interface TableTools {
  /** What a row is, in the plural. */
  readonly noun: string;
  readonly rows: number;
  /** Findings of its rows, each once. */
  readonly classes: readonly string[];
  /** Whether some rows are changed in this pull request. */
  readonly hasChanged: boolean;
}

export function tableTools({ noun, rows, classes, hasChanged }: TableTools): Markup {
  return markup`<div class="tools" data-noun="${noun}" hidden>
<label>Search <input type="search" autocomplete="off" spellcheck="false" placeholder="function or file"></label>
<label>Finding <select autocomplete="off"><option value="">all</option>${classes.map((one) => markup`<option value="${one}">${one}</option>`)}</select></label>
${hasChanged ? markup`<label class="toggle"><input type="checkbox" autocomplete="off"> Changed in this pull request</label>` : null}
<button type="button" class="all">Show all ${rows}</button>
<output class="found"></output>
</div>`;
}
