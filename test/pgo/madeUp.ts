/** Binaries that are made up, as the collector would describe them. */
import type { Annotation, CodeLocation, CodeSymbol, SourceFrame } from '../../src/pgo/annotation.js';

/** `name@first line:line` or `…:line.discriminator`, innermost first. */
export function frames(...written: readonly string[]): SourceFrame[] {
  return written.map((text) => {
    const [, name, start, line, discriminator] = /^(\w+)@(\d+):(\d+)(?:\.(\d+))?$/.exec(
      text,
    ) as unknown as string[];
    const about = { name: name as string, file: 'a.c', startLine: Number(start) };
    return { function: about, line: Number(line), discriminator: Number(discriminator ?? 0) };
  });
}

/** Symbols with their locations by address. */
export function annotation(
  symbols: Readonly<Record<string, Readonly<Record<number, SourceFrame[]>>>>,
): Annotation {
  const locations = new Map<number, CodeLocation>();
  const made = Object.entries(symbols).map(([name, code]): CodeSymbol => {
    const own: CodeLocation[] = [];
    const address = Number(Object.keys(code)[0]);
    const symbol: CodeSymbol = {
      name,
      address,
      size: 100,
      binding: 'global',
      ordinal: 0,
      blocks: [],
      locations: own,
    };
    for (const [at, shown] of Object.entries(code)) {
      const location = { address: Number(at), symbol, frames: shown };
      own.push(location);
      locations.set(location.address, location);
    }
    return symbol;
  });
  return { buildId: 'ab', symbols: made, locations, astray: new Set() };
}
