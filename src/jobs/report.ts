/** Renders a bundle again: the same bundle gives the same bytes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openBundle } from '../bundle/reader.js';
import { UsageError } from '../errors.js';
import type { ReportModel } from '../report/model.js';
import { evaluate } from './evaluate.js';

/**
 * Judges a bundle that was measured earlier, possibly elsewhere.
 * @param path a bundle, or the output folder of a gate
 * @throws UsageError when there is no bundle or it is broken
 */
export function reevaluate(path: string): ReportModel {
  const folder = bundleFolder(path);
  if (!existsSync(join(folder, 'bundle.json'))) {
    throw new UsageError(
      existsSync(path)
        ? `${path} is neither a bundle nor a gate's output folder: it has no bundle.json`
        : `there is no ${path}`,
    );
  }
  return evaluate(openBundle(folder));
}

/** The bundle a path means: itself, or the one in a gate's output folder. */
export function bundleFolder(path: string): string {
  const inside = join(path, 'bundle');
  return !existsSync(join(path, 'bundle.json')) && existsSync(join(inside, 'bundle.json')) ? inside : path;
}
