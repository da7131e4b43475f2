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
      function: entry.function === undefined ? null : { name: entry.function, file: entry.file ?? null },
      max: entry.max,
      reason: entry.reason,
      expires: entry.expires,
    },
  }));
}

/** Those that speak of a workload. */
export function waiversOf(file: WaiversFile, workload: string): Waiver[] {
  return file.filter((one) => one.workload === null || one.workload === workload).map(({ waiver }) => waiver);
}
