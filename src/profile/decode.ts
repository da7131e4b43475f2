/** pprof message → profile: every index checked, since the message may come from elsewhere. */
import { interpreterFolder } from './interpreters.js';
import type { Frame, Profile, Sample } from './model.js';
import { unknownName } from './names.js';
import { costReader, periodNanoseconds } from './values.js';
import { type Integer, type Message, toBigInt, toId, toNumber } from './wire.js';

type Text = (index: Integer | number | null | undefined) => string;
type Id = number | bigint;
type Lines = NonNullable<Message['location'][number]['line']>;

/** The comment by which a profile says that our collector wrote it. */
const ownComment = 'profbound-collect';
/** The comment by which another tool's profile says that it is to be read as if our collector had written it. */
export const foldedComment = 'profbound: inlined functions are part of those they are in';

/** The mapping of code that a runtime generated and described. */
const generatedCode = '[perf map]';
/** 400,000 stacks of 80 frames. */
const maxStackFrames = 32_000_000;

/**
 * Frames are listed in the order of the profile's locations: one frame for each function in each mapping.
 * @throws Error naming the record that is wrong
 */
export function toProfile(message: Message): Profile {
  const text = textReader(message.stringTable);
  const cost = costReader(message, text);
  const { frames, stacks, inlined } = readFrames(message, text);
  const readStack = stackReader(stacks);
  const withoutLoops = interpreterFolder(frames);

  const samples = message.sample.map((sample, number): Sample => {
    const values = (sample.value ?? []).map(toNumber);
    if (values.length !== message.sampleType.length) {
      throw new Error(
        `sample ${number} has ${values.length} values for ${message.sampleType.length} sample types`,
      );
    }
    const bad = values.find((value) => !Number.isSafeInteger(value) || value < 0);
    if (bad !== undefined) {
      throw new Error(`sample ${number} has the value ${bad}; expected 0 to 2^53 (differences are not read)`);
    }
    const { count, nanoseconds } = cost(values);
    const stack = withoutLoops(readStack(sample.locationId ?? [], number));
    return { stack, count, nanoseconds, labels: readLabels(sample.label ?? [], text) };
  });

  return {
    frames,
    samples,
    ...(inlined.size > 0 ? { inlined } : {}),
    startedAtNanoseconds: toBigInt(message.timeNanos),
    durationNanoseconds: toNumber(message.durationNanos),
    periodNanoseconds: periodNanoseconds(message, text),
  };
}

/**
 * Turns location ids into frame indices. A location named once may stand for many inlined frames and be used by
 * every sample, so the frames of all stacks together are bounded here, not by the file's size.
 */
function stackReader(
  stacks: ReadonlyMap<Id, readonly number[]>,
): (locations: readonly Integer[], sample: number) => number[] {
  let left = maxStackFrames;
  return (locations, sample) => {
    const stack: number[] = [];
    for (let at = 0; at < locations.length; at++) {
      const inlined = stacks.get(toId(locations[at]));
      if (!inlined) {
        throw new Error(`sample ${sample} refers to location ${locations[at]}, which does not exist`);
      }
      left -= inlined.length;
      if (left < 0) throw new Error(`the samples have more than ${maxStackFrames} frames together`);
      for (let inner = 0; inner < inlined.length; inner++) stack.push(inlined[inner] as number);
    }
    return stack;
  };
}

function textReader(table: readonly string[]): Text {
  if (table[0] !== '') {
    throw new Error("not a pprof profile: its string table does not start with ''");
  }
  return (index) => {
    const found = table[toNumber(index)];
    if (found === undefined) {
      throw new Error(`string ${index} does not exist: the table has ${table.length}`);
    }
    return found;
  };
}

interface Frames {
  readonly frames: Frame[];
  /** For each location id the indices of its frames, innermost inlined function first. */
  readonly stacks: Map<Id, readonly number[]>;
  readonly inlined: Map<number, Omit<Frame, 'mapping'>[]>;
}

