/**
 * Reads a pprof profile as Go's compiler does (cmd/internal/pgo): calls by caller, callee and line within the caller, each
 * weighing as much as the samples whose stacks it is on, inlined or not.
 */
import { type Message, readMessage, toId, toNumber } from '../../profile/wire.js';
import { type Body, bodyOf, positionAt, positionOf, type SourceProfile } from '../sourceProfile.js';

/** Called by nobody: signals end up there from any instruction. */
const injected: ReadonlySet<string> = new Set([
  'runtime.asyncPreempt',
  'runtime.sigpanic',
  'runtime.sigreturn__sigaction',
  'runtime.sigtramp',
]);
/** Calls nobody: goroutines only return there. */
const root = 'runtime.goexit';

interface Frame {
  readonly name: string;
  readonly startLine: number;
  readonly line: number;
}

export interface GoProfile {
  /** Positions have no counts of their own, but targets. */
  readonly profile: SourceProfile;
  /** Share of the calls' weight whose callers' first lines are not in the profile; their offsets would mean nothing. */
  readonly startless: number;
}

/** @throws Error in one sentence when Go would not read it, or would misread all of it */
export function readGo(bytes: Uint8Array): GoProfile {
  const message = readMessage(bytes);
  const text = (index: Parameters<typeof toNumber>[0]): string => message.stringTable[toNumber(index)] ?? '';
  const types = message.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`);
  const counted = types.indexOf('samples/count');
  const timed = types.indexOf('cpu/nanoseconds');
  const value = counted < 0 || (timed >= 0 && timed < counted) ? timed : counted;
  if (value < 0) {
    throw new Error(
      `Go reads samples/count or cpu/nanoseconds, and the profile has ${types.join(', ') || 'nothing'}: is it a CPU profile?`,
    );
  }
  const outside = outsideLocations(message);
  const frames = framesByLocation(message, text);
  if (
    message.sample.length > 0 &&
    [...frames.values()].every((each) => each.every(({ startLine }) => startLine === 0))
  ) {
    throw new Error('the profile does not say in which line any function begins, so Go refuses it');
  }
  const sum = new Calls();
  for (const { locationId, value: values } of message.sample) {
    const stack = (locationId ?? []).flatMap((id): readonly (Frame | null)[] => {
      if (outside.has(toId(id))) return [null];
      const known = frames.get(toId(id));
      if (known === undefined) throw new Error(`a sample refers to location ${id}, which does not exist`);
      return known;
    });
    sum.add(stack, toNumber(values?.[value]));
  }
  return {
    profile: sum.profile,
    startless: sum.weight === 0 ? 0 : sum.startless / sum.weight,
  };
}

/** Locations in other files than the program, which is mapped first, and in the kernel. */
export function outsideLocations({ mapping, location }: Message): Set<number | bigint> {
  const program = toId(mapping[0]?.id);
  const others = location.filter(({ mappingId }) => ![0, program].includes(toId(mappingId) as number));
  return new Set(others.map(({ id }) => toId(id)));
}

class Calls {
  readonly profile = new Map<string, Body>();
  weight = 0;
  startless = 0;

  /** A call counts once a stack, however often it recurs there. */
  add(stack: readonly (Frame | null)[], weight: number): void {
    const seen = new Set<string>();
    for (const [at, caller] of stack.entries()) {
      const callee = stack[at - 1];
      // The kernel and libraries are nothing that Go compiles.
      if (
        caller === null ||
        callee === null ||
        callee === undefined ||
        injected.has(callee.name) ||
        caller.name === root
      )
        continue;
      const key = `${caller.name}\0${callee.name}\0${caller.line}`;
      if (seen.has(key)) continue;
      seen.add(key);
      this.weight += weight;
      if (caller.startLine === 0) {
        this.startless += weight;
        continue;
      }
      const body = bodyOf(this.profile, caller.name);
      body.total += weight;
      const { targets } = positionOf(body, positionAt(caller.line - caller.startLine, 0));
      targets.set(callee.name, (targets.get(callee.name) ?? 0) + weight);
    }
  }
}

/** Innermost first. */
function framesByLocation(
  { location, function: functions }: Message,
  text: (index: Parameters<typeof toNumber>[0]) => string,
): Map<number | bigint, Frame[]> {
  const known = new Map(
    functions.map((each) => [toId(each.id), { name: text(each.name), startLine: toNumber(each.startLine) }]),
  );
  return new Map(
    location.map(({ id, line }) => [
      toId(id),
      (line ?? []).flatMap(({ functionId, line: at }) => {
        const about = known.get(toId(functionId));
        return about === undefined ? [] : [{ ...about, line: toNumber(at) }];
      }),
    ]),
  );
}
