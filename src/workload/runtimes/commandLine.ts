/** Which program a shell command runs, as far as that is certain without being a shell. */

/** The word that names it. */
export interface ProgramWord {
  /** As written, quotes included: what the shell makes of it. */
  readonly written: string;
  /** Its base name. */
  readonly name: string;
  /** Where it ends in the command. */
  readonly end: number;
  /** The words behind it, as written. */
  readonly parameters: readonly string[];
}

interface Word {
  readonly written: string;
  readonly text: string;
  readonly end: number;
}

/** Programs that run what is named behind their options and so many other words; these options have a word behind them. */
const wrappers: Readonly<Record<string, { readonly words: number; readonly valued?: string }>> = {
  exec: { words: 0 },
  command: { words: 0 },
  env: { words: 0, valued: '-u' },
  nohup: { words: 0 },
  time: { words: 0 },
  nice: { words: 0, valued: '-n' },
  ionice: { words: 0, valued: '-c -n' },
  chrt: { words: 1 },
  taskset: { words: 1 },
  numactl: { words: 0, valued: '-N -m -C -p -i' },
  stdbuf: { words: 0, valued: '-i -o -e' },
  timeout: { words: 1, valued: '-k -s' },
  tini: { words: 0 },
  'dumb-init': { words: 0 },
};

/** Quoted and plain parts, with variables; nothing that the shell would run or match files by. */
const word = /(?:[^\s"'\\`$&|;<>()*?[\]{}~#]|"[^"\\`$]*"|'[^']*'|\$\{\w+\}|\$\w+)+/y;
const assignment = /^[A-Za-z_]\w*=/;

/**
 * The program that runs in the end: of commands joined by && or ; the last one's, behind assignments and wrappers such
 * as `exec` or `taskset -c 0`.
 * @returns null where that cannot be told, as of pipelines, subshells and names out of variables
 */
export function programOf(command: string): ProgramWord | null {
  const start = lastCommand(command);
  if (start === null) return null;
  const words = wordsFrom(command, start);
  let at = 0;
  for (;;) {
    while (assignment.test(words[at]?.written ?? '')) at++;
    const found = words[at];
    if (found === undefined || found.text.includes('$')) return null;
    const name = found.text.slice(found.text.lastIndexOf('/') + 1);
    const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
    if (wrapper === undefined) {
      const parameters = words.slice(at + 1).map(({ written }) => written);
      return { written: found.written, name, end: found.end, parameters };
    }
    at++;
    const valued = wrapper.valued?.split(' ') ?? [];
    while (words[at]?.text.startsWith('-')) at += valued.includes(words[at]?.text as string) ? 2 : 1;
    at += wrapper.words;
  }
}

/** Whether the command gives a variable a value of its own, which counts more than that in its environment. */
export function assigns(command: string, variable: string): boolean {
  return new RegExp(`(?:^|[\\s;&])${variable}=`).test(command);
}

/** Where the last of several commands begins; null where they are joined by more than && and ;. */
function lastCommand(command: string): number | null {
  let start = 0;
  const joints = /"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[<>]&|&>|&&|;|\n|&|\||\(|`|\$\(/g;
  for (const { index, 0: found } of command.matchAll(joints)) {
    if (['&', '|', '(', '`', '$('].includes(found)) return null;
    const isEnd = command.slice(index + found.length).trim() === '';
    if (['&&', ';', '\n'].includes(found) && !isEnd) start = index + found.length;
  }
  return start;
}

function wordsFrom(command: string, start: number): Word[] {
  const words: Word[] = [];
  for (let at = start; ; ) {
    at += /^\s*/.exec(command.slice(at))?.[0].length ?? 0;
    word.lastIndex = at;
    const written = word.exec(command)?.[0];
    if (written === undefined) return words;
    at += written.length;
    words.push({ written, text: written.replace(/["']/g, ''), end: at });
    // Part of a word that is more than this can read.
    if (at < command.length && !/[\s;&<>]/.test(command[at] as string)) return words.slice(0, -1);
  }
}
