/** `.profbound-waivers.yml`: slowdowns that are accepted for a while. */
import type { Waiver } from '../bundle/waivers.js';
import { parseYaml } from './file.js';
import { waiversSchema } from './waiversSchema.js';

export const waiversFileName = '.profbound-waivers.yml';

/** Waivers with the workload each is about; null: all. */
export type WaiversFile = readonly { readonly workload: string | null; readonly waiver: Waiver }[];

/** @throws UsageError listing every error of the text */
export function parseWaivers(text: string, path: string): WaiversFile {
  const { value, at } = parseYaml(text, path, waiversSchema);
  return value.waivers.map((entry, index) => ({
    workload: entry.workload ?? null,
    waiver: {
      at: at(['waivers', index]).slice(-2000),
      time: entry.waiting === undefined ? 'cpu' : 'waiting',
      function: subjectOf(entry.function ?? entry.waiting, entry.file),
      max: entry.max,
      reason: entry.reason,
      expires: entry.expires,
    },
  }));
}

/** null: all together. */
function subjectOf(name: string | true | undefined, file: string | undefined): Waiver['function'] {
  return typeof name === 'string' ? { name, file: file ?? null } : null;
}

/** Those that speak of a workload. */
export function waiversOf(file: WaiversFile, workload: string): Waiver[] {
  return file.filter((one) => one.workload === null || one.workload === workload).map(({ waiver }) => waiver);
}