function readFrames(message: Message, text: Text): Frames {
  const isOwn = message.comment?.some((index) => [ownComment, foldedComment].includes(text(index))) ?? false;
  const inlined = new InlinedFunctions();
  const mappings = byId(message.mapping, 'mapping', ({ filename }) => text(filename));
  const functions = byId(message.function, 'function', (it) => ({
    name: text(it.name),
    systemName: text(it.systemName),
    file: text(it.filename),
    line: toNumber(it.startLine),
  }));

  const frames: Frame[] = [];
  const indices = new Map<Id, Map<Id, number>>();
  /** Index of the frame for a function in a mapping; function 0 stands for the unknown one. */
  const frameIndex = (functionId: Id, mappingId: Id, mapping: string): number => {
    const known = indices.get(mappingId)?.get(functionId);
    if (known !== undefined) return known;
    if (!indices.has(mappingId)) indices.set(mappingId, new Map());
    indices.get(mappingId)?.set(functionId, frames.length);
    return frames.push(makeFrame(functions.get(functionId), mapping)) - 1;
  };

  const stacks = byId(message.location, 'location', (location) => {
    const mappingId = toId(location.mappingId);
    const mapping = mappingId === 0 ? '' : mappings.get(mappingId);
    if (mapping === undefined) {
      throw new Error(`location ${location.id} refers to mapping ${mappingId}, which does not exist`);
    }
    const isPhysical = isOwn && mapping !== generatedCode;
    const lines = isPhysical ? physicalLine(location) : allLines(location);
    if (lines.length === 0) return [frameIndex(0, mappingId, mapping)];
    const stack = lines.map((line) => {
      const functionId = toId(line.functionId);
      if (functionId !== 0 && !functions.has(functionId)) {
        throw new Error(`location ${location.id} refers to function ${functionId}, which does not exist`);
      }
      return frameIndex(functionId, mappingId, mapping);
    });
    if (isPhysical) {
      for (const line of (location.line ?? []).slice(0, -1)) {
        inlined.add(stack[0] as number, toId(line.functionId), functions.get(toId(line.functionId)));
      }
    }
    return stack;
  });
  return { frames, stacks, inlined: inlined.byFrame };
}

/** What was inlined into each frame, each function once. */
class InlinedFunctions {
  readonly byFrame = new Map<number, Omit<Frame, 'mapping'>[]>();
  readonly #known = new Map<number, Set<Id>>();

  add(frame: number, id: Id, known: Omit<Frame, 'mapping'> | undefined): void {
    const seen = this.#known.get(frame) ?? new Set();
    if (known === undefined || seen.has(id)) return;
    this.#known.set(frame, seen.add(id));
    this.byFrame.set(frame, [...(this.byFrame.get(frame) ?? []), known]);
  }
}

/**
 * Of our own profiles only the function that has the code counts, the last of a location's lines: compilers decide anew
 * in every build what they inline, and time must not move between functions by that. What a runtime generates is the
 * other way round: it decides at every start anew which functions have code, and what is inlined there keeps its name.
 */
function physicalLine(location: Message['location'][number]): Lines {
  return (location.line ?? []).slice(-1);
}

/** Other tools' profiles are taken as `go tool pprof` takes them: inlined functions are functions like others. */
function allLines(location: Message['location'][number]): Lines {
  return location.line ?? [];
}

/** A name that is only an address is none: it differs from run to run. */
function makeFrame(known: Omit<Frame, 'mapping'> | undefined, mapping: string): Frame {
  const name = known?.name || known?.systemName || '';
  if (!known || name === '' || /^0x[0-9a-f]+$/i.test(name)) {
    const unknown = unknownName(mapping);
    return { name: unknown, systemName: unknown, file: '', line: 0, mapping };
  }
  return { ...known, name, systemName: known.systemName || name, mapping };
}

function readLabels(labels: Message['sample'][number]['label'] & {}, text: Text): Sample['labels'] {
  // fromEntries defines even a key like __proto__ as a plain property.
  return Object.fromEntries(
    labels.map((label) => [text(label.key), toNumber(label.str) ? text(label.str) : toNumber(label.num)]),
  );
}

function byId<Row extends { id?: Integer | null }, Value>(
  rows: readonly Row[],
  kind: string,
  read: (row: Row) => Value,
): Map<Id, Value> {
  const found = new Map<Id, Value>();
  for (const row of rows) {
    const id = toId(row.id);
    if (id === 0) throw new Error(`a ${kind} has no id`);
    if (found.has(id)) throw new Error(`two ${kind}s have the id ${id}`);
    found.set(id, read(row));
  }
  return found;
}
