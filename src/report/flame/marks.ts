/**
 * What a flame graph says of a function: nothing, unless the result proves it slower or faster, whatever its own difference
 * looks like.
 */
import { bounded } from '../../text/format.js';
import type { FunctionClass, WorkloadResult } from '../../verdict/result.js';
import type { WaitClass } from '../../verdict/waits/schema.js';
import { classMeaning, isLikely, ownChange } from '../ranking.js';
import { waitChange, waitMeaning, waitWhat } from '../waits.js';

export interface Mark {
  readonly kind: FunctionClass;
  /** What is proven, with its bounds. */
  readonly proof: string;
}

/** By the functions' keys. */
export type Marks = ReadonlyMap<string, Mark>;

/** Whether a change is proven of it that has a colour. */
export function isColoured(mark: Mark | undefined): boolean {
  return mark?.kind === 'slower' || mark?.kind === 'faster';
}

/** What the result says of each function, wherever it is called from. */
export function cpuMarks({ functions }: WorkloadResult): Marks {
  return new Map(
    functions.map((one) => {
      const own = ownChange(one);
      const likely = isLikely(one) ? ' (likely)' : '';
      const proof = `${classMeaning[one.class]}${likely}${own === null ? '' : `, own time ${bounded(own)}`}`;
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
    const proof = `${waitMeaning[wait.class]}, ${waitWhat(wait)} ${waitChange(wait)}`;
    marks.set(key, { kind: kindOf[wait.class], proof });
  }
  return marks;
}
