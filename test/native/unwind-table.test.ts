/** Unwind tables compared with `readelf`'s, row by row, for software as it is installed; deviations by their reason. */
import { afterAll, expect, test } from '@jest/globals';
import { shippedBinary } from '../../src/capture/binary.js';
import { eachLine, type FrameRow, type Frames, readFrames } from './readelf.js';

/** Where our table says something else than readelf, and why. All other rows must be the same. */
const deviations = {
  outermost: 'the return address is undefined: nothing called it, and no CFA is wanted',
  signal:
    'a signal frame: read where the kernel put it, not by sixteen expressions; one byte longer, for its system call',
  'return address': 'not below the CFA: longjmp has loaded what it jumps with, vfork holds it in a register',
  expression: 'the CFA is computed from two registers, in assembly: a rule has one',
  lost: "the caller's rbp or rbx is in a register that is not followed",
} as const;

type Deviation = keyof typeof deviations;

interface Table {
  readonly addresses: number[];
  /** CFA, rbx, rbp and return address, separated by a space. */
  readonly rules: string[];
  readonly summary: string;
}

/** The table as it is found once it is packed for the kernel. */
async function readTable(file: string): Promise<Table> {
  const addresses: number[] = [];
  const rules: string[] = [];
  let summary = '';
  await eachLine([shippedBinary(), 'unwind-table', file, '--store'], (line) => {
    if (/^[0-9a-f]{16} /.test(line)) {
      addresses.push(Number.parseInt(line.slice(0, 16), 16));
      rules.push(line.slice(17).replace(/ +/g, ' '));
    } else {
      summary = line;
    }
  });
  return { addresses, rules, summary };
}

/** Index of the last row that does not begin behind an address; -1: all do. */
function find(table: Table, address: number): number {
  let low = 0;
  let high = table.addresses.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((table.addresses[middle] as number) <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const isPlain = (cfa: string): boolean =>
  /^(r\w+[+-]\d+|\*\(r\w+[+-]\d+\)\+\d+|rsp\+8\+\(rip&15>=\d+\)\*8)$/.test(cfa);

function saved(text: string): string {
  if (text === 'u' || text === 's') return 'u';
  return /^c[+-]\d+$|^\*\(rbp[+-]\d+\)$/.test(text) ? text : 'lost';
}

/** What our row must be for readelf's, and why it is not the same. */
function expected(row: FrameRow): { readonly rule: string; readonly deviation: Deviation | null } {
  if (row.ra === 'u') return { rule: 'outermost - - -', deviation: 'outermost' };
  if (row.isSignal && row.cfa === '*(rsp+160)+0') return { rule: 'signal - - -', deviation: 'signal' };
  if (row.ra !== 'c-8') return { rule: 'unsupported - - -', deviation: 'return address' };
  if (!isPlain(row.cfa)) return { rule: 'unsupported - - -', deviation: 'expression' };
  const [rbx, rbp] = [saved(row.rbx), saved(row.rbp)];
  return {
    rule: `${row.cfa} ${rbx} ${rbp} c-8`,
    deviation: rbx === 'lost' || rbp === 'lost' ? 'lost' : null,
  };
}

interface Comparison {
  /** Rows that deviate. */
  readonly counts: Record<Deviation, number>;
  /** Rows with expressions that are the same. */
  readonly expressions: number;
  /** Addresses behind a function where no other begins: there frame pointers are followed. */
  readonly gaps: number;
  /** What should not be. */
  readonly different: string[];
}

function compare(table: Table, frames: Frames): Comparison {
  const counts = Object.fromEntries(Object.keys(deviations).map((name) => [name, 0])) as Record<
    Deviation,
    number
  >;
  const different: string[] = [];
  let expressions = 0;
  for (const row of frames.rows) {
    const { rule, deviation } = expected(row);
    const index = find(table, row.address);
    const ours = table.rules[index];
    if (ours !== rule) different.push(`${row.address.toString(16)}: is "${ours}", expected "${rule}"`);
    if ((table.addresses[index + 1] as number) < row.end) {
      different.push(`${row.address.toString(16)}: another row begins before ${row.end.toString(16)}`);
    }
    if (deviation) counts[deviation]++;
    else if (rule.includes('*')) expressions++;
  }
  const starts = new Set(frames.functions.map(([start]) => start));
  const signalEnds = new Set(frames.rows.filter(({ isSignal }) => isSignal).map(({ end }) => end));
  const ends = frames.functions.map(([, end]) => end).filter((end) => !starts.has(end));
  for (const end of ends) {
    // What returns from a signal's handler is in its last instruction, a system call, when its address is the one behind.
    const ours = table.rules[find(table, signalEnds.has(end) ? end + 1 : end)];
    if (ours !== 'frame-pointer - - -') different.push(`${end.toString(16)}: is "${ours}" behind a function`);
  }
  return { counts, expressions, gaps: ends.length, different };
}

const names = Object.keys(deviations) as Deviation[];
const heading = ['file', 'rows', 'by expression', 'gaps', ...names, 'different'];

/** Numbers to the right, under their heading. */
function tableLine(cells: readonly (string | number)[]): string {
  const [file = '', ...numbers] = cells;
  const aligned = numbers.map((cell, column) =>
    String(cell).padStart((heading[column + 1] ?? '').length + 2),
  );
  return `${String(file).padEnd(42)}${aligned.join('')}\n`;
}

const printed: string[] = [];
afterAll(() => {
  const reasons = names.map((name) => `  ${name}: ${deviations[name]}\n`);
  process.stdout.write(`${tableLine(heading)}${printed.join('')}${reasons.join('')}`);
});

test.each([
  ['/lib/x86_64-linux-gnu/libc.so.6', ['outermost', 'signal', 'return address']],
  ['/usr/lib/x86_64-linux-gnu/libcrypto.so.3', ['expression']],
  ['/usr/bin/redis-server', ['outermost']],
  ['/usr/sbin/nginx', ['outermost']],
  [process.execPath, ['outermost']],
  ['/usr/bin/python3', ['outermost']],
] as const)('%s', async (file, known) => {
  const table = await readTable(file);
  const frames = await readFrames(file);
  const { counts, expressions, gaps, different } = compare(table, frames);
  const cells = [
    frames.rows.length,
    expressions,
    gaps,
    ...names.map((name) => counts[name]),
    different.length,
  ];
  printed.push(tableLine([file, ...cells]), `  ${table.summary}\n`);
  expect(different.slice(0, 20)).toEqual([]);
  expect(frames.rows.length).toBeGreaterThan(10_000);
  for (const name of known) expect(counts[name]).toBeGreaterThan(0);
  // Only assembly deviates.
  expect(names.reduce((sum, name) => sum + counts[name], 0)).toBeLessThan(frames.rows.length / 1000);
});
