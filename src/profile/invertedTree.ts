/** The tree of calls read from the inside out: which functions spend the time, and who called them. */
import {
  type DifferentialNode,
  type DifferentialTree,
  type Label,
  nodeOf,
  type Place,
  rootLabel,
} from './differentialNode.js';

/** Time that one place spent itself, seen from one of its callers. */
interface Share {
  readonly caller: Place;
  readonly base: number;
  readonly head: number;
}

/**
 * Every place's own cost, grouped by function, then by caller, the caller's caller and so on up to the root. Groups that cost
 * less than `minCost` on both sides are merged before they are looked into, so that the work is bounded by what is kept.
 */
export function invert(root: Place, minCost: number, labels: readonly Label[]): DifferentialTree {
  let leftOut = 0;
  /** @param shares that go through the labelled function; each one's `caller` is the place of its next caller */
  const finish = (label: Label, shares: readonly Share[]): DifferentialNode => {
    const groups = new Map<number, Share[]>();
    const self = { base: 0, head: 0 };
    for (const { caller, base, head } of shares) {
      if (caller.parent === null) {
        self.base += base;
        self.head += head;
        continue;
      }
      const group = groups.get(caller.number) ?? [];
      group.push({ caller: caller.parent, base, head });
      groups.set(caller.number, group);
    }
    const children: DifferentialNode[] = [];
    const smaller = { base: 0, head: 0 };
    let merged = 0;
    for (const [number, group] of groups) {
      const base = group.reduce((sum, share) => sum + share.base, 0);
      const head = group.reduce((sum, share) => sum + share.head, 0);
      if (Math.max(base, head) >= minCost) {
        children.push(finish(labels[number] as Label, group));
      } else {
        merged++;
        smaller.base += base;
        smaller.head += head;
      }
    }
    leftOut += merged;
    return nodeOf(label, self, children, merged > 0 ? smaller : null);
  };
  return { root: finish(rootLabel, ownShares(root)), leftOut };
}

/** Own costs of all places but the root, which is no function. */
function ownShares(root: Place): Share[] {
  const shares: Share[] = [];
  const add = (place: Place): void => {
    if (place.base !== 0 || place.head !== 0)
      shares.push({ caller: place, base: place.base, head: place.head });
    place.children.forEach(add);
  };
  root.children.forEach(add);
  return shares;
}
