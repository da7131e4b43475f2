/** Several pprof messages of one program as one, each location with its own addresses and lines. */
import { StringTable } from '../encode.js';
import { type Integer, type Message, toId, toNumber } from '../wire.js';

type Index = Integer | number | null | undefined;

/**
 * Adds the samples of the others to those of the first; its period and time hold for all.
 * @param messages at least one
 * @throws Error when they measure different values, or one refers to what it does not have
 */
export function concatenate(messages: readonly Message[]): Message {
  const [first, ...others] = messages;
  if (first === undefined) throw new Error('there is no profile');
  const table = new StringTable();
  const all = renumbered(first, table, 0);
  let used = mostRows(first);
  for (const each of others) {
    const more = renumbered(each, table, used);
    used += mostRows(each);
    if (JSON.stringify(more.sampleType) !== JSON.stringify(all.sampleType)) {
      throw new Error('the profiles of one capture measure different values');
    }
    // One by one: as arguments of a call hundreds of thousands of rows find no room.
    for (const key of ['sample', 'mapping', 'location', 'function'] as const) {
      const rows: unknown[] = all[key];
      for (const row of more[key]) rows.push(row);
    }
    all.durationNanos = toNumber(all.durationNanos) + toNumber(more.durationNanos);
  }
  all.stringTable = table.strings;
  return all;
}

/** Ids from one table are given out at most once for each of its rows. */
function mostRows({ mapping, location, function: functions }: Message): number {
  return Math.max(mapping.length, location.length, functions.length);
}

/** The message with texts of a common table and ids behind those that are given out. */
function renumbered(message: Message, table: StringTable, used: number): Message {
  const text = (index: Index): number => {
    const found = message.stringTable[toNumber(index)];
    if (found === undefined) throw new Error(`string ${index} does not exist`);
    return table.index(found);
  };
  const idsOf = (rows: readonly { id?: Integer | null }[], kind: string) => {
    const ids = new Map(rows.map(({ id }, index) => [toId(id), used + index + 1]));
    return (id: Index): number => {
      if (toNumber(id) === 0) return 0;
      const found = ids.get(toId(id));
      if (found === undefined) throw new Error(`${kind} ${id} does not exist`);
      return found;
    };
  };
  const mappingOf = idsOf(message.mapping, 'mapping');
  const locationOf = idsOf(message.location, 'location');
  const functionOf = idsOf(message.function, 'function');
  const valueType = (type: Message['periodType']) => type && { type: text(type.type), unit: text(type.unit) };
  message.sampleType = message.sampleType.map((type) => valueType(type) ?? {});
  message.periodType = valueType(message.periodType) ?? null;
  for (const sample of message.sample) {
    sample.locationId = (sample.locationId ?? []).map(locationOf);
    for (const label of sample.label ?? []) {
      label.key = text(label.key);
      label.str = text(label.str);
      label.numUnit = text(label.numUnit);
    }
  }
  for (const mapping of message.mapping) {
    mapping.id = mappingOf(mapping.id);
    mapping.filename = text(mapping.filename);
    mapping.buildId = text(mapping.buildId);
  }
  for (const location of message.location) {
    location.id = locationOf(location.id);
    location.mappingId = mappingOf(location.mappingId);
    for (const line of location.line ?? []) line.functionId = functionOf(line.functionId);
  }
  for (const each of message.function) {
    each.id = functionOf(each.id);
    each.name = text(each.name);
    each.systemName = text(each.systemName);
    each.filename = text(each.filename);
  }
  for (const key of ['dropFrames', 'keepFrames', 'defaultSampleType', 'docUrl'] as const) {
    message[key] = text(message[key]);
  }
  message.comment = message.comment.map(text);
  return message;
}
