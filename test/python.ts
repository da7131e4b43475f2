/** Which Python is here: only from 3.12 on it tells profilers what its functions are called (-X perf). */
import { spawnSync } from 'node:child_process';
import { readdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const question =
  'import sys; print(sys.executable, getattr(sys, "is_stack_trampoline_active", lambda: False)())';

/** By name, and where pyenv keeps what it built; newest first. */
function candidates(): string[] {
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  let built: string[] = [];
  try {
    built = readdirSync(pyenv).map((version) => join(pyenv, version, 'bin', 'python3'));
  } catch {
    // There is no pyenv.
  }
  const minors = [14, 13, 12];
  const named = minors.map((minor) => `python3.${minor}`);
  const newest = built.filter((path) => minors.some((minor) => path.includes(`/3.${minor}.`)));
  return ['python3', ...named, ...newest.sort().reverse()];
}

/** Where a Python is whose functions can be named; null when there is none. */
export function findNamingPython(): string | null {
  for (const command of candidates()) {
    const { stdout } = spawnSync(command, ['-X', 'perf', '-c', question], { encoding: 'utf8' });
    const [executable, isNaming] = (stdout ?? '').trim().split(' ');
    if (executable && isNaming === 'True') return executable;
  }
  return null;
}

/** A PATH on which that Python is `python3`, by a link in an empty folder of the caller's. */
export function pathWith(python: string, folder: string): string {
  symlinkSync(python, join(folder, 'python3'));
  return `${folder}:${process.env.PATH}`;
}
