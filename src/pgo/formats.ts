/** The compilers that a profile can be written for. */
export const pgoFormats = ['go', 'llvm', 'gcc', 'bolt'] as const;
export type PgoFormat = (typeof pgoFormats)[number];
