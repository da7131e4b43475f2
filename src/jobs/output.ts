/** The files a run leaves for people and machines, all of them functions of the bundle. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '../bundle/reader.js';
import type { Capture } from '../bundle/schema.js';
import { type FunctionTable, functionTable } from '../profile/functions.js';
import type { Profile } from '../profile/model.js';
import { buildDifferentialTree, type DifferentialTree } from '../profile/tree.js';
import { renderHtml } from '../report/html/page.js';
import { renderJson } from '../report/json.js';
import { renderMarkdown } from '../report/markdown.js';
import type { ReportModel } from '../report/model.js';
import { judge } from '../verdict/judge.js';

export interface OutputPaths {
  /** The folder all of it is in. */
  readonly out: string;
  readonly bundle: string;
  readonly resultJson: string;
  readonly reportHtml: string;
  readonly summaryMarkdown: string;
}

/** Where the outputs of a run with `--out` stand. */
export function outputPaths(out: string): OutputPaths {
  return {
    out,
    bundle: join(out, 'bundle'),
    resultJson: join(out, 'result.json'),
    reportHtml: join(out, 'report.html'),
    summaryMarkdown: join(out, 'summary.md'),
  };
}
