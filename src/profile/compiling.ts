/** What a virtual machine does to compile code while the program runs: one thing, whichever of its functions do it. */
import type { Sample } from './model.js';

/** Stands for all of it, as key and as name. */
export const jitCompiler = '[JIT compiler]';

/** By the names, of 15 letters at most, that HotSpot, Graal and .NET give the threads that compile. */
const compilerThread = /^(?:C[12] CompilerThre|JVMCI[ -]|\.NET Tiered Com)/;

export function isCompiling({ labels: { thread } }: Pick<Sample, 'labels'>): boolean {
  return typeof thread === 'string' && compilerThread.test(thread);
}

/** Whether a row of costs is that of a function, so that it can be judged. */
export function isFunction({ key, resolved }: { readonly key: string; readonly resolved: boolean }): boolean {
  return resolved && key !== jitCompiler;
}
