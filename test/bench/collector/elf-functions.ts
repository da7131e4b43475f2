/**
 * Functions of an ELF file by its .eh_frame, as readelf prints it: the same identity for every profiler, whatever names
 * it finds. A function whose return address is undefined is where a thread began; that is the ABI's own mark.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

interface ElfFunction {
  readonly start: number;
  readonly end: number;
  readonly isRoot: boolean;
}

interface Segment {
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

export class ElfFunctions {
  constructor(
    private readonly functions: readonly ElfFunction[],
    private readonly segments: readonly Segment[],
  ) {}

  /** The function at an address as linked. */
  find(address: number): ElfFunction | null {
    let low = 0;
    let high = this.functions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.functions[middle] as ElfFunction).start <= address) low = middle + 1;
      else high = middle;
    }
    const found = this.functions[low - 1];
    return found && address < found.end ? found : null;
  }

  /** The address as linked of an offset in the file. */
  linked(offset: number): number {
    const segment = this.segments.find((it) => offset >= it.offset && offset < it.offset + it.size);
    return segment ? offset - segment.offset + segment.address : offset;
  }
}

function readSegments(file: string): Segment[] {
  const { stdout } = spawnSync('readelf', ['-lW', file], { encoding: 'utf8' });
  return [...(stdout ?? '').matchAll(/^\s+LOAD\s+0x(\w+) 0x(\w+) 0x\w+ 0x(\w+)/gm)].map(
    ([, offset, address, size]) => ({
      offset: Number.parseInt(offset as string, 16),
      address: Number.parseInt(address as string, 16),
      size: Number.parseInt(size as string, 16),
    }),
  );
}

/** Reads `readelf -wF` as it comes: of a large program it prints more than a string can hold. */
async function readFunctions(file: string): Promise<ElfFunction[]> {
  const reader = spawn('readelf', ['-wF', file], { stdio: ['ignore', 'pipe', 'ignore'] });
  const functions: { start: number; end: number; isRoot: boolean }[] = [];
  const rootEntries = new Set<string>();
  let shared = '';
  let current: (typeof functions)[number] | null = null;
  for await (const line of createInterface({ input: reader.stdout })) {
    const described = /^\w+ \w+ \w+ FDE cie=(\w+) pc=(\w+)\.\.(\w+)/.exec(line);
    const common = /^(\w+) \w+ \w+ CIE/.exec(line);
    if (described) {
      const [, cie, start, limit] = described as unknown as [string, string, string, string];
      const isRoot = rootEntries.has(cie);
      current = { start: Number.parseInt(start, 16), end: Number.parseInt(limit, 16), isRoot };
      functions.push(current);
    } else if (common) {
      current = null;
      shared = common[1] as string;
    } else if (/^[0-9a-f]{16} .* u\s*$/.test(line)) {
      if (current) current.isRoot = true;
      else rootEntries.add(shared);
    }
  }
  return functions.sort((a, b) => a.start - b.start);
}

const known = new Map<string, Promise<ElfFunctions>>();

/** Reads a file once; one that is no ELF file has no functions. */
export function elfFunctions(file: string): Promise<ElfFunctions> {
  let functions = known.get(file);
  if (!functions) {
    functions = readFunctions(file).then((list) => new ElfFunctions(list, readSegments(file)));
    known.set(file, functions);
  }
  return functions;
}
