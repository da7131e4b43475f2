/** Collapsed stacks, a line each: `main;parse;next 42`, outermost first. FlameGraph's scripts, async-profiler and others write them. */
import { StackSum } from './stackSum.js';
import { type TextProfile, type TextReader, Unreadable, WrittenFrames } from './text.js';

/** How async-profiler marks frames: inlined, compiled, interpreted, compiled quickly, kernel. */
const frameMark = /_\[[ij01k]\]$/;
/** Frames that stand for a thread, outermost; numbers of threads differ from run to run. */
const thread = /^\[.*tid=\d+\]$/;

/**
 * Reads numbers of samples.
 * @param intervalNanoseconds what a sample stands for; null: unknown, so that times are numbers of samples
 */
export class CollapsedReader implements TextReader {
  readonly #sum = new StackSum();
  readonly #unreadable = new Unreadable();
  readonly #frames = new WrittenFrames((written) => this.#read(written));
  #line = 0;
  #stacks = 0;

  constructor(private readonly intervalNanoseconds: number | null) {}

  line(text: string): void {
    this.#line++;
    const line = text.trimEnd();
    if (line === '') return;
    const at = line.lastIndexOf(' ');
    const count = Number(line.slice(at + 1));
    if (at <= 0 || !/^\d+$/.test(line.slice(at + 1)) || !Number.isSafeInteger(count)) {
      this.#unreadable.add(this.#line, line);
      return;
    }
    this.#stacks++;
    if (count === 0) return;
    const names = line.slice(0, at).split(';');
    if (thread.test(names[0] ?? '')) names.shift();
    const stack = names.map((name) => this.#frames.get(name)).reverse();
    this.#sum.add(stack, count, count * (this.intervalNanoseconds ?? 1));
  }

  end(): TextProfile {
    this.#unreadable.check(this.#stacks, 'collapsed stacks', 'lines like main;parse;next 42');
    const { samples, truncated } = this.#sum;
    return {
      profile: this.#sum.profile(this.intervalNanoseconds ?? 0),
      event: 'samples',
      periodNanoseconds: this.intervalNanoseconds,
      samples,
      truncated,
      lost: 0,
      unreadable: this.#unreadable.lines,
    };
  }

  #read(written: string): number {
    const mapping = written.endsWith('_[k]') ? '[kernel.kallsyms]' : '';
    return this.#sum.frame(written.replace(frameMark, ''), mapping);
  }
}
