/** Interpreters in native code: their loop is what an interpreted function itself does. */
import type { Frame } from './model.js';
import { withoutMarks } from './naming/marks.js';

/** CPython's loop; from 3.14 on it may be one function for each instruction. */
const loop = /^(?:_PyEval_EvalFrameDefault|_TAIL_CALL_\w+)$/;

/**
 * Takes the loop out of stacks where the frame that called it stands for the function it interprets, as CPython's
 * trampolines do (`py::parse:/srv/a.py`, python -X perf): time in the loop is that function's own. Elsewhere, as without
 * -X perf, the loop stays, one function for all that is interpreted.
 * @returns the same stack where there is nothing to take out
 */
export function interpreterFolder(frames: readonly Frame[]): (stack: number[]) => number[] {
  const isInterpreted = frames.map(({ name }) => name.startsWith('py::'));
  if (!isInterpreted.includes(true)) return (stack) => stack;
  const isLoop = frames.map(({ name }) => loop.test(withoutMarks(name, '')));
  return (stack) =>
    stack.filter((frame, at) => !(isLoop[frame] && isInterpreted[stack[at + 1] ?? frames.length]));
}
