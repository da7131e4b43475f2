/** Adds to the start of a program what makes its stacks readable. */
import type { SideRuntime } from '../../bundle/runtimes.js';
import type { RuntimeChoice } from '../../config/plan.js';
import { detectRuntime } from './detection.js';
import { setUpJava } from './java.js';
import { setUpNode } from './node.js';
import { setUpPython } from './python.js';
import { nothingAdded, type SetUp, type Start } from './start.js';

/** A program as it is about to be started. */
export interface PlannedStart {
  readonly command: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly runtime: RuntimeChoice;
}

export interface ReadableStart {
  readonly command: string;
  /** To be added to the program's environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly runtime: SideRuntime;
  /** What could not be added and why, as a clause; null: nothing is missing. */
  readonly note: string | null;
}

/**
 * Looks at a program that is built, and at the runtime that is there.
 * @param javaAgent gives the path of the agent for Java; asked only where it is needed
 * @throws the signal's reason when it is aborted
 */
export async function makeReadable(
  { runtime: choice, ...planned }: PlannedStart,
  javaAgent: () => string,
  signal: AbortSignal,
): Promise<ReadableStart> {
  const { command } = planned;
  if (choice === 'none') {
    return { command, environment: {}, runtime: { name: null, added: [] }, note: null };
  }
  const detected = detectRuntime(command, choice);
  const setUp = await setUpOf({ ...planned, ...detected, signal }, javaAgent);
  return {
    command: setUp.command ?? command,
    environment: setUp.environment ?? {},
    runtime: { name: detected.runtime, added: [...setUp.added] },
    note: setUp.note ?? null,
  };
}

async function setUpOf(start: Start, javaAgent: () => string): Promise<SetUp> {
  switch (start.runtime) {
    case 'node':
      return setUpNode(start);
    case 'java':
      return setUpJava(start, javaAgent());
    case 'python':
      return setUpPython(start);
    case 'dotnet':
      return setUpDotnet(start);
    // Their programs say themselves what lies where.
    case 'go':
    case 'native':
    case null:
      return nothingAdded;
  }
}

/** .NET writes a map of all it compiles. What was compiled before it was shipped is not in it. */
function setUpDotnet({ command, environment }: Start): SetUp {
  const isSet = /(DOTNET|COMPlus)_PerfMapEnabled=/.test(command);
  if (isSet || environment.DOTNET_PerfMapEnabled || environment.COMPlus_PerfMapEnabled) return nothingAdded;
  return { environment: { DOTNET_PerfMapEnabled: '1' }, added: ['DOTNET_PerfMapEnabled: 1'] };
}
