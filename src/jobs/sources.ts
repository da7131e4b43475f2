/** What the profiles in a bundle's folder say, each decoded when it is first asked for; captures may still be added. */
import { readProfile } from '../bundle/reader.js';
import { type Origins, rootOf } from '../bundle/roots.js';
import type { BundleWorkload, Capture } from '../bundle/schema.js';
import { UsageError } from '../errors.js';
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

/** Distinct functions of all captures together that are told apart; the largest programs have some 100,000. */
export const mostFunctions = 400_000;

/**
 * Everything a verdict may ask for.
 * @param directory the bundle's folder
 * @param most      distinct functions of all its captures; with more, which no program has, what is asked throws a UsageError
 */
export function captureSources(directory: string, origins: Origins, most = mostFunctions): Required<Sources> {
  return {
    tableOf: captureTables(directory, origins, most),
    callsOf: captureCalls(directory, origins, most),
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
function captureTables(directory: string, origins: Origins, most: number): TableOf {
  const known = new Map<string, FunctionTable>();
  const functions = new Set<string>();
  return (workload, capture) => {
    const found = known.get(capture.cpuProfile);
    if (found) return found;
    const profile = readCapture(directory, origins, workload, capture);
    const table = functionTable(profile, rootOf(origins, workload, capture));
    for (const key of table.functions.keys()) functions.add(key);
    if (functions.size > most) throw tooMany(directory, most);
    known.set(capture.cpuProfile, table);
    return table;
  };
}

/** Stacks of the captures, one tree a workload. */
function captureCalls(directory: string, origins: Origins, most: number): CallsOf {
  const known = new Map<string, Calls>();
  return (workload) => {
    const calls = known.get(workload.name) ?? workloadCalls(directory, origins, workload, most);
    known.set(workload.name, calls);
    return calls;
  };
}

function workloadCalls(directory: string, origins: Origins, workload: BundleWorkload, most: number): Calls {
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
    if (tree.keys.length > most) throw tooMany(directory, most);
    known.set(cpuProfile, costs);
    return costs;
  };
  return { tree, costsOf };
}

function tooMany(directory: string, most: number): UsageError {
  return new UsageError(
    `the profiles in ${directory} have more than ${most} different functions: no program has, so they are broken, or their names hold something that differs from capture to capture`,
  );
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
