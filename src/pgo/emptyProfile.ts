/** Profiles that are well-formed and know nothing of any program: what a build does by them it does by no sample. */
import { StringTable } from '../profile/encode.js';
import { writeMessage } from '../profile/wire.js';
import type { PgoFormat } from './formats.js';
import { gccProfile } from './gcc.js';

/** No program has it; LLVM and BOLT refuse profiles without any function. */
const nobody = 'profbound_no_such_function';

export function emptyProfile(format: PgoFormat): Uint8Array {
  switch (format) {
    case 'go':
      return emptyPprof();
    case 'llvm':
      return Buffer.from(`${nobody}:1:0\n 1: 1\n`);
    case 'gcc':
      return gccProfile([]);
    case 'bolt':
      return Buffer.from(`no_lbr cycles\n1 ${nobody} 0 1\n`);
  }
}

function emptyPprof(): Uint8Array {
  const strings = new StringTable();
  const cpu = { type: strings.index('cpu'), unit: strings.index('nanoseconds') };
  return writeMessage({
    sampleType: [{ type: strings.index('samples'), unit: strings.index('count') }, cpu],
    sample: [],
    mapping: [],
    location: [],
    function: [],
    periodType: cpu,
    period: 1,
    stringTable: strings.strings,
  });
}
