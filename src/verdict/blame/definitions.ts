/** Slower functions that are defined in a changed file: what a reviewer can be shown beside the diff. */
import type { BundleManifest } from '../../bundle/schema.js';
import type { FunctionResult, Result, WorkloadResult } from '../result.js';
import { ChangeMap } from './changeMap.js';

export interface ChangedDefinition {
  readonly workload: WorkloadResult;
  readonly function: FunctionResult;
  /** Of the changed file, relative to what was compared. */
  readonly path: string;
  /** Where the function begins, in head; the file's first line where that is not known. */
  readonly line: number;
}

/** The functions proven slower or new, those that add most first, whose file is one of the changed ones. */
export function changedDefinitions(
  { workloads }: Result,
  { changes, refs }: Pick<BundleManifest, 'changes' | 'refs'>,
): ChangedDefinition[] {
  if (changes === null) return [];
  const map = new ChangeMap(changes, refs.head);
  return workloads
    .flatMap((workload) =>
      workload.functions
        .filter((one) => one.class === 'slower' || one.class === 'new')
        .flatMap((one): ChangedDefinition[] => {
          const file = (map.ownChange(one) ?? map.fileChange(one))?.file;
          return file === undefined || file.kind === 'deleted'
            ? []
            : [{ workload, function: one, path: file.path, line: one.line || 1 }];
        }),
    )
    .sort((a, b) => b.function.contribution.estimate - a.function.contribution.estimate);
}
