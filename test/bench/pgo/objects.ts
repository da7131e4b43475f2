/** Programs as objects, linked in each round with their functions in another order: luck of placement is within the bounds. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from './tools.js';

/**
 * Less of a program's speed is luck by these: jumps that cross 32 bytes are slow on Intel's CPUs from Skylake on (erratum of
 * conditional jumps), by which copies of one small program differed by a tenth.
 */
const steady = ['-ffunction-sections', '-falign-functions=64'];
export const clangSteady = [...steady, '-mbranches-within-32B-boundaries'];
export const gccSteady = [...steady, '-Wa,-mbranches-within-32B-boundaries'];

/** Compiles sources into a folder, which is made. @param words compiler and flags @returns what the compiler says */
export function compile(words: readonly string[], sources: readonly string[], folder: string): string {
  mkdirSync(folder);
  return tool([...words, '-c', ...sources], folder).stderr;
}

/** @param layout draws the order of functions; null: as they come @returns the program, the one there is of the folder */
export function link(folder: string, layout: number | null): string {
  const program = join(folder, 'program');
  const objects = readdirSync(folder).filter((name) => name.endsWith('.o'));
  const order = layout === null ? [] : [`-Wl,--shuffle-sections=.text*=${layout}`];
  const words = ['clang++-19', '-fuse-ld=lld', '-no-pie', '-Wl,--build-id', ...order];
  tool([...words, '-o', program, ...objects.sort()], folder);
  return program;
}
