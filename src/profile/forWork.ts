/**
 * Tells waiting for work from waiting while doing it. A thread that serves units of work has a loop: it waits until there
 * is something to do, does it, and waits again. That first wait is time the load leaves, not time the work takes, and the
 * thread's stacks show which it is: of the branches below the loop's function it is the one that does no work itself.
 *
 * - Threads that never take the same branch run different loops, and are looked at apart.
 * - A wait for any of several events (epoll, poll) right in the loop hands out all that lies beside and below it.
 * - Else the branch on which threads spend the least CPU time hands out: that of a queue, or of the next request. So do
 *   rare waits on the way to it, and on branches that are idler still: those of an outer loop, as for the next connection;
 *   and what the loop of such a connection receives.
 * - Waits for a lock, for the disk, or until something is sent are never for work; one for a child always is, since the
 *   child's time counts for itself. Where threads live no longer than a unit of work, they wait for none.
 */
import type { WaitKind } from './waitKind.js';

/** What one thread was seen doing. */
export interface ThreadStack {
  /** Keys of the program's functions, outermost first. */
  readonly functions: readonly string[];
  readonly thread: string;
  readonly nanoseconds: number;
  readonly count: number;
}

export type WaitingStack = ThreadStack & { readonly kind: WaitKind };

/** Frames below the loop within which a wait for events hands out. */
const nearLoop = 2;
/** What hands out the units is no more than so much rarer than the most frequent of the waits. */
const leastFrequency = 0.05;
/** Part of the CPU time that is nearly all of it. */
const trunkPart = 0.8;
/** Threads for a unit of work from which on they are taken to live no longer. */
const mostThreads = 0.2;

interface Node {
  readonly children: Map<string, Node>;
  readonly threads: Set<string>;
  readonly waits: WaitingStack[];
  cpu: number;
}

/** @returns those of `waits` in which a thread waits for work */
export function forWork(
  waits: readonly WaitingStack[],
  running: Iterable<ThreadStack>,
  units: number,
): Set<ThreadStack> {
  const root = newNode();
  for (const wait of waits) {
    let node = root;
    for (const name of wait.functions) {
      let child: Node | undefined = node.children.get(name);
      if (!child) {
        child = newNode();
        node.children.set(name, child);
      }
      node = child;
      node.threads.add(wait.thread);
    }
    node.waits.push(wait);
  }
  for (const { functions, thread, nanoseconds } of running) {
    let node: Node | undefined = root;
    for (const name of functions) {
      node = node.children.get(name);
      if (!node) break;
      node.threads.add(thread);
      node.cpu += nanoseconds;
    }
  }
  const found = new Set<ThreadStack>(waits.filter(({ kind }) => kind === 'child'));
  for (const wait of waits) if (isScheduler(wait)) found.add(wait);
  for (const loop of loopsOf([...root.children.values()], units)) {
    for (const wait of handsOut(loop, units)) found.add(wait);
  }
  return found;
}

function newNode(): Node {
  return { children: new Map(), threads: new Set(), waits: [], cpu: 0 };
}

/** Go's scheduler waits on its own stack: whatever a goroutine waits for, the thread then waits for work. */
function isScheduler({ functions }: WaitingStack): boolean {
  return functions.length > 0 && functions.every((name) => /^(internal\/)?runtime[./]/.test(name));
}

/** The innermost functions that all stacks of a group of threads go through. */
function loopsOf(branches: readonly Node[], units: number): Node[] {
  return groupsByThread(branches).flatMap((group) => {
    const threads = new Set(group.flatMap((node) => [...node.threads]));
    if (threads.size > Math.max(1, mostThreads * units)) return [];
    const [only] = group;
    if (group.length > 1 || only === undefined) return [{ ...newNode(), children: byNumber(group), threads }];
    return only.waits.length > 0 ? loopsAt(only, units) : loopsOf([...only.children.values()], units);
  });
}

/**
 * The loop of the threads that wait in a function itself; others that only go through it, as through an interpreter that
 * stands for all it interprets, have loops of their own further in.
 */
function loopsAt(node: Node, units: number): Node[] {
  const threads = new Set(node.waits.map(({ thread }) => thread));
  const groups = groupsByThread([...node.children.values()]);
  const isApart = (group: readonly Node[]) =>
    group.every((each) => [...each.threads].every((thread) => !threads.has(thread)));
  const apart = groups.filter(isApart).flat();
  if (apart.length === 0) return [node];
  const own = groups.filter((group) => !isApart(group)).flat();
  for (const { threads: further } of own) for (const thread of further) threads.add(thread);
  return [{ ...node, children: byNumber(own), threads }, ...loopsOf(apart, units)];
}

