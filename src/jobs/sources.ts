/** What the profiles in a bundle's folder say, each decoded when it is first asked for; captures may still be added. */
import { readProfile } from '../bundle/reader.js';
import { type Roots, rootOf } from '../bundle/roots.js';
import type { BundleWorkload, Capture } from '../bundle/schema.js';
import { CallTree, type PlaceCosts } from '../profile/callTree.js';
import { type FunctionTable, functionTable } from '../profile/functions.js';
import { surroundingsOf } from '../profile/surroundings.js';
import { type WaitTable, waitTable } from '../profile/waits.js';
import type { TableOf } from '../verdict/captures/panel.js';
import type { Calls, CallsOf } from '../verdict/shift/calls.js';
import type { Sources } from '../verdict/sources.js';
import type { WaitsOf } from '../verdict/waits/panel.js';

/**
 * Everything a verdict may ask for.
 * @param directory the bundle's folder
 */
export function captureSources(directory: string, roots: Roots): Required<Sources> {
  return {
    tableOf: captureTables(directory, roots),
    callsOf: captureCalls(directory, roots),
    waitsOf: captureWaits(directory, roots),
    surroundingsOf: (workload, capture, keys) =>
      surroundingsOf(readProfile(directory, capture.cpuProfile), rootOf(roots, workload, capture), keys),
  };
}

/** Self cost by function of each capture. */
function captureTables(directory: string, roots: Roots): TableOf {
  const known = new Map<string, FunctionTable>();
  return (workload, capture) => {
    const found = known.get(capture.cpuProfile);
    if (found) return found;
    const profile = readProfile(directory, capture.cpuProfile);
    const table = functionTable(profile, rootOf(roots, workload, capture));
    known.set(capture.cpuProfile, table);
    return table;
  };
}

/** Stacks of the captures, one tree a workload. */
function captureCalls(directory: string, roots: Roots): CallsOf {
  const known = new Map<string, Calls>();
  return (workload) => {
    const calls = known.get(workload.name) ?? workloadCalls(directory, roots, workload);
    known.set(workload.name, calls);
    return calls;
  };
}

function workloadCalls(directory: string, roots: Roots, workload: BundleWorkload): Calls {
  const tree = new CallTree();
  const known = new Map<string, PlaceCosts>();
  const costsOf = (capture: Capture): PlaceCosts => {
    const { cpuProfile } = capture;
    const found = known.get(cpuProfile);
    if (found) return found;
    const costs = tree.add(readProfile(directory, cpuProfile), rootOf(roots, workload, capture));
    known.set(cpuProfile, costs);
    return costs;
  };
  return { tree, costsOf };
}

/** Where threads waited in each capture. */
function captureWaits(directory: string, roots: Roots): WaitsOf {
  const known = new Map<string, WaitTable>();
  return (workload, capture) => {
    const { cpuProfile, offCpuProfile, units } = capture;
    if (offCpuProfile === undefined) return null;
    const found = known.get(offCpuProfile);
    if (found) return found;
    const waits = readProfile(directory, offCpuProfile);
    const root = rootOf(roots, workload, capture);
    const table = waitTable(waits, readProfile(directory, cpuProfile), root, units);
    known.set(offCpuProfile, table);
    return table;
  };
}
