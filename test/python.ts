/** Which Pythons are here: only from 3.12 on one tells profilers what its functions are called (-X perf). */
import { spawnSync } from 'node:child_process';
import { readdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const question =
  'import sys; print(sys.executable, getattr(sys, "is_stack_trampoline_active", lambda: False)())';

/** The system's, and what pyenv built, newest first; some may not be there or not run. */
export function installedPythons(): string[] {
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  let built: string[] = [];
  try {
    built = readdirSync(pyenv).map((version) => join(pyenv, version, 'bin', 'python3'));
  } catch {
    // There is no pyenv.
  }
  const minor = (path: string) => Number(/\/3\.(\d+)\./.exec(path)?.[1] ?? 0);
  return ['/usr/bin/python3', ...built.sort((a, b) => minor(b) - minor(a))];
}

/** Where a Python is whose functions can be named, by name on the PATH or where it is installed; null when there is none. */
export function findNamingPython(): string | null {
  for (const command of ['python3', 'python3.14', 'python3.13', 'python3.12', ...installedPythons()]) {
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
