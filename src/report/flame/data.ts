/** The trees of a flame graph as scripts draw them: every place that a reader can zoom to, in few bytes. */
import type { DifferentialTree, DifferentialTrees } from '../../profile/tree.js';
import type { FunctionClass } from '../../verdict/result.js';
import { type Markup, trusted } from '../escape/markup.js';
import { classSign } from '../ranking.js';
import { type FlameSubject, nameOf, placeOf } from './drawing.js';
import { type FlameLimits, layoutFlame } from './layout.js';

/** One tree, a place an index, parents first. */
interface TreeData {
  readonly depth: number[];
  /** Index into `functions`. */
  readonly of: number[];
  /** Inclusive costs in nanoseconds. */
  readonly base: number[];
  readonly head: number[];
  /** In millionths of the root's. */
  readonly width: number[];
}

interface FlameData {
  readonly unit: string;
  readonly signs: Readonly<Record<FunctionClass, string>>;
  /** Name, place, and where something is said of it, class and proof. */
  readonly functions: (readonly string[])[];
  readonly calls: TreeData;
  readonly callers: TreeData;
}

/** The data as a block that is never run. */
export function flameData(trees: DifferentialTrees, subject: FlameSubject, limits: FlameLimits): Markup {
  const functions: (readonly string[])[] = [];
  const numbers = new Map<string, number>();
  const read = (tree: DifferentialTree): TreeData => {
    const data: TreeData = { depth: [], of: [], base: [], head: [], width: [] };
    for (const { node, depth, width } of layoutFlame(tree, limits).cells) {
      let number = numbers.get(node.key);
      if (number === undefined) {
        const mark = subject.marks.get(node.key);
        number = functions.push([nameOf(node), placeOf(node), ...(mark ? [mark.kind, mark.proof] : [])]) - 1;
        numbers.set(node.key, number);
      }
      data.depth.push(depth);
      data.of.push(number);
      data.base.push(Number(node.base.toPrecision(6)));
      data.head.push(Number(node.head.toPrecision(6)));
      data.width.push(Math.round(width * 1e6));
    }
    return data;
  };
  const data: FlameData = {
    unit: subject.unit,
    signs: classSign,
    calls: read(trees.calls),
    callers: read(trees.callers),
    functions,
  };
  // Nothing in it may end the block.
  const json = JSON.stringify(data).replace(/</g, '\\u003c');
  return trusted(`<script type="application/json">${json}</script>`);
}
