/** Where what a capture measured was built and ran. */
import type { BundleManifest, BundleWorkload, Capture } from './schema.js';

export type Roots = Pick<BundleManifest, 'refs' | 'runners'>;

/** And what differs between the sides' sources. */
export type Origins = Roots & Pick<BundleManifest, 'changes'>;

/**
 * Absolute folder that the files of a capture's profile lie below: its side's, that of its build in another code layout,
 * or in a merged bundle its runner's own.
 */
export function rootOf(
  { refs, runners }: Roots,
  { layouts }: Pick<BundleWorkload, 'layouts'>,
  { side, layout, runner }: Capture,
): string {
  const ofLayout = layout === undefined ? undefined : layouts?.[side][layout - 1];
  const ofRunner = runner === undefined ? undefined : runners?.[runner]?.roots[side];
  return ofLayout ?? ofRunner ?? refs[side].root;
}
