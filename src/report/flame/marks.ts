/**
 * What a flame graph says of a function: nothing, unless the result proves that it changed, whatever its own difference
 * looks like.
 */
import { bounded } from '../../text/format.js';
import type { FunctionClass, WorkloadResult } from '../../verdict/result.js';
import type { WaitClass } from '../../verdict/waits/schema.js';
import { classMeaning, isLikely, ownChange, waiverText } from '../ranking.js';
import { waitChange, waitMeaning, waitSentence } from '../waits.js';

export interface Mark {
  readonly kind: FunctionClass;
  /** What is proven, with its bounds. */
  readonly proof: string;
}

/** By the functions' keys. */
export type Marks = ReadonlyMap<string, Mark>;

/** What a class has its colour for: a cost that came, or one that went; moved cost is neither. */
export const tones: Readonly<Record<FunctionClass, 'dearer' | 'cheaper' | null>> = {
  slower: 'dearer',
  new: 'dearer',
  faster: 'cheaper',
  gone: 'cheaper',
  moved: null,
  unproven: null,
};

/** Whether a change is proven of it that has a colour. */
export function isColoured(mark: Mark | undefined): boolean {
  return mark !== undefined && tones[mark.kind] !== null;
}

/** What the result says of each function, wherever it is called from. */
export function cpuMarks({ functions }: WorkloadResult): Marks {
  return new Map(
    functions.map((one) => {
      const own = ownChange(one);
      const likely = isLikely(one) ? ' (likely)' : '';
      const figures =
        own === null
          ? `adds ${bounded(one.contribution)} to the total`
          : `own time ${bounded(own)} over all callers`;
      const waived = waiverText(one.waiver);
      const proof = `${classMeaning[one.class]}${likely}, ${figures}${waived === null ? '' : `; ${waived}`}`;
      return [one.key, { kind: one.class, proof }];
    }),
  );
}

const kindOf: Readonly<Record<WaitClass, FunctionClass>> = {
  longer: 'slower',
  shorter: 'faster',
  moved: 'moved',
  new: 'new',
  gone: 'gone',
  unproven: 'unproven',
};

/** What it says of waits within the work; of a function that waits in several ways, the first that is proven. */
export function waitMarks({ offCpu }: WorkloadResult): Marks {
  const marks = new Map<string, Mark>();
  for (const wait of offCpu?.waits ?? []) {
    // A place's key is the kind of wait and the function's key.
    const key = wait.key.slice(wait.kind.length + 1);
    const known = marks.get(key);
    if (wait.idle || (known !== undefined && known.kind !== 'unproven')) continue;
    const proof = `${waitMeaning[wait.class]}, ${waitSentence(wait, waitChange(wait))}`;
    marks.set(key, { kind: kindOf[wait.class], proof });
  }
  return marks;
}