function byNumber(nodes: readonly Node[]): Map<string, Node> {
  return new Map(nodes.map((node, index) => [String(index), node]));
}

/** Branches that threads share, put together. */
function groupsByThread(branches: readonly Node[]): Node[][] {
  let groups: { nodes: Node[]; threads: Set<string> }[] = [];
  for (const node of branches) {
    const touching = groups.filter(({ threads }) => [...node.threads].some((thread) => threads.has(thread)));
    const merged = {
      nodes: [...touching.flatMap(({ nodes }) => nodes), node],
      threads: new Set([...touching.flatMap(({ threads }) => [...threads]), ...node.threads]),
    };
    groups = [...groups.filter((group) => !touching.includes(group)), merged];
  }
  return groups.map(({ nodes }) => nodes);
}

const handing = {
  event: (kind: WaitKind) => kind === 'event',
  any: (kind: WaitKind) => ['event', 'connection', 'receive', 'condition'].includes(kind),
  sleep: (kind: WaitKind) => kind === 'sleep',
};

/** The waits in which a group of threads waits for work. */
function handsOut(loop: Node, units: number): WaitingStack[] {
  const below = [...nodesBelow(loop)];
  const events = below
    .filter(({ node, depth }) => depth <= nearLoop && frequency(node.waits, handing.event) > 0)
    .sort((a, b) => blocked(b.node) - blocked(a.node));
  const nearest = events[0]?.node;
  if (nearest !== undefined) return nearest.waits.filter(({ kind }) => isHanding(kind));
  const most = Math.max(0, ...below.map(({ node }) => frequency(node.waits, isHanding)));
  for (const kinds of [handing.any, handing.sleep]) {
    const suffices = (node: Node) => frequency(node.waits, kinds) >= Math.max(1, leastFrequency * most);
    const found = idlest(loop, suffices, kinds);
    if (found.length > 0) return [...found, ...nestedLoop(loop, found, units)];
  }
  return [];
}

/**
 * Where a thread is handed something that brings several units, like a connection, it waits for each of them in a loop
 * within the loop: more often than without, in the function below which it spends nearly all of its CPU time.
 */
function nestedLoop(loop: Node, outer: readonly WaitingStack[], units: number): WaitingStack[] {
  const often = frequency(outer, isHanding);
  // What is received, or handed out for every unit, brings no several ones.
  if (outer.some(({ kind }) => kind === 'receive') || often > units / 2) return [];
  let node: Node | undefined = loop;
  for (;;) {
    const all: number = [...node.children.values()].reduce((sum, { cpu }) => sum + cpu, 0);
    node = [...node.children.values()].find(({ cpu }) => cpu > 0 && cpu >= trunkPart * all);
    if (node === undefined) return [];
    const received = node.waits.filter(({ kind }) => kind === 'receive');
    if (frequency(received, isHanding) > often) return received;
  }
}

function isHanding(kind: WaitKind): boolean {
  return handing.any(kind) || handing.sleep(kind);
}

/** Follows the branch with the least CPU time down to a function that waits often enough itself. */
function idlest(
  node: Node,
  suffices: (node: Node) => boolean,
  kinds: (kind: WaitKind) => boolean,
): WaitingStack[] {
  const here = node.waits.filter(({ kind }) => kinds(kind));
  if (suffices(node)) return node.waits.filter(({ kind }) => isHanding(kind));
  const reaches = (branch: Node) => [...nodesBelow(branch)].some((below) => suffices(below.node));
  const branches = [...node.children.values()].sort((a, b) => a.cpu - b.cpu || blocked(b) - blocked(a));
  const chosen = branches.findIndex(reaches);
  if (chosen < 0) return [];
  const idler = branches.slice(0, chosen).flatMap((branch) => [...nodesBelow(branch)]);
  const rare = idler.flatMap((below) => below.node.waits.filter(({ kind }) => kinds(kind)));
  return [...here, ...rare, ...idlest(branches[chosen] as Node, suffices, kinds)];
}

function* nodesBelow(node: Node, depth = 0): Generator<{ node: Node; depth: number }> {
  yield { node, depth };
  for (const child of node.children.values()) yield* nodesBelow(child, depth + 1);
}

function frequency(waits: readonly WaitingStack[], kinds: (kind: WaitKind) => boolean): number {
  return waits.reduce((sum, { kind, count }) => (kinds(kind) ? sum + count : sum), 0);
}

function blocked(node: Node): number {
  let sum = 0;
  for (const { node: below } of nodesBelow(node)) {
    for (const { nanoseconds } of below.waits) sum += nanoseconds;
  }
  return sum;
}
