/** Call frame information as `readelf` understands it: every row of every function, with the expressions behind `exp`. */
import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

/** How readelf writes one row; a column it has not is the register's own value, `u`. */
export interface FrameRow {
  readonly address: number;
  /** Where the next row, or no row, begins. */
  readonly end: number;
  readonly cfa: string;
  readonly rbx: string;
  readonly rbp: string;
  readonly ra: string;
  /** The kernel made the frame, to call a signal handler. */
  readonly isSignal: boolean;
}

export interface Frames {
  readonly rows: readonly FrameRow[];
  /** Functions' addresses: from, and up to. */
  readonly functions: readonly (readonly [number, number])[];
}

/** Runs a command and hands over what it prints line by line. */
export async function eachLine(words: readonly string[], take: (line: string) => void): Promise<void> {
  const [program = '', ...rest] = words;
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const decoder = new StringDecoder('utf8');
  let begun = '';
  let complaint = '';
  child.stderr.on('data', (data: Buffer) => {
    complaint += data.toString();
  });
  child.stdout.on('data', (data: Buffer) => {
    const lines = (begun + decoder.write(data)).split('\n');
    begun = lines.pop() ?? '';
    lines.forEach(take);
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${complaint}`);
  if (begun !== '') take(begun);
}

const hexadecimal = (text: string | undefined): number => Number.parseInt(text ?? '', 16);

/** Expressions by the address they hold from, each under its column: `cfa`, `rbx`, `rbp`. */
type Expressions = Map<number, Map<string, string>>;

async function readExpressions(file: string): Promise<Expressions> {
  const expressions: Expressions = new Map();
  let location = 0;
  let holding = new Map<string, string>();
  let remembered: Map<string, string>[] = [];
  const add = (column: string, text: string): void => {
    holding.set(column, text);
    expressions.set(location, new Map(holding));
  };
  await eachLine(['readelf', '--debug-dump=frames,no-follow-links', file], (line) => {
    if (line.startsWith('  DW_CFA_advance_loc') || line.startsWith('  DW_CFA_set_loc')) {
      location = hexadecimal(line.slice(line.lastIndexOf(' ') + 1));
    } else if (line.startsWith('  DW_CFA_def_cfa_expression')) {
      add('cfa', line.slice(line.indexOf('(') + 1, -1));
    } else if (line.startsWith('  DW_CFA_expression')) {
      const [, column = '', text = ''] = /: r\d+ \((\w+)\) \((.*)\)$/.exec(line) ?? [];
      add(column, text);
    } else if (line === '  DW_CFA_remember_state') {
      remembered.push(new Map(holding));
    } else if (line === '  DW_CFA_restore_state') {
      holding = remembered.pop() ?? new Map();
      if (holding.size > 0) expressions.set(location, new Map(holding));
    } else if (line.includes(' FDE cie=')) {
      location = hexadecimal(/ pc=([0-9a-f]+)/.exec(line)?.[1]);
      holding = new Map();
      remembered = [];
    }
  });
  return expressions;
}

/** `DW_OP_breg7 (rsp): 8; DW_OP_deref; DW_OP_plus_uconst: 8` as `*(rsp+8)+8`; what has no such form stays as it is. */
function writeExpression(text: string, column: string): string {
  const sign = (offset: string | undefined): string => (offset?.startsWith('-') ? offset : `+${offset ?? 0}`);
  const dereference = /^DW_OP_breg\d+ \((\w+)\): (-?\d+); DW_OP_deref(?:; DW_OP_plus_uconst: (\d+))?$/.exec(
    text,
  );
  if (dereference) return `*(${dereference[1]}${sign(dereference[2])})${sign(dereference[3])}`;
  const lazyPlt =
    /^DW_OP_breg7 \(rsp\): 8; DW_OP_breg16 \(rip\): 0; DW_OP_lit15; DW_OP_and; DW_OP_lit(\d+); DW_OP_ge; DW_OP_lit3; DW_OP_shl; DW_OP_plus$/.exec(
      text,
    );
  if (lazyPlt) return `rsp+8+(rip&15>=${lazyPlt[1]})*8`;
  const saved = /^DW_OP_breg\d+ \((\w+)\): (-?\d+)$/.exec(text);
  if (saved && column !== 'cfa') return `*(${saved[1]}${sign(saved[2])})`;
  return text;
}

/** Whose rows are being read: a CIE, which FDEs without rows of their own take theirs from, or an FDE. */
interface Description {
  readonly range: readonly [number, number] | null;
  readonly isSignal: boolean;
  readonly inherited: FrameRow | null;
  readonly rows: FrameRow[];
}

/** Reads what `.eh_frame` says. A row that another one follows at the same address is left out, as is one of no bytes. */
export async function readFrames(file: string): Promise<Frames> {
  const expressions = await readExpressions(file);
  const descriptions = new Map<string, Description>();
  const functions: (readonly [number, number])[] = [];
  const rows: FrameRow[] = [];
  let columns: string[] = [];
  let current: Description | null = null;

  const finish = (): void => {
    if (current?.range) {
      const [start, end] = current.range;
      const own =
        current.rows.length > 0 || !current.inherited
          ? current.rows
          : [{ ...current.inherited, address: start }];
      own.forEach((row, index) => {
        const next = own[index + 1]?.address ?? end;
        if (row.address < Math.min(next, end)) rows.push({ ...row, end: Math.min(next, end) });
      });
      if (start < end) functions.push(current.range);
    }
    current = null;
  };

  /** The cell's text, with the expression that began to hold here or before in place of `exp`. */
  const cell = (
    cells: readonly string[],
    column: string,
    address: number,
    description: Description,
  ): string => {
    const text = cells[columns.indexOf(column)] ?? 'u';
    if (text !== 'exp') return text;
    const begins = expressions.get(address)?.get(column);
    const before = description.rows.at(-1)?.[column as 'cfa' | 'rbx' | 'rbp' | 'ra'];
    return begins === undefined ? (before ?? text) : writeExpression(begins, column);
  };

  const describe = (line: string): void => {
    finish();
    const offset = line.slice(0, 8);
    if (line.includes(' CIE ')) {
      current = { range: null, isSignal: /"z\w*S/.test(line), inherited: null, rows: [] };
      descriptions.set(offset, current);
    } else {
      const [, cie = '', start, end] = / FDE cie=([0-9a-f]+) pc=([0-9a-f]+)\.\.([0-9a-f]+)/.exec(line) ?? [];
      const common = descriptions.get(cie);
      current = {
        range: [hexadecimal(start), hexadecimal(end)],
        isSignal: common?.isSignal ?? false,
        inherited: common?.rows[0] ?? null,
        rows: [],
      };
    }
  };

  await eachLine(['readelf', '--debug-dump=frames-interp,no-follow-links', file], (line) => {
    if (/^[0-9a-f]{8} [0-9a-f]{16} /.test(line)) {
      describe(line);
    } else if (line.startsWith('   LOC ')) {
      columns = line.trim().split(/\s+/).slice(1);
      columns[0] = 'cfa';
    } else if (current && /^[0-9a-f]{16} /.test(line)) {
      // A register that is in another one is written "r3 (rbx)".
      const [address = '', ...cells] = line
        .replace(/(\S) \(\w+\)/g, '$1')
        .trim()
        .split(/\s+/);
      const at = hexadecimal(address);
      const [cfa, rbx, rbp, ra] = ['cfa', 'rbx', 'rbp', 'ra'].map((column) =>
        cell(cells, column, at, current as Description),
      ) as [string, string, string, string];
      current.rows.push({ address: at, end: at, cfa, rbx, rbp, ra, isSignal: current.isSignal });
    }
  });
  finish();
  return { rows, functions };
}
