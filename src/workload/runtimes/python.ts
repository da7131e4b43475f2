/** CPython: from 3.12 on it gives each function a trampoline of its own, and writes a map of them. */
import { addToCommand, ask, hasWord, nothingAdded, type SetUp, type Start } from './start.js';

const variable = 'PYTHONPERFSUPPORT';
/** Major and minor version, and whether it was built with trampolines. */
const question =
  "import sys, sysconfig; print(sys.version_info[0], sys.version_info[1], int(sysconfig.get_config_var('PY_HAVE_PERF_TRAMPOLINE') or 0))";

/** @throws the signal's reason when it is aborted */
export async function setUpPython(start: Start): Promise<SetUp> {
  const python = await interpreter(start);
  const answer = python === null ? null : await ask(`${python} -c "${question}"`, start);
  const [major = 0, minor = 0, hasTrampolines = 0] = answer?.trim().split(' ').map(Number) ?? [];
  if (python === null || answer === null) {
    if (isDecided(start)) return nothingAdded;
    return {
      added: [],
      note: 'which Python runs it is not known, so nothing was added: start it with -X perf',
    };
  }
  if (major < 3 || (major === 3 && minor < 12)) return { added: [], note: tooOld(python, major, minor) };
  if (hasTrampolines !== 1) {
    return {
      added: [],
      note: `${python} was built without support for perf, so its functions have no names: use a Python for Linux that has it`,
    };
  }
  if (isDecided(start)) return nothingAdded;
  // With -E and -I it does not look at variables.
  const ignoresVariables = start.program?.parameters.some((word) => /^-[A-Za-z]*[EI]/.test(word)) ?? false;
  const inCommand = ignoresVariables ? addToCommand(start, ['-X', 'perf']) : null;
  return inCommand ?? { environment: { [variable]: '1' }, added: [`${variable}: 1`] };
}

/** Whether command or environment say themselves what is to be done for perf. */
function isDecided(start: Start): boolean {
  const { [variable]: perf, PYTHON_PERF_JIT_SUPPORT: jit } = start.environment;
  if (perf || jit) return true;
  return hasWord(start, [], /-X\s*perf(_jit)?\b|\bPYTHON_?PERF_?(JIT_?)?SUPPORT=/);
}

function tooOld(python: string, major: number, minor: number): string {
  return `${python} is Python ${major}.${minor}, whose functions cannot be told from outside: the interpreter's own functions are shown in their place; -X perf, which names them, takes Python 3.12 or newer`;
}

/** The command that runs Python code where the program does; null where that is not known. */
async function interpreter(start: Start): Promise<string | null> {
  const { program, isItself } = start;
  if (program === null) return 'python3';
  if (isItself) return program.written;
  // A script says in its first line what runs it.
  const first = await ask(`head -n 1 "$(command -v ${program.written})"`, start);
  const named = /^#!\s*(?:\S*\/env\s+)?(\S*python[\d.]*)\s*$/.exec(first ?? '')?.[1];
  return named ?? null;
}
