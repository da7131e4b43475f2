/** Synthetic bundles whose profiles have stacks: costs by way through the program instead of by function. */
import { CallTree, type PlaceCosts } from '../../src/profile/callTree.js';
import type { FunctionCost, FunctionTable } from '../../src/profile/functions.js';
import type { TableOf } from '../../src/verdict/captures/panel.js';
import { judgeWorkload } from '../../src/verdict/judge.js';
import type { WorkloadResult } from '../../src/verdict/result.js';
import type { Calls } from '../../src/verdict/shift/calls.js';
import { simulate, type Truth } from './simulate.js';

/** Judges a simulated workload. `base` and `head` are by way: `main>parse>copy` is what `copy` costs there. */
export function judgeWays(truth: Truth): WorkloadResult {
  const { workload, tableOf: byWay } = simulate(truth);
  const tree = new CallTree();
  const known = new Map<string, { table: FunctionTable; costs: PlaceCosts }>();
  const read = (...[of, capture]: Parameters<TableOf>) => {
    const found = known.get(capture.cpuProfile) ?? split(byWay(of, capture), tree);
    known.set(capture.cpuProfile, found);
    return found;
  };
  const calls: Calls = { tree, costsOf: (capture) => read(workload, capture).costs };
  return judgeWorkload(workload, {
    tableOf: (of, capture) => read(of, capture).table,
    callsOf: () => calls,
  });
}

function split(byWay: FunctionTable, tree: CallTree): { table: FunctionTable; costs: PlaceCosts } {
  const functions = new Map<string, FunctionCost>();
  for (const [way, cost] of byWay.functions) {
    const key = way.split('>').at(-1) as string;
    const sum = functions.get(key);
    functions.set(key, {
      ...cost,
      key,
      name: key,
      file: `src/${key}.c`,
      count: cost.count + (sum?.count ?? 0),
      nanoseconds: cost.nanoseconds + (sum?.nanoseconds ?? 0),
    });
  }
  const ways = [...byWay.functions];
  return {
    table: { ...byWay, functions },
    costs: {
      places: Int32Array.from(ways, ([way]) => tree.place(way.split('>').map((name) => tree.number(name)))),
      nanoseconds: Float64Array.from(ways, ([, { nanoseconds }]) => nanoseconds),
    },
  };
}
