/** Where what a capture measured was built and ran. */
import type { BundleManifest, BundleWorkload, Capture } from './schema.js';

/** Absolute folder that the files of a capture's profile lie below: its side's, or that of its build in another layout. */
export function captureRoot(
  refs: BundleManifest['refs'],
  { layouts }: Pick<BundleWorkload, 'layouts'>,
  { side, layout }: Capture,
): string {
  return (layout === undefined ? undefined : layouts?.[side][layout - 1]) ?? refs[side].root;
}
