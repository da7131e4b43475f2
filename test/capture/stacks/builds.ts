/** How the programs with known stacks are built. */

export const noPointers = ['-O2', '-fomit-frame-pointer', '-fno-optimize-sibling-calls'] as const;

/** Without frame pointers as distributions do, with them, and in each way of linking. */
export const builds: Readonly<Record<string, readonly string[]>> = {
  'without frame pointers': noPointers,
  'with frame pointers': ['-O1', '-fno-omit-frame-pointer', '-fno-optimize-sibling-calls'],
  static: [...noPointers, '-static'],
  'static PIE': [...noPointers, '-static-pie'],
  'fixed address': [...noPointers, '-no-pie'],
  'lazy PLT': [...noPointers, '-Wl,-z,lazy', '-fplt', '-fcf-protection=none'],
};
