/**
 * How often the basic blocks of a function ran, by samples of each that are time and not runs: a block that waits for
 * memory has many times the samples of its neighbours, which ran as often. What ran has come from somewhere and went on:
 * found are the counts nearest to the samples' of those by which every block is entered as often as it is left. Method:
 * minimum-cost flow (Levin, Newman, Haber, "Complementing missing and inaccurate profiling using a minimum cost circulation
 * algorithm", HiPEAC 2008) by successive shortest paths (Ahuja, Magnanti, Orlin, "Network Flows", 9.7). A count's distance
 * is weighed by the block's instructions, so that a loop runs as often as the weighted median of its blocks.
 */

export interface FlowBlock {
  /** How often it ran by its own samples. */
  readonly count: number;
  /** Of that, what is given up only where it spares `sureness` times as much elsewhere: what was sampled ran. */
  readonly least: number;
  readonly instructions: number;
  /** Places in the list of blocks that may run next. */
  readonly successors: readonly number[];
  /** Whether code elsewhere leads here: for certain, or only if nothing else explains the samples. */
  readonly isEntered: 'surely' | 'hardly' | 'never';
  /** Whether it may lead out of the function. */
  readonly isLeft: boolean;
  /** Whether it jumps by a table, and whether it may be where that leads. */
  readonly usesTable: boolean;
  readonly isInTable: boolean;
}

/** Longer blocks' counts are no surer: few instructions of a block have most of its samples. */
const mostCost = 8;
const sureness = 16;
/** More than to give up the counts of a block. */
const costOfEntry = 2 * mostCost;
/** As little as to believe in an instruction more. */
const costOfTable = 1;
const unlimited = Number.POSITIVE_INFINITY;
/** Counts are whole numbers here, so that the sums are exact; the highest is this. */
const resolution = 1e9;

/** @returns how often each block ran, in the counts' unit; entered as often as left */
export function flowThrough(blocks: readonly FlowBlock[]): number[] {
  const highest = blocks.reduce((most, { count }) => Math.max(most, count), 0);
  if (highest === 0) return blocks.map(() => 0);
  const scale = resolution / highest;
  const [outside, table] = [2 * blocks.length, 2 * blocks.length + 1];
  const network = new Network(2 * blocks.length + 2);
  // What jumps by a pointer may also leave: it is a call that does not return.
  network.connect(table, outside, unlimited, 0);
  const parts = blocks.map((block, at) => {
    const [begin, end] = [2 * at, 2 * at + 1];
    for (const next of block.successors) network.connect(end, 2 * next, unlimited, 0);
    if (block.isEntered !== 'never')
      network.connect(outside, begin, unlimited, block.isEntered === 'surely' ? 0 : costOfEntry);
    if (block.isLeft) network.connect(end, outside, unlimited, 0);
    if (block.usesTable) network.connect(end, table, unlimited, 0);
    if (block.isInTable) network.connect(table, begin, unlimited, costOfTable);
    return countArcs(network, block, begin, end, scale);
  });
  network.settle();
  const flow = (arc: number): number => network.flow(arc);
  return parts.map(({ own, more, less, lost }) => (own + flow(more) - flow(less) - flow(lost)) / scale);
}

/** A block's own count flows already; more of it, less, and less than the least cost what they are weighed by. */
function countArcs(
  network: Network,
  { count, least, instructions }: FlowBlock,
  begin: number,
  end: number,
  scale: number,
) {
  const cost = Math.max(1, Math.min(instructions, mostCost));
  const own = Math.round(count * scale);
  const kept = Math.min(own, Math.round(least * scale));
  network.supply(begin, end, own);
  return {
    own,
    more: network.connect(begin, end, unlimited, cost),
    less: network.connect(end, begin, own - kept, cost),
    lost: network.connect(end, begin, kept, cost * sureness),
  };
}

/** Arcs come in pairs: the second of each takes back what flows through the first. */
class Network {
  readonly #arcs: number[][];
  readonly #to: number[] = [];
  readonly #room: number[] = [];
  readonly #cost: number[] = [];
  /** What arrives at a node and has to go on; negative: what is missing. */
  readonly #excess: Float64Array;
  readonly #potential: Float64Array;
  readonly #distance: Float64Array;
  /** The arc by which the shortest way arrives. */
  readonly #arrival: Int32Array;

