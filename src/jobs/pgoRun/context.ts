/** What everything about one profile shares. */
import type { BundleManifest } from '../../bundle/schema.js';
import type { Collector } from '../../capture/collector.js';
import type { PgoResult } from '../../pgo/result.js';
import type { Variants } from '../../workload/variants.js';
import type { Log } from '../log.js';

export interface ProfileContext {
  /** Folder the tool was started in; absolute. */
  readonly cwd: string;
  readonly variants: Variants;
  readonly collector: Collector;
  /** What the run knows of itself. */
  readonly run: Omit<PgoResult, 'profiles'>;
  readonly config: BundleManifest['config'];
  /** Output folder of the run; absolute. */
  readonly out: string;
  readonly log: Log;
  /** Warns of what every reader of the results must know, too. */
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}
