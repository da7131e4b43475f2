/** A profile of a hundred thousand functions: what a page must bear. */
import type { Frame, Profile, Sample } from '../../../src/profile/model.js';

const words = [
  'parse',
  'write',
  'Visitor',
  'handle',
  'Buffer',
  'encode',
  'Session',
  'flush',
  'index',
  'merge',
];

/** The same numbers for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Stacks through `count` distinct functions, every one of them in some stack; a few paths take most of the time, as in real
 * services.
 */
export function profileOf(count: number, seed: number): Profile {
  const random = numbers(seed);
  const frames: Frame[] = Array.from({ length: count }, (_, index) => {
    const word = (shift: number): string => words[Math.floor(index / 10 ** shift) % 10] as string;
    const name = `service::${word(0)}::${word(1)}<${word(2)}>::${word(3)}_${index}(Request const&, std::string_view)`;
    return {
      name,
      systemName: name,
      file: `src/${word(0)}/${word(1)}.cpp`,
      line: (index % 900) + 1,
      mapping: 'service',
    };
  });
  // Each function has one caller among those before it, so that paths are as deep as in a real program.
  const callers = frames.map((_, index) => (index === 0 ? -1 : Math.floor(index * random() ** 1.3)));
  const samples: Sample[] = frames.map((_, index) => {
    const stack: number[] = [];
    for (let at = index; at >= 0; at = callers[at] as number) stack.push(at);
    return { stack, count: 1, nanoseconds: Math.ceil(1e6 / (1 + 200 * random())), labels: {} };
  });
  return { frames, samples, startedAtNanoseconds: 0n, durationNanoseconds: 1e10, periodNanoseconds: 1e6 };
}
