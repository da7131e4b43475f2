/**
 * The text of `perf script`: of each sample a line that says what was sampled, when and for how long, its stack below it,
 * innermost first, and an empty line.
 *
 *     pages 4711 [003] 1234.567890:    1003009 cpu-clock:pppH:
 *     	          4f2b1c main.tag+0x3c (/srv/pages)
 *     	          4f1a00 main.render+0x120 (/srv/pages)
 */
import { StackSum } from './stackSum.js';
import { type TextProfile, type TextReader, Unreadable, WrittenFrames } from './text.js';

/** Events that measure CPU time; the clocks' periods are nanoseconds. */
const clocks = new Set(['cpu-clock', 'task-clock']);
const cycles = new Set(['cycles', 'cpu-cycles']);
/** Frames that the kernel keeps of a stack unless told otherwise: one with as many may have had more. */
const usualDepth = 127;
/** A command's name and some numbers; what is longer is none. */
const longestHeader = 512;

interface Header {
  readonly event: string;
  readonly period: number | null;
  /** What stands behind the event: the only frame, where no stacks were recorded. */
  readonly rest: string;
}

export class PerfScriptReader implements TextReader {
  readonly #sum = new StackSum();
  readonly #unreadable = new Unreadable();
  readonly #frames = new WrittenFrames((entry) => this.#read(entry));
  /** Samples by event, also of those that are not of CPU time. */
  readonly #events = new Map<string, number>();
  #current: Header | null = null;
  #stack: number[] = [];
  #line = 0;
  #lost = 0;
  #truncated = 0;
  /** The period of every sample; null when they differ or are not said. */
  #period: number | null | undefined;

  line(text: string): void {
    this.#line++;
    const line = text.trimEnd();
    if (line === '') this.#finish();
    else if (this.#current !== null && /^\s+[0-9a-f]{1,16} /.test(line)) this.#addFrame(line);
    else this.#addHeader(line);
  }

  end(): TextProfile {
    this.#finish();
    const all = [...this.#events.values()].reduce((sum, each) => sum + each, 0);
    this.#unreadable.check(all, 'output of perf script', 'what perf script prints of a perf.data file');
    const event = this.#timeEvent();
    const isClock = clocks.has(event);
    const { samples } = this.#sum;
    return {
      profile: this.#sum.profile((isClock && this.#period) || 0),
      event,
      periodNanoseconds: (isClock && this.#period) || null,
      samples,
      truncated: this.#truncated,
      lost: this.#lost,
      unreadable: this.#unreadable.lines,
    };
  }

  /** @throws Error unless CPU time was sampled, by one kind of event */
  #timeEvent(): string {
    const found = [...this.#events.keys()];
    const isClock = found.some((event) => clocks.has(event));
    const isCycles = found.some((event) => cycles.has(event));
    if (isClock && isCycles) {
      throw new Error('it has samples of cycles and of a clock, which cannot be added up: record one event');
    }
    const event = found.find((name) => clocks.has(name) || cycles.has(name));
    if (event !== undefined) return event;
    throw new Error(
      `it has samples of ${found.slice(0, 3).join(', ').slice(0, 200)}, not of CPU time: record cpu-clock or cycles`,
    );
  }

  #addHeader(line: string): void {
    this.#finish();
    if (line.startsWith('#')) return;
    const lost = /: PERF_RECORD_LOST(?:_SAMPLES)? lost (\d{1,15})$/.exec(line.slice(-200));
    if (lost) {
      this.#lost += Number(lost[1]);
      return;
    }
    // Other records that perf prints when it is asked to.
    if (line.slice(0, longestHeader).includes(': PERF_RECORD_')) return;
    const header = readHeader(line);
    if (header === null) {
      this.#unreadable.add(this.#line, line);
      return;
    }
    this.#current = header;
    if (header.rest !== '') {
      this.#addFrame(header.rest);
      this.#finish();
    }
  }

  #addFrame(line: string): void {
    const written = line.trimStart();
    const number = this.#frames.get(written.slice(written.indexOf(' ') + 1));
    if (number !== null) this.#stack.push(number);
  }

  /** The number of `main.tag+0x3c (/srv/pages)`; null for a frame inlined into the one that follows. */
  #read(entry: string): number | null {
    const at = openingOf(entry);
    const mapping = at < 0 ? '' : entry.slice(at + 2, -1);
    if (mapping === 'inlined') return null;
    const symbol = (at < 0 ? entry : entry.slice(0, at)).trim().replace(/\+0x[0-9a-f]+$/, '');
    return this.#sum.frame(symbol === '[unknown]' ? '' : symbol, mapping === '[unknown]' ? '' : mapping);
  }

  #finish(): void {
    const current = this.#current;
    if (current === null) return;
    const { event, period } = current;
    this.#events.set(event, (this.#events.get(event) ?? 0) + 1);
    if (clocks.has(event) || cycles.has(event)) {
      this.#period = this.#period === undefined || this.#period === period ? period : null;
      if (this.#stack.length >= usualDepth) this.#truncated++;
      this.#sum.add(this.#stack, 1, period ?? 1);
    }
    this.#current = null;
    this.#stack = [];
  }
}

/** `NAME PID/TID [CPU] TIME: PERIOD EVENT: …`, of which CPU, PERIOD and one of PID and TID may be missing; null for others. */
function readHeader(line: string): Header | null {
  const fields = line.slice(0, longestHeader).trim().split(/\s+/);
  const time = fields.findIndex((field) => /^\d+\.\d+:$/.test(field));
  if (time < 0 || !fields.slice(0, time).some((field) => /^-?\d+(?:\/-?\d+)?$/.test(field))) return null;
  const hasPeriod = /^\d{1,15}$/.test(fields[time + 1] ?? '');
  const event = fields[time + (hasPeriod ? 2 : 1)];
  if (event === undefined || !event.endsWith(':') || event.length < 2) return null;
  const end = line.indexOf(` ${event}`, line.indexOf(` ${fields[time]}`)) + 1 + event.length;
  return {
    event: eventName(event),
    period: hasPeriod ? Number(fields[time + 1]) : null,
    rest: line.slice(end).trim(),
  };
}

/** `cpu-clock:pppH:` and `cpu_core/cycles/P:` without what they are modified by. */
function eventName(written: string): string {
  const name = written.replace(/:(?:[A-Za-z]*:)?$/, '');
  return /^\w+\/([\w-]+)\/\w*$/.exec(name)?.[1] ?? name;
}

/** Where ` (` stands whose bracket the last character closes; -1 where there is none. */
function openingOf(entry: string): number {
  if (!entry.endsWith(')')) return -1;
  let open = 0;
  for (let at = entry.length - 1; at >= 0; at--) {
    if (entry[at] === ')') open++;
    else if (entry[at] === '(' && --open === 0) return entry[at - 1] === ' ' ? at - 1 : -1;
  }
  return -1;
}
