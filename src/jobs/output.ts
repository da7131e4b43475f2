/** What a run leaves behind: bundle, result.json, report.html, flame graphs, summary.md, profiles of each side. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Bundle } from '../bundle/reader.js';
import { UsageError } from '../errors.js';
import { flameFile, flameFileName, renderFlameSvg } from '../report/flame/file.js';
import { renderHtml } from '../report/html/page.js';
import { renderJson } from '../report/json.js';
import { renderMarkdown } from '../report/markdown/markdown.js';
import type { ReportModel } from '../report/model.js';
import type { Result } from '../verdict/result.js';
import { evaluate } from './evaluate.js';
import { sideProfiles } from './sideProfiles.js';

export interface OutputPaths {
  readonly out: string;
  readonly bundle: string;
  readonly resultJson: string;
  readonly reportHtml: string;
  readonly summaryMarkdown: string;
  /** Folder of each side's merged profile. */
  readonly pprof: string;
}

/** GitHub takes a job summary of at most 1 MiB; a summary that long is not read. */
const summaryCharacters = 60_000;

/** Where a run's files stand in its output folder. */
export function outputPaths(out: string): OutputPaths {
  return {
    out,
    bundle: join(out, 'bundle'),
    resultJson: join(out, 'result.json'),
    reportHtml: join(out, 'report.html'),
    summaryMarkdown: join(out, 'summary.md'),
    pprof: join(out, 'pprof'),
  };
}

/** Where a workload's flame graph stands in an output folder; without profiles there is none. */
export function flameGraphPath(out: string, workload: string): string {
  return join(out, flameFileName(workload));
}

/** Removes the reports of an earlier run, which must not stand beside this run's bundle. */
export function removeReports(paths: OutputPaths): void {
  const { out, resultJson, reportHtml, summaryMarkdown, pprof } = paths;
  const flameGraphs = readdirSync(out).filter((file) => flameFile.test(file));
  for (const path of [
    resultJson,
    reportHtml,
    summaryMarkdown,
    pprof,
    ...flameGraphs.map((one) => join(out, one)),
  ])
    rmSync(path, { recursive: true, force: true });
}

/**
 * Judges a bundle and writes its reports into `out`. The bytes depend on nothing but the bundle.
 * @throws UsageError when the bundle is broken or `out` cannot be written
 */
export function writeOutputs(bundle: Bundle, out: string): Result {
  const model = evaluate(bundle);
  const paths = writeReports(model, out);
  for (const { name, bytes } of sideProfiles(bundle)) {
    makeFolder(paths.pprof);
    writeFile(join(paths.pprof, name), bytes);
  }
  return model.result;
}

/** Writes the reports of an evaluated comparison. @throws UsageError when `out` cannot be written */
export function writeReports(model: ReportModel, out: string): OutputPaths {
  const paths = outputPaths(out);
  makeFolder(out);
  removeReports(paths);
  writeText(paths.resultJson, renderJson(model.result));
  writeText(paths.reportHtml, renderHtml(model));
  for (const workload of model.result.workloads) {
    const trees = model.evidence.get(workload.name)?.cpu ?? null;
    const svg = trees === null ? null : renderFlameSvg(model.result, workload, trees.calls);
    if (svg !== null) writeText(flameGraphPath(out, workload.name), svg);
  }
  writeText(paths.summaryMarkdown, renderMarkdown(model.result, { maxCharacters: summaryCharacters }));
  return paths;
}

/** @throws UsageError when the bundle's folder cannot be made, or is somebody else's */
export function prepareBundleFolder({ bundle }: OutputPaths): void {
  makeFolder(bundle);
  // A folder of this name that is no bundle belongs to somebody: starting a bundle would erase it.
  if (readdirSync(bundle).length > 0 && !existsSync(join(bundle, 'bundle.json'))) {
    throw new UsageError(`${bundle} is not a bundle and would be replaced; name another folder with --out`);
  }
}

/** @throws UsageError when the folder cannot be made */
export function makeFolder(folder: string): void {
  try {
    makeFolders(resolve(folder));
  } catch (error) {
    throw new UsageError(
      `cannot make the output folder ${folder}: ${(error as Error).message}; name another one with --out`,
    );
  }
}

/** Not mkdirSync's `recursive`: where a parent is there and mkdir says ENOENT all the same, as in /proc, it never ends. */
function makeFolders(folder: string): void {
  const missing: string[] = [];
  for (let path = folder; !existsSync(path); path = dirname(path)) missing.unshift(path);
  for (const path of missing) mkdirSync(path);
  if (!statSync(folder).isDirectory()) throw new Error('it is a file');
}

/** @throws UsageError when the file cannot be written */
export function writeText(file: string, text: string): void {
  writeFile(file, text);
}

/** @throws UsageError when the file cannot be written */
export function writeBytes(file: string, bytes: Uint8Array): void {
  writeFile(file, bytes);
}

function writeFile(file: string, content: string | Uint8Array): void {
  try {
    writeFileSync(file, content);
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${(error as Error).message}`);
  }
}
