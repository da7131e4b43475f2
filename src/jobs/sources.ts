/** What the profiles in a bundle's folder say, each decoded when it is first asked for; captures may still be added. */
import { readProfile } from '../bundle/reader.js';
import { type Origins, rootOf } from '../bundle/roots.js';
import type { BundleWorkload, Capture } from '../bundle/schema.js';
import { CallTree, type PlaceCosts } from '../profile/callTree.js';
import { type FunctionTable, functionTable } from '../profile/functions.js';
import type { Profile } from '../profile/model.js';
import { withPlaces } from '../profile/names.js';
import { surroundingsOf } from '../profile/surroundings.js';
import { type WaitTable, waitTable } from '../profile/waits.js';
import { ChangeMap } from '../verdict/blame/changeMap.js';
import type { TableOf } from '../verdict/captures/panel.js';
import type { Calls, CallsOf } from '../verdict/shift/calls.js';
import type { Sources } from '../verdict/sources.js';
import type { WaitsOf } from '../verdict/waits/panel.js';

/**
 * Everything a verdict may ask for.
 * @param directory the bundle's folder
 */
export function captureSources(directory: string, origins: Origins): Required<Sources> {
  return {
    tableOf: captureTables(directory, origins),
    callsOf: captureCalls(directory, origins),
    waitsOf: captureWaits(directory, origins),
    surroundingsOf: (workload, capture, keys) => {
      const profile = readCapture(directory, origins, workload, capture);
      return surroundingsOf(profile, rootOf(origins, workload, capture), keys);
    },
  };
}

/**
 * The profile with the places that tell one closure from another, where it is known what changed between the sides: by
 * their numbers alone those behind an inserted one would be taken for each other.
 */
export function withChangedPlaces(
  profile: Profile,
  origins: Origins,
  workload: BundleWorkload,
  capture: Capture,
): Profile {
  const { side } = capture;
  if (origins.changes === null) return profile;
  const root = rootOf(origins, workload, capture);
  const changed = new ChangeMap(origins.changes, { ...origins.refs[side], root });
  return withPlaces(profile, (file, line) => changed.placeOf(side, file, line));
}

function readCapture(
  directory: string,
  origins: Origins,
  workload: BundleWorkload,
  capture: Capture,
  file = capture.cpuProfile,
): Profile {
  return withChangedPlaces(readProfile(directory, file), origins, workload, capture);
}

/** Self cost by function of each capture. */
function captureTables(directory: string, origins: Origins): TableOf {
  const known = new Map<string, FunctionTable>();
  return (workload, capture) => {
    const found = known.get(capture.cpuProfile);
    if (found) return found;
    const profile = readCapture(directory, origins, workload, capture);
    const table = functionTable(profile, rootOf(origins, workload, capture));
    known.set(capture.cpuProfile, table);
    return table;
  };
}

/** Stacks of the captures, one tree a workload. */
function captureCalls(directory: string, origins: Origins): CallsOf {
  const known = new Map<string, Calls>();
  return (workload) => {
    const calls = known.get(workload.name) ?? workloadCalls(directory, origins, workload);
    known.set(workload.name, calls);
    return calls;
  };
}

function workloadCalls(directory: string, origins: Origins, workload: BundleWorkload): Calls {
  const tree = new CallTree();
  const known = new Map<string, PlaceCosts>();
  const costsOf = (capture: Capture): PlaceCosts => {
    const { cpuProfile } = capture;
    const found = known.get(cpuProfile);
    if (found) return found;
    const costs = tree.add(
      readCapture(directory, origins, workload, capture),
      rootOf(origins, workload, capture),
    );
    known.set(cpuProfile, costs);
    return costs;
  };
  return { tree, costsOf };
}

/** Where threads waited in each capture. */
function captureWaits(directory: string, origins: Origins): WaitsOf {
  const known = new Map<string, WaitTable>();
  return (workload, capture) => {
    const { offCpuProfile, units } = capture;
    if (offCpuProfile === undefined) return null;
    const found = known.get(offCpuProfile);
    if (found) return found;
    const waits = readCapture(directory, origins, workload, capture, offCpuProfile);
    const root = rootOf(origins, workload, capture);
    const cpu = readCapture(directory, origins, workload, capture);
    const table = waitTable(waits, cpu, root, units);
    known.set(offCpuProfile, table);
    return table;
  };
}
