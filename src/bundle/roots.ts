/** Which folder a capture's side ran in: its runner's own in a merged bundle. */
import type { BundleManifest, Capture } from './schema.js';

export type Roots = Pick<BundleManifest, 'refs' | 'runners'>;

export function rootOf({ refs, runners }: Roots, { side, runner }: Capture): string {
  const own = runner === undefined ? undefined : runners?.[runner];
  return own?.roots[side] ?? refs[side].root;
}