  constructor(nodes: number) {
    this.#arcs = Array.from({ length: nodes }, () => []);
    this.#excess = new Float64Array(nodes);
    this.#potential = new Float64Array(nodes);
    this.#distance = new Float64Array(nodes).fill(Number.POSITIVE_INFINITY);
    this.#arrival = new Int32Array(nodes);
  }

  /** @param cost a whole number, not negative @returns the arc's number */
  connect(from: number, to: number, room: number, cost: number): number {
    const arc = this.#to.length;
    this.#to.push(to, from);
    this.#room.push(room, 0);
    this.#cost.push(cost, -cost);
    (this.#arcs[from] as number[]).push(arc);
    (this.#arcs[to] as number[]).push(arc + 1);
    return arc;
  }

  /** So much has flowed from one node to another, whatever arrived. */
  supply(from: number, to: number, amount: number): void {
    this.#excess[from] = (this.#excess[from] as number) - amount;
    this.#excess[to] = (this.#excess[to] as number) + amount;
  }

  flow(arc: number): number {
    return this.#room[arc + 1] as number;
  }

  /** Sends what is too much to where it is missing, by the cheapest ways. */
  settle(): void {
    for (let node = 0; node < this.#excess.length; node++) {
      while ((this.#excess[node] as number) > 0) this.#send(node, this.#findNearest(node));
    }
  }

  /** Follows the cheapest ways from a node to the nearest where something is missing, of which there is one. */
  #findNearest(from: number): number {
    const distance = this.#distance;
    const potential = this.#potential;
    const reached: number[] = [from];
    // Costs are small whole numbers: nodes wait by their distance.
    const waiting: number[][] = [[from]];
    const settled: number[] = [];
    distance[from] = 0;
    let nearest = -1;
    for (let far = 0; nearest < 0 && far < waiting.length; far++) {
      // Grows while it is gone through.
      for (const node of waiting[far] ?? []) {
        if (distance[node] !== far) continue;
        settled.push(node);
        if ((this.#excess[node] as number) < 0) {
          nearest = node;
          break;
        }
        for (const arc of this.#arcs[node] as number[]) {
          if (!((this.#room[arc] as number) > 0)) continue;
          const next = this.#to[arc] as number;
          const reduced =
            (this.#cost[arc] as number) + (potential[node] as number) - (potential[next] as number);
          const there = far + reduced;
          if (there >= (distance[next] as number)) continue;
          if (distance[next] === Number.POSITIVE_INFINITY) reached.push(next);
          distance[next] = there;
          this.#arrival[next] = arc;
          const others = waiting[there] ?? [];
          waiting[there] = others;
          others.push(next);
        }
      }
    }
    const length = distance[nearest] as number;
    for (const node of settled) {
      if ((distance[node] as number) < length)
        potential[node] = (potential[node] as number) + (distance[node] as number) - length;
    }
    for (const node of reached) distance[node] = Number.POSITIVE_INFINITY;
    return nearest;
  }

  /** As much as the way has room for that was found last. */
  #send(from: number, to: number): void {
    let amount = Math.min(this.#excess[from] as number, -(this.#excess[to] as number));
    for (let node = to; node !== from; node = this.#comesFrom(node))
      amount = Math.min(amount, this.#room[this.#arrival[node] as number] as number);
    for (let node = to; node !== from; node = this.#comesFrom(node)) {
      const arc = this.#arrival[node] as number;
      this.#room[arc] = (this.#room[arc] as number) - amount;
      this.#room[arc ^ 1] = (this.#room[arc ^ 1] as number) + amount;
    }
    this.#excess[from] = (this.#excess[from] as number) - amount;
    this.#excess[to] = (this.#excess[to] as number) + amount;
  }

  #comesFrom(node: number): number {
    return this.#to[(this.#arrival[node] as number) ^ 1] as number;
  }
}
